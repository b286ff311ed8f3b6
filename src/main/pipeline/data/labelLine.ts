/**
 * One line of a label file: an image path, a separator, labels.
 *
 *   images/a.jpg<tab>cat,red apple        a column of labels, which have a separator of their own
 *   images/a.jpg,cat,red apple            labels as further columns
 *   "my photo.jpg" cat dog                quotes protect what stands between them; "" is a quote inside quotes
 *   images/a.jpg,"cat,dog"                a quoted column of labels, as spreadsheets write it
 *   images/a.jpg                          no labels: a legal negative
 */
export const separatorNames = ['tab', 'semicolon', 'pipe', 'comma', 'space'] as const;
export type SeparatorName = (typeof separatorNames)[number];

const characters: Record<SeparatorName, string> = { tab: '\t', comma: ',', semicolon: ';', pipe: '|', space: ' \t' };

export interface Layout {
  /** Between the path and the labels. */
  readonly separator: SeparatorName;
  /** Between one label and the next. */
  readonly labelSeparator: SeparatorName;
  /** A column of labels that is in quotes as a whole is a list, not one label. */
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

/** The fields of a text between any of the characters `stops`; null if a quote is not closed. Unquoted fields are trimmed. */
export function splitFields(
  text: string,
  stops: string,
  limit = Infinity,
): { fields: Field[]; rest: string | null } | null {
  const fields: Field[] = [];
  let at = 0;
  while (fields.length < limit) {
    while (at < text.length && isBlank(text[at]!) && !stops.includes(text[at]!)) at++;
    const quoted = readQuoted(text, at, stops);
    if (quoted === 'unclosed') return null;
    let end = quoted === null ? at : quoted.end;
    end = nextStop(text, stops, end);
    fields.push(
      quoted === null ? { text: text.slice(at, end).trim(), quoted: false } : { text: quoted.text, quoted: true },
    );
    if (end >= text.length) return { fields, rest: null };
    at = end + 1;
  }
  return { fields, rest: text.slice(at) };
}

function nextStop(text: string, stops: string, from: number): number {
  let at = text.length;
  for (const stop of stops) {
    const found = text.indexOf(stop, from);
    if (found >= 0 && found < at) at = found;
  }
  return at;
}

const isBlank = (character: string): boolean => character.trim() === '';

/** A quoted field that starts at `at`; null if the field there is not quoted. An apostrophe quotes only if it is closed before a separator: it may also start a name. */
function readQuoted(text: string, at: number, stops: string): { text: string; end: number } | 'unclosed' | null {
  const mark = text[at];
  if (mark !== '"' && mark !== "'") return null;
  let value = '';
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] !== mark) value += text[i]!;
    else if (text[i + 1] === mark) value += text[i++]!;
    else {
      let end = i + 1;
      while (end < text.length && isBlank(text[end]!) && !stops.includes(text[end]!)) end++;
      if (end >= text.length || stops.includes(text[end]!)) return { text: value, end };
      break;
    }
  }
  return mark === '"' ? 'unclosed' : null;
}

/** The path and what stands behind the first separator (null if nothing does). Null if a quote is not closed. */
export function splitPath(text: string, separator: SeparatorName): { path: Field; rest: string | null } | null {
  const found = splitFields(separator === 'space' ? text.trim() : text, characters[separator], 1);
  return found === null ? null : { path: found.fields[0]!, rest: found.rest };
}

/** Null if a quote is not closed. */
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
  // Labels that follow a path and a space but have a separator of their own may contain spaces.
  const spacesInLabels = separator === 'space' && labelSeparator !== 'space';
  return splitFields(
    rest,
    spacesInLabels ? characters[labelSeparator] : characters[separator] + characters[labelSeparator],
  );
}

/** What stands in the quotes, if the whole text is one quoted field. */
export function wholeQuoted(text: string, separator: SeparatorName): string | null {
  const fields = splitFields(text, characters[separator])?.fields;
  return fields?.length === 1 && fields[0]!.quoted ? fields[0]!.text : null;
}

const trimmed = ({ text, quoted }: Field): Field => ({ text: text.trim(), quoted });

export const containsSeparator = (text: string, name: SeparatorName): boolean =>
  [...characters[name]].some((character) => text.includes(character));
export const fieldsBetween = (text: string, name: SeparatorName): readonly Field[] =>
  (splitFields(text, characters[name])?.fields ?? []).filter((field) => field.text !== '');
