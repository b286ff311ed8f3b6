import { Problem } from '../../../shared/problem.ts';
import type { Layout, SeparatorName } from '../../pipeline/data/labelLine.ts';
import { splitLine, splitPath } from '../../pipeline/data/labelLine.ts';

const character: Record<SeparatorName, string> = { tab: '\t', comma: ',', semicolon: ';', pipe: '|', space: ' ' };

/**
 * The text of a line with other labels. The path stays as it stands in the file, quotes and all; labels get the file's own separators
 * and quotes where they need them. Throws a Problem for labels that no quoting can express.
 */
export function lineWithLabels(text: string, layout: Layout, labels: readonly string[]): string {
  const path = splitPath(text, layout.separator);
  if (path === null) throw new Problem('data', `The line '${text}' cannot be read: a quotation mark is not closed.`);
  const { rest } = path;
  // Trimmed where splitPath trims, or the length of the rest would cut into the labels.
  const whole = layout.separator === 'space' ? text.trimEnd() : text;
  const head = rest === null ? text.trimEnd() : whole.slice(0, whole.length - rest.length - 1).trimEnd();
  if (labels.length === 0) return head;
  const written = head + character[layout.separator] + labelText(labels, layout);
  const parsed = splitLine(written, layout);
  const same =
    parsed !== null &&
    parsed.path === path.path.text &&
    !labels.some((label) => /[\r\n\0]/.test(label)) && // They would end the line or make the file unreadable.
    sameLabels(
      parsed.labels.map((label) => label.text),
      labels,
    );
  if (!same)
    throw new Problem(
      'data',
      `These labels cannot be written in this file's layout (${layout.separator} between path and labels): ${labels.join(', ')}. Rename the label.`,
    );
  return written;
}

/** A new line in the same layout. */
export function newLine(path: string, layout: Layout, labels: readonly string[]): string {
  const needsQuotes =
    new RegExp(`["'${layout.separator === 'space' ? '\\s' : `\\${character[layout.separator]}`}]`).test(path) ||
    path.trim() !== path;
  return lineWithLabels(needsQuotes ? quoted(path) : path, layout, labels);
}

export const sameLabels = (a: readonly string[], b: readonly string[]): boolean => {
  const plain = (labels: readonly string[]): string =>
    JSON.stringify(labels.map((label) => label.normalize('NFC')).sort());
  return plain(a) === plain(b);
};

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function labelText(labels: readonly string[], { separator, labelSeparator, quotedLists }: Layout): string {
  const stops = quotedLists ? character[labelSeparator] : character[separator] + character[labelSeparator];
  const field = (label: string): string =>
    /["']/.test(label) || [...stops].some((stop) => label.includes(stop)) || (stops.includes(' ') && /\s/.test(label))
      ? quoted(label)
      : label;
  const fields = labels.map(field);
  const list = fields.join(character[labelSeparator]);
  // A label in quotes of its own needs the list's quotes around it, or its quotes would be taken for the list's.
  const needsList = labels.length > 1 || fields[0] !== labels[0];
  return quotedLists && needsList ? quoted(list) : list;
}
