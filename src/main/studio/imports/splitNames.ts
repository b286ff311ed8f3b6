import type { Split } from '../../../shared/contract/dataset.ts';
import { message, quoted } from '../../../shared/message.ts';
import type { Questions } from './questions.ts';

/** This is a Map and not an object, because a folder may be named 'constructor'. */
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

/** Recognizes 'train', 'Validation' and 'train2017', but not 'test-dev': only digits may follow the name. */
export const splitNamed = (name: string): Split | null =>
  names.get(
    name
      .trim()
      .toLowerCase()
      .replace(/[-_ ]?\d+$/, ''),
  ) ?? null;

/** Returns the split of the topmost folder that is named like one. */
export function splitOfFolders(file: string): Split | null {
  for (const folder of file.split('/').slice(0, -1)) {
    const split = splitNamed(folder);
    if (split !== null) return split;
  }
  return null;
}

/** Returns the split that the file or a folder above it is named after: valid/_classes.csv, instances_val2017.json. */
export function splitOfFile(file: string): Split | null {
  const base = file
    .split('/')
    .at(-1)!
    .replace(/\.[^.]+$/, '');
  const words = base.split(/[^a-zA-Z0-9]+/);
  const named = new Set(words.flatMap((word) => splitNamed(word) ?? []));
  return named.size === 1 ? [...named][0]! : splitOfFolders(file);
}

/** Returns the path with '*' in place of the split's name, which is the same for all files of a set. */
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

/** Titles of columns that give the split of a row. */
export const splitColumn =
  /^(split|set|subset|partition|phase|usage|data[ _-]?set|is[ _-]?(train|valid|val|test)|valid|k?[ _-]?folds?)$/i;

/** Maps each value to a split, or to null when the shares decide. Returns null if the values are not splits. */
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
    text: message('importQuestion.split', { value, count: rows }),
    choices: [
      { value: 'shares', text: message('importQuestion.splitByShares') },
      { value: 'train', text: quoted('train') },
      { value: 'val', text: quoted('val') },
      { value: 'test', text: quoted('test') },
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
    text: message('importQuestion.folds', { column, count: ordered.length }),
    choices: [
      { value: 'shares', text: message('importQuestion.foldsIgnored') },
      { value: 'folds', text: message('importQuestion.foldsAsSplits', { val, test }) },
    ],
    assumed: null,
  });
  if (answer === 'shares') return new Map(ordered.map((value) => [value, null]));
  return new Map(ordered.map((value) => [value, value === val ? 'val' : value === test ? 'test' : 'train']));
}
