import { Problem } from '../../../shared/problem.ts';
import type { CellSeparator } from './csvCells.ts';
import { labelsOfText, listInCell, separatorQuestion } from './csvCells.ts';
import type { Row } from './csvTable.ts';
import type { Reading } from './entries.ts';
import type { Questions } from './questions.ts';
import { splitColumn as splitColumnName } from './splitNames.ts';

const pathNames =
  /^(image|img|file|f[ _-]?name|file[ _-]?name|image[ _-]?(path|name|file|id|index)|path|file[ _-]?path|name)s?$/i;
const labelNames = /^(label|class|tag|categor(y|ie)|choice|etiqueta|clase|finding[ _-]label)(s|es)?$/i;
/** Columns of annotation tools and of data frames that say nothing about what is in the image. */
const otherNames = new RegExp(
  `^(${[
    '|unnamed(: ?\\d+)?|index|id|\\w*[ _-]ids?', // data frames
    'annotator|lead[ _-]time|created[ _-]at|updated[ _-]at|agreement|rating|user(name)?|comments?|notes?',
    'width|height|[xy](min|max)?|w|h|confidence|score|probability', // boxes
    'source|url|date|time(stamp)?',
  ].join('|')})$`,
  'i',
);

const SAMPLED = 300;

/** A table of something else is not offered: its header says whether a column names images. */
export const namesImages = (header: readonly string[]): boolean => header.some((name) => pathNames.test(name));

/** The column whose cells name the most images of the folder; its title decides between equals. */
export function choosePathColumn(
  header: readonly string[],
  body: readonly Row[],
  exists: (name: string) => number,
  questions: Questions,
): number | null {
  const step = Math.max(1, Math.floor(body.length / SAMPLED));
  const sample = body.filter((_, i) => i % step === 0);
  const hits = header.map((_, column) => sample.reduce((sum, { cells }) => sum + exists(cells[column] ?? ''), 0));
  const most = Math.max(0, ...hits);
  const named = header.findIndex((name) => pathNames.test(name));
  if (most === 0) return named < 0 ? null : named;
  const candidates = header.flatMap((_, column) => (hits[column] === most ? [column] : []));
  if (candidates.length === 1) return candidates[0]!;
  const assumed = candidates.find((column) => pathNames.test(header[column]!)) ?? null;
  const answer = questions.ask({
    id: 'pathColumn',
    text: 'Which column names the images?',
    choices: candidates.map((column) => ({ value: String(column), text: header[column]! })),
    assumed: assumed === null ? null : String(assumed),
  });
  return Number(answer);
}

export function splitColumnOf(header: readonly string[], pathColumn: number): number | null {
  const at = header.findIndex((name, column) => column !== pathColumn && splitColumnName.test(name));
  return at < 0 ? null : at;
}

export interface LabelColumns {
  labelsOf(cells: readonly string[]): CellLabels;
}

interface CellLabels {
  readonly labels: readonly string[];
  readonly faults: readonly { readonly reason: string; readonly text: string; readonly labels: readonly string[] }[];
  /** The image is left out: what it shows is not known. */
  readonly skip: boolean;
}

interface TableColumns {
  readonly file: string;
  readonly header: readonly string[];
  readonly body: readonly Row[];
  readonly pathColumn: number;
  readonly splitColumn: number | null;
}

/** Where the labels are: in one column, or in a column of 0 and 1 per label. Several possibilities are a question. */
export function chooseLabels(table: TableColumns, reading: Reading): LabelColumns {
  const { header, file, pathColumn, splitColumn } = table;
  const free = header.flatMap((name, column) =>
    column === pathColumn || column === splitColumn ? [] : [{ name, column }],
  );
  const flags = free.filter(({ name, column }) => !otherNames.test(name) && isFlag(cellsOf(table, column)));
  const texts = free.filter(
    ({ name, column }) => !otherNames.test(name) && !flags.some((flag) => flag.column === column),
  );
  const named = free.filter(({ name }) => labelNames.test(name));
  const candidates = named.length > 0 ? named : flags.length > 0 ? [] : texts;
  if (candidates.length === 0 && flags.length === 0)
    throw new Problem(
      'data',
      `${file}:1: no column of labels was found. Name it 'labels', or give each label a column of 0 and 1.`,
    );
  const column = askColumn(candidates, flags, named, reading.questions);
  const used = column === null ? flags.map(({ name }) => name) : [header[column]!];
  const ignored = free.map(({ name }) => name).filter((name) => !used.includes(name));
  reading.notes.push(
    used.length === 1
      ? `The labels of ${file} come from column ${used[0]!}.`
      : `The labels of ${file} come from ${used.length} columns: ${listed(used)}.`,
  );
  if (ignored.length > 0) reading.notes.push(`Columns of ${file} that are not used: ${listed(ignored)}.`);
  return column === null ? flagColumns(table, flags, reading) : textColumn(table, column, reading);
}

