import { Problem } from '../../../shared/problem.ts';
import type { Layout, SeparatorName } from '../../pipeline/data/labelLine.ts';
import { splitLine, splitPath } from '../../pipeline/data/labelLine.ts';
import { separatorWord } from '../../pipeline/data/separator.ts';

const character: Record<SeparatorName, string> = { tab: '\t', comma: ',', semicolon: ';', pipe: '|', space: ' ' };

/**
 * Returns a line with new labels. The path stays as it is in the file, including its quotes. Labels are written with
 * the separators of the file, in quotes where they need them. Throws a Problem for labels that no quoting can express.
 */
export function lineWithLabels(text: string, layout: Layout, labels: readonly string[]): string {
  const path = splitPath(text, layout.separator);
  if (path === null) throw new Problem('data.lineWithOpenQuote', { line: text });
  const { rest } = path;
  // This must trim exactly as splitPath does, or the length of the rest would not match.
  const whole = layout.separator === 'space' ? text.trimEnd() : text;
  const head = rest === null ? text.trimEnd() : whole.slice(0, whole.length - rest.length - 1).trimEnd();
  if (labels.length === 0) return head;
  const written = head + character[layout.separator] + labelText(labels, layout);
  const parsed = splitLine(written, layout);
  const same =
    parsed !== null &&
    parsed.path === path.path.text &&
    !labels.some((label) => /[\r\n\0]/.test(label)) && // These would end the line or make the file unreadable.
    sameLabels(
      parsed.labels.map((label) => label.text),
      labels,
    );
  if (!same)
    throw new Problem('data.labelsDoNotFitLayout', {
      separator: separatorWord(layout.separator),
      labels: labels.join(', '),
    });
  return written;
}

/** Writes a new line in the given layout. */
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
  // Without quotes around the list, the reader would take the quotes of a single label for those of the list.
  const needsList = labels.length > 1 || fields[0] !== labels[0];
  return quotedLists && needsList ? quoted(list) : list;
}
