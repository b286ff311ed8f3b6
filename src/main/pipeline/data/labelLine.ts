import type { Split } from './dataset.ts';
/**
 * Parses one line of a label file: an image path, a separator, labels.
 *
 *   images/a.jpg<tab>cat,red apple        one column of labels, with a separator of its own between them
 *   images/a.jpg,cat,red apple            each label in a column of its own
 *   "my photo.jpg" cat dog                quotes protect the text between them; "" is a quote inside quotes
 *   images/a.jpg,"cat,dog"                a quoted column of labels, as spreadsheets write it
 *   images/a.jpg                          no labels, which is allowed: a negative
 */
export const separatorNames = ['tab', 'semicolon', 'pipe', 'comma', 'space'] as const;
export type SeparatorName = (typeof separatorNames)[number];

const characters: Record<SeparatorName, string> = { tab: '\t', comma: ',', semicolon: ';', pipe: '|', space: ' \t' };

export interface Layout {
  /** Between the path and the labels. */
  readonly separator: SeparatorName;
  /** Between one label and the next. */
  readonly labelSeparator: SeparatorName;
  /** True when a column that is quoted as a whole is a list of labels and not one label. */
  readonly quotedLists: boolean;
}

export interface Field {
  readonly text: string;
  readonly quoted: boolean;
}

export interface LabelLine {
  readonly path: string;
  readonly labels: readonly Field[];
}

/** Splits a text at any of the characters in `stops`. Unquoted fields are trimmed. Null if a quote is not closed. */
export function splitFields(
  text: string,
  stops: string,
  limit = Infinity,
): { fields: Field[]; rest: string | null } | null {
  const fields: Field[] = [];
  const nextStop = stopFinder(text, stops);
  let at = 0;
  while (fields.length < limit) {
    at = skipBlanks(text, at, stops);
    const quoted = readQuoted(text, at, stops);
    if (quoted === 'unclosed') return null;
    const end = nextStop(quoted === null ? at : quoted.end);
    fields.push(
      quoted === null ? { text: text.slice(at, end).trim(), quoted: false } : { text: quoted.text, quoted: true },
    );
    if (end >= text.length) return { fields, rest: null };
    at = end + 1;
  }
  return { fields, rest: text.slice(at) };
}

/**
 * Returns a function that finds the first stop at or after a position; positions must not decrease. It remembers where
 * each stop was found, because a rare one would otherwise be searched to the end of the line again for every field.
 */
function stopFinder(text: string, stops: string): (from: number) => number {
  const found = Array.from(stops, () => -1);
  return (from) => {
    let nearest = text.length;
    for (let i = 0; i < stops.length; i++) {
      if (found[i]! < from) {
        const at = text.indexOf(stops[i]!, from);
        found[i] = at < 0 ? text.length : at;
      }
      nearest = Math.min(nearest, found[i]!);
    }
    return nearest;
  };
}

function skipBlanks(text: string, from: number, stops: string): number {
  let at = from;
  while (at < text.length && isBlank(text.charCodeAt(at)) && !stops.includes(text[at]!)) at++;
  return at;
}

/** True for the characters that `trim` removes. Works on units, to create no string per character of a long line. */
const isBlank = (unit: number): boolean =>
  unit <= 0x7f ? unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) : /\s/.test(String.fromCharCode(unit));

/**
 * Reads a quoted field that starts at `at`; null if the field there is not quoted. An apostrophe may also start a name,
 * so it counts as a quote only if it is closed before a separator.
 */
function readQuoted(text: string, at: number, stops: string): { text: string; end: number } | 'unclosed' | null {
  const mark = text[at];
  if (mark !== '"' && mark !== "'") return null;
  let close = text.indexOf(mark, at + 1);
  while (close >= 0 && text[close + 1] === mark) close = text.indexOf(mark, close + 2);
  if (close >= 0) {
    const end = skipBlanks(text, close + 1, stops);
    if (end >= text.length || stops.includes(text[end]!))
      return { text: text.slice(at + 1, close).replaceAll(mark + mark, mark), end };
  }
  return mark === '"' ? 'unclosed' : null;
}

/** Splits off the path; `rest` is null when the line has no separator. Null if a quote is not closed. */
export function splitPath(text: string, separator: SeparatorName): { path: Field; rest: string | null } | null {
  const found = splitFields(separator === 'space' ? text.trim() : text, characters[separator], 1);
  return found === null ? null : { path: found.fields[0]!, rest: found.rest };
}

/** Returns null if a quote is not closed. */
export function splitLine(text: string, layout: Layout): LabelLine | null {
  const start = splitPath(text, layout.separator);
  if (start === null) return null;
  const { path, rest } = start;
  if (rest === null) return { path: path.text, labels: [] };
  const found = splitLabels(rest, layout);
  return found === null
    ? null
    : { path: path.text, labels: found.fields.map(trimmed).filter((label) => label.text !== '') };
}

function splitLabels(rest: string, { separator, labelSeparator, quotedLists }: Layout): ReturnType<typeof splitFields> {
  const list = quotedLists ? wholeQuoted(rest, separator) : null;
  if (list !== null) return splitFields(list, characters[labelSeparator]);
  // In 'a.jpg red apple,pear' the labels have a separator of their own, so they may contain spaces.
  const spacesInLabels = separator === 'space' && labelSeparator !== 'space';
  return splitFields(
    rest,
    spacesInLabels ? characters[labelSeparator] : characters[separator] + characters[labelSeparator],
  );
}

/** Returns the text inside the quotes if the whole text is one quoted field, else null. */
export function wholeQuoted(text: string, separator: SeparatorName): string | null {
  const found = splitFields(text, characters[separator], 1);
  return found?.rest === null && found.fields[0]!.quoted ? found.fields[0]!.text : null;
}

const trimmed = ({ text, quoted }: Field): Field => ({ text: text.trim(), quoted });

export const containsSeparator = (text: string, name: SeparatorName): boolean =>
  [...characters[name]].some((character) => text.includes(character));

/** True when the text has more than one field that is not empty. */
export const hasSeveralFields = (text: string, name: SeparatorName): boolean =>
  (splitFields(text, characters[name])?.fields ?? []).filter((field) => field.text !== '').length > 1;

/** A parsed line of a label file. */
export interface LabelEntry extends LabelLine {
  readonly split: Split;
  readonly line: number;
}