const listed = (names: readonly string[]): string =>
  `${names
    .slice(0, 8)
    .map((name) => name || '(untitled)')
    .join(', ')}${names.length > 8 ? ', ...' : ''}`;

const cellsOf = ({ body }: TableColumns, column: number): string[] => body.map(({ cells }) => cells[column] ?? '');

interface Column {
  readonly name: string;
  readonly column: number;
}

/** Null for the columns of 0 and 1. */
function askColumn(
  candidates: readonly Column[],
  flags: readonly Column[],
  named: readonly Column[],
  questions: Questions,
): number | null {
  const choices = [
    ...candidates.map(({ name, column }) => ({ value: String(column), text: `Column ${name}` })),
    ...(flags.some((flag) => !named.some(({ column }) => column === flag.column))
      ? [{ value: 'flags', text: `One column per label: ${listed(flags.map(({ name }) => name))}` }]
      : []),
  ];
  if (candidates.length === 0) return null;
  if (choices.length === 1 && named.length === 1) return candidates[0]!.column;
  const answer = questions.ask({
    id: 'labels',
    text: 'Where are the labels?',
    choices,
    assumed: named.length === 1 ? String(named[0]!.column) : null,
  });
  return answer === 'flags' ? null : Number(answer);
}

const no = /^(0|0\.0|false|no|)$/i;
const yes = /^(1|1\.0|true|yes)$/i;
const unsure = /^-1(\.0)?$/;
const several = /^([2-9]|[1-9]\d+)(\.0)?$/;

/** At least half of the cells that hold something are 0 or 1. */
function isFlag(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell !== '');
  const clear = filled.filter((cell) => no.test(cell) || yes.test(cell) || unsure.test(cell)).length;
  return filled.length > 0 && clear * 2 >= filled.length;
}

function flagColumns(table: TableColumns, flags: readonly Column[], reading: Reading): LabelColumns {
  const cells = flags.flatMap(({ column }) => cellsOf(table, column));
  const counts = cells.filter((cell) => several.test(cell)).length;
  if (counts > 0)
    reading.notes.push(
      counts === 1
        ? `1 cell of ${table.file} holds a number above 1: the label counts as present.`
        : `${counts} cells of ${table.file} hold a number above 1: the label counts as present.`,
    );
  const unclear = cells.filter((cell) => unsure.test(cell)).length;
  const meaning =
    unclear === 0
      ? 'absent'
      : reading.questions.ask({
          id: 'uncertain',
          text: unclear === 1 ? '1 cell holds -1. What does it mean?' : `${unclear} cells hold -1. What does it mean?`,
          choices: [
            { value: 'skip', text: 'Not known: leave these images out' },
            { value: 'absent', text: 'The label is absent' },
            { value: 'present', text: 'The label is present' },
          ],
          assumed: null,
        });
  return {
    labelsOf: (row) => {
      const labels: string[] = [];
      const faults: { reason: string; text: string; labels: string[] }[] = [];
      let skip = false;
      for (const { name, column } of flags) {
        const cell = row[column] ?? '';
        if (yes.test(cell) || several.test(cell) || (unsure.test(cell) && meaning === 'present')) labels.push(name);
        else if (unsure.test(cell) && meaning === 'skip') {
          skip = true;
          faults.push({
            reason: 'Image with a label that is not known (-1)',
            text: `${name} = ${cell}`,
            labels: [name],
          });
        } else if (!no.test(cell) && !unsure.test(cell)) {
          skip = true;
          faults.push({ reason: 'Cell that is neither 0 nor 1', text: `${name} = ${cell}`, labels: [] });
        }
      }
      return { labels, faults, skip };
    },
  };
}

function textColumn(table: TableColumns, column: number, reading: Reading): LabelColumns {
  const cells = cellsOf(table, column);
  const question = separatorQuestion(
    cells.filter((cell) => listInCell(cell) === null),
    table.header[column]!,
  );
  const separator: CellSeparator = question === null ? 'none' : reading.questions.ask(question);
  return {
    labelsOf: (row) => {
      const cell = row[column] ?? '';
      const list = listInCell(cell);
      if (list === 'broken')
        return {
          labels: [],
          faults: [{ reason: 'List of labels that cannot be read', text: cell, labels: [] }],
          skip: true,
        };
      return { labels: list ?? labelsOfText(cell, separator), faults: [], skip: false };
    },
  };
}
