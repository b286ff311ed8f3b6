import type { Split } from '../../../shared/contract/dataset.ts';
import type { Questions } from './questions.ts';

/** A Map, not an object: a folder may be named 'constructor'. */
const names: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'val'],
  ['valid', 'val'],
  ['validation', 'val'],
  ['dev', 'val'],
  ['eval', 'val'],
  ['test', 'test'],
  ['testing', 'test'],
  ['holdout', 'test'],
]);

/** 'train', 'Validation' and 'train2017' are names of splits; 'test-dev' is not: only digits may follow. */
export const splitNamed = (name: string): Split | null =>
  names.get(
    name
      .trim()
      .toLowerCase()
      .replace(/[-_ ]?\d+$/, ''),
  ) ?? null;

/** The topmost folder of a path that is named like a split. */
export function splitOfFolders(file: string): Split | null {
  for (const folder of file.split('/').slice(0, -1)) {
    const split = splitNamed(folder);
    if (split !== null) return split;
  }
  return null;
}

/** The split that the name of a file or of a folder above it says: 'valid/_classes.csv', 'instances_val2017.json'. */
export function splitOfFile(file: string): Split | null {
  const base = file
    .split('/')
    .at(-1)!
    .replace(/\.[^.]+$/, '');
  const words = base.split(/[^a-zA-Z0-9]+/);
  const named = new Set(words.flatMap((word) => splitNamed(word) ?? []));
  return named.size === 1 ? [...named][0]! : splitOfFolders(file);
}

/** The same for all files of a set: the path with '*' in place of the split's name. */
export const setOf = (file: string): string =>
  file
    .split('/')
    .map((part) =>
      part
        .split(/([^a-zA-Z0-9]+)/)
        .map((word) => (splitNamed(word) === null ? word : '*'))
        .join(''),
    )
    .join('/');

const MOST_VALUES = 20;
const yes = /^(1|1\.0|true|yes|y)$/i;

/** Columns that say which split a row belongs to. */
export const splitColumn =
  /^(split|set|subset|partition|phase|usage|data[ _-]?set|is[ _-]?(train|valid|val|test)|valid|k?[ _-]?folds?)$/i;

/** The split of each value; null leaves the row to the shares. Returns null if the values name no splits. */
export function readSplitColumn(
  column: string,
  values: readonly string[],
  questions: Questions,
): ReadonlyMap<string, Split | null> | null {
  const distinct = [...new Set(values.map((value) => value.trim()))].filter((value) => value !== '');
  if (distinct.length > MOST_VALUES) return null;
  const flag = /^(?:is[ _-]?)?(train|valid|val|test)$/i.exec(column)?.[1]?.toLowerCase();
  if (flag !== undefined && distinct.every((value) => yes.test(value) || /^(0|0\.0|false|no|n)$/i.test(value))) {
    const named = names.get(flag)!;
    return new Map(distinct.map((value) => [value, yes.test(value) ? named : named === 'train' ? null : 'train']));
  }
  if (/fold/i.test(column)) return folds(column, distinct, questions);
  const counts = Map.groupBy(values, (value) => value.trim());
  return new Map(distinct.map((value) => [value, askSplit(value, counts.get(value)!.length, questions)]));
}

function askSplit(value: string, rows: number, questions: Questions): Split | null {
  const known = splitNamed(value);
  if (known !== null && !/^(dev|eval|holdout)/i.test(value)) return known;
  const answer = questions.ask({
    id: `split:${value}`,
    text: `Which split is '${value}' (rows: ${rows})?`,
    choices: [
      { value: 'shares', text: 'None: assign these images by the shares' },
      { value: 'train', text: 'train' },
      { value: 'val', text: 'val' },
      { value: 'test', text: 'test' },
    ],
    assumed: known,
  });
  return answer === 'shares' ? null : answer;
}

function folds(
  column: string,
  distinct: readonly string[],
  questions: Questions,
): ReadonlyMap<string, Split | null> | null {
  const ordered = distinct.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (ordered.length < 3) return null;
  const [val, test] = ordered.slice(-2) as [string, string];
  const answer = questions.ask({
    id: 'folds',
    text: `Column '${column}' numbers ${ordered.length} folds. How are they used?`,
    choices: [
      { value: 'shares', text: 'Not at all: assign the images by the shares' },
      { value: 'folds', text: `Fold ${val} is val, fold ${test} is test, the others are train` },
    ],
    assumed: null,
  });
  if (answer === 'shares') return new Map(ordered.map((value) => [value, null]));
  return new Map(ordered.map((value) => [value, value === val ? 'val' : value === test ? 'test' : 'train']));
}
