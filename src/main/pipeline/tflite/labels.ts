import { Problem } from '../../../shared/problem.ts';

/** Name of the label file inside the model. */
export const LABELS_FILE = 'labels.txt';

/** Characters at which some reader of label files breaks lines (C++ at \n, Python's splitlines at all of these). */
const BREAKS_LINES = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/** Why labels cannot be written one a line, or null. */
export function labelsProblem(labels: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const [i, label] of labels.entries()) {
    const shown = `Label ${i + 1} (${JSON.stringify(label)})`;
    if (label === '') return `Label ${i + 1} is empty.`;
    if (BREAKS_LINES.test(label))
      return `${shown} holds a line break or control character, and labels are stored one a line.`;
    if (!label.isWellFormed()) return `${shown} is not valid Unicode (half of a surrogate pair).`;
    if (seen.has(label)) return `${shown} is there twice.`;
    seen.add(label);
  }
  return null;
}

/** UTF-8, each label closed by \n: readers drop what follows the last one. Throws Problem('export'). */
export function encodeLabels(labels: readonly string[]): Uint8Array {
  const problem = labelsProblem(labels);
  if (problem !== null) throw new Problem('export', [problem, 'Rename it in the label files.'].join(' '));
  return new TextEncoder().encode(labels.map((label) => `${label}\n`).join(''));
}

export function decodeLabels(data: Uint8Array): string[] {
  const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(data).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
