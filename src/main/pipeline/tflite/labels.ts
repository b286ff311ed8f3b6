import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';

/** Name of the label file inside the model. */
export const LABELS_FILE = 'labels.txt';

/** Characters at which some readers of label files break lines (C++ at \n, Python's splitlines at all of these). */
const BREAKS_LINES = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/** Why the labels cannot be written one per line; null when they can. */
export function labelsProblem(labels: readonly string[]): Message | null {
  const seen = new Set<string>();
  for (const [i, text] of labels.entries()) {
    const [number, label] = [i + 1, JSON.stringify(text)];
    if (text === '') return message('modelFile.labelEmpty', { number });
    if (BREAKS_LINES.test(text)) return message('modelFile.labelLineBreak', { number, label });
    if (!text.isWellFormed()) return message('modelFile.labelUnicode', { number, label });
    if (seen.has(text)) return message('modelFile.labelTwice', { number, label });
    seen.add(text);
  }
  return null;
}

/** UTF-8 with \n after every label: readers drop what follows the last one. Throws Problem('export'). */
export function encodeLabels(labels: readonly string[]): Uint8Array {
  const problem = labelsProblem(labels);
  if (problem !== null) throw new Problem('export.labelUnusable', { problem });
  return new TextEncoder().encode(labels.map((label) => `${label}\n`).join(''));
}

export function decodeLabels(data: Uint8Array): string[] {
  const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(data).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
