import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import type { Question } from './questions.ts';

/**
 * Reads the labels of a cell that a program wrote as a list: JSON, Python, or Label Studio's {"choices": [...]}.
 * Returns null if the cell is plain text, and 'broken' if it looks like a list but cannot be read.
 */
export function listInCell(cell: string): readonly string[] | 'broken' | null {
  const text = cell.trim();
  const isList = /^\[[\s\S]*\]$/.test(text) || /^\{\s*(["'}])[\s\S]*\}$|^\{\s*\}$/.test(text);
  const isTuple = /^\(\s*(['"][\s\S]*)?\)$/.test(text);
  if (!isList && !isTuple) return null;
  try {
    const labels = labelsInJson(JSON.parse(text) as unknown);
    if (labels !== null) return labels;
  } catch {
    // It may still be a Python list, which has apostrophes where JSON has quotation marks.
  }
  return pythonList(text) ?? 'broken';
}

/** Finds the labels in a parsed value: text, numbers, lists of them, or the objects that Label Studio exports. */
export function labelsInJson(value: unknown): readonly string[] | null {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  if (Array.isArray(value)) {
    const lists = value.map(labelsInJson);
    return lists.every((list) => list !== null) ? lists.flat() : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const entry = Object.entries(value).find(([key, held]) => /^(choices|\w*labels)$/.test(key) && Array.isArray(held));
  return entry === undefined ? null : labelsInJson(entry[1]);
}

function pythonList(text: string): string[] | null {
  const labels: string[] = [];
  const inner = text.slice(1, -1);
  const item = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^'",[\]]+?))\s*(?:,|$)/y;
  while (item.lastIndex < inner.length) {
    if (inner.slice(item.lastIndex).trim() === '') break;
    const found = item.exec(inner);
    if (found === null) return null;
    const quoted = found[1] ?? found[2];
    labels.push(quoted === undefined ? found[3]! : quoted.replaceAll(/\\(.)/g, '$1'));
  }
  return labels;
}

export const cellSeparators = ['pipe', 'semicolon', 'comma', 'space', 'none'] as const;
export type CellSeparator = (typeof cellSeparators)[number];
const characters = { pipe: '|', semicolon: ';', comma: ',', space: ' ' } as const;

/** A line break in a cell always separates labels, because no label file can hold one inside a label. */
export const labelsOfText = (cell: string, separator: CellSeparator): string[] =>
  cell
    .split(/\r?\n|\r/)
    .flatMap((line) =>
      separator === 'none' ? [line] : separator === 'space' ? line.split(/\s+/) : line.split(characters[separator]),
    )
    .map((label) => label.trim())
    .filter((label) => label !== '');

const choiceTexts: Record<CellSeparator, Message> = {
  pipe: message('importQuestion.separatorPipe'),
  semicolon: message('importQuestion.separatorSemicolon'),
  comma: message('importQuestion.separatorComma'),
  space: message('importQuestion.separatorSpace'),
  none: message('importQuestion.separatorNone'),
};

/**
 * Asks what separates the labels in the cells of a column; null when no cell contains a separator. A character counts
 * as a separator if the parts between it also occur without each other: 'red apple' beside 'pear' stays one label.
 */
export function separatorQuestion(cells: readonly string[], column: string | Message): Question<CellSeparator> | null {
  const lines = cells.flatMap((cell) => cell.split(/\r?\n|\r/)).map((line) => line.trim());
  const present = (['pipe', 'semicolon', 'comma', 'space'] as const).filter((name) =>
    lines.some((line) => line.includes(characters[name])),
  );
  const first = present[0];
  if (first === undefined) return null;
  const shares = new Map(present.map((name) => [name, sharedParts(lines, name)]));
  const inside = present.filter((name) => name !== first && shares.get(name)! > 0);
  // Names rarely contain '|' or ';', but often commas and spaces.
  const rare = first === 'pipe' || first === 'semicolon';
  if (!rare && first === 'space' && shares.get(first) === 0) return null;
  const assumed = rare || shares.get(first)! >= 0.5 ? first : first === 'space' ? 'none' : null;
  return {
    id: 'separator',
    text: message('importQuestion.separator', { column }),
    choices: [...new Set<CellSeparator>([first, ...inside, ...present, 'none', ...cellSeparators])].map((value) => ({
      value,
      text: choiceTexts[value],
    })),
    assumed,
  };
}

/** The share of parts that do not always occur together with the same other parts. */
function sharedParts(lines: readonly string[], name: 'pipe' | 'semicolon' | 'comma' | 'space'): number {
  const contexts = new Map<string, Set<string>>();
  const split = new Set<string>();
  for (const line of new Set(lines)) {
    const parts = labelsOfText(line, name);
    const together = [...parts].sort().join('\n');
    for (const part of parts) {
      contexts.set(part, (contexts.get(part) ?? new Set()).add(together));
      if (parts.length > 1) split.add(part);
    }
  }
  return split.size === 0 ? 0 : [...split].filter((part) => contexts.get(part)!.size > 1).length / split.size;
}
