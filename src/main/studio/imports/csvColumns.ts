import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import type { CellSeparator } from './csvCells.ts';
import { labelsOfText, listInCell, separatorQuestion } from './csvCells.ts';
import type { Row } from './csvTable.ts';
import type { Reading } from './entries.ts';
import type { Questions } from './questions.ts';
import { firstItems } from './firstItems.ts';
import { splitColumn as splitColumnName } from './splitNames.ts';
import type { DropReason } from './tally.ts';

const pathNames =
  /^(image|img|file|f[ _-]?name|file[ _-]?name|image[ _-]?(path|name|file|id|index)|path|file[ _-]?path|name)s?$/i;
const labelNames = /^(label|class|tag|categor(y|ie)|choice|etiqueta|clase|finding[ _-]label)(s|es)?$/i;
/** Columns of annotation tools and data frames that do not describe what is in the image. */
const otherNames = new RegExp(
  `^(${[
    '|unnamed(: ?\\d+)?|index|id|\\w*[ _-]ids?', // data frames
    'annotator|lead[ _-]time|created[ _-]at|updated[ _-]at|agreement|rating|user(name)?|comments?|notes?',
    'width|height|[xy](min|max)?|w|h|confidence|score|probability', // boxes
    'source|url|date|time(stamp)?',
  ].join('|')})$`,
  'i',
);

const ROWS_SAMPLED = 300;
const MOST_LISTED = 8;

/** True when the header has a column of image paths. Tables without one are not offered for import. */
export const namesImages = (header: readonly string[]): boolean => header.some((name) => pathNames.test(name));

/** Returns the column whose cells name the most images of the folder. On a tie, the title suggests one. */
export function choosePathColumn(
  header: readonly string[],
  body: readonly Row[],
  exists: (name: string) => number,
  questions: Questions,
): number | null {
  const step = Math.max(1, Math.floor(body.length / ROWS_SAMPLED));
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
    text: message('importQuestion.imageColumn'),
    choices: candidates.map((column) => ({ value: String(column), text: columnText(header[column]!) })),
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

interface CellFault {
  readonly reason: DropReason;
  readonly text: string;
  readonly labels: readonly string[];
}

interface CellLabels {
  readonly labels: readonly string[];
  readonly faults: readonly CellFault[];
  /** The image is left out, because its labels are not known. */
  readonly skip: boolean;
}

interface TableColumns {
  readonly file: string;
  readonly header: readonly string[];
  readonly body: readonly Row[];
  readonly pathColumn: number;
  readonly splitColumn: number | null;
}

/** Finds the labels: in one column, or in one column of 0 and 1 per label. Asks if both are possible. */
export function chooseLabels(table: TableColumns, reading: Reading): LabelColumns {
  const { header, file, pathColumn, splitColumn } = table;
  const free = header.flatMap((name, column) =>
    column === pathColumn || column === splitColumn ? [] : [{ name, column }],
  );
  const flags = free.filter(({ name, column }) => !otherNames.test(name) && isFlag(cellsOf(table, column)));
  const texts = free.filter(({ name }) => !otherNames.test(name));
  const named = free.filter(({ name }) => labelNames.test(name));
  const candidates = named.length > 0 ? named : flags.length > 0 ? [] : texts;
  if (candidates.length === 0 && flags.length === 0) throw new Problem('data.noLabelColumn', { file });
  const column = askColumn(candidates, flags, named, reading.questions);
  const used = column === null ? flags.map(({ name }) => name) : [header[column]!];
  const ignored = free.map(({ name }) => name).filter((name) => !used.includes(name));
  reading.notes.push(
    used.length === 1
      ? message('import.labelColumn', { file, column: titleOf(used[0]!) })
      : message('import.labelColumns', { file, count: used.length, columns: columnList(used) }),
  );
  if (ignored.length > 0) reading.notes.push(message('import.columnsIgnored', { file, columns: columnList(ignored) }));
  return column === null ? flagColumns(table, flags, reading) : textColumn(table, column, reading);
}

const titleOf = (name: string): string | Message => (name === '' ? message('import.untitledColumn') : name);

const columnText = (name: string): Message => message('importQuestion.column', { column: titleOf(name) });

const columnList = (names: readonly string[]): readonly (string | Message)[] =>
  firstItems(names.map(titleOf), MOST_LISTED);

const cellsOf = ({ body }: TableColumns, column: number): string[] => body.map(({ cells }) => cells[column] ?? '');

interface Column {
  readonly name: string;
  readonly column: number;
}

/** Returns null when the labels are in the columns of 0 and 1. */
function askColumn(
  candidates: readonly Column[],
  flags: readonly Column[],
  named: readonly Column[],
  questions: Questions,
): number | null {
  const choices = [
    ...candidates.map(({ name, column }) => ({
      value: String(column),
      text: columnText(name),
    })),
    ...(flags.some((flag) => !named.some(({ column }) => column === flag.column))
      ? [
          {
            value: 'flags',
            text: message('importQuestion.columnPerLabel', { columns: columnList(flags.map(({ name }) => name)) }),
          },
        ]
      : []),
  ];
  if (candidates.length === 0) return null;
  if (choices.length === 1 && named.length === 1) return candidates[0]!.column;
  const answer = questions.ask({
    id: 'labels',
    text: message('importQuestion.labelColumn'),
    choices,
    assumed: named.length === 1 ? String(named[0]!.column) : null,
  });
  return answer === 'flags' ? null : Number(answer);
}

const no = /^(0|0\.0|false|no|)$/i;
const yes = /^(1|1\.0|true|yes)$/i;
const unsure = /^-1(\.0)?$/;
const several = /^([2-9]|[1-9]\d+)(\.0)?$/;

/** True when at least half of the filled cells are 0, 1 or -1. */
function isFlag(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell !== '');
  const clear = filled.filter((cell) => no.test(cell) || yes.test(cell) || unsure.test(cell)).length;
  return filled.length > 0 && clear * 2 >= filled.length;
}

function flagColumns(table: TableColumns, flags: readonly Column[], reading: Reading): LabelColumns {
  const cells = flags.flatMap(({ column }) => cellsOf(table, column));
  const counts = cells.filter((cell) => several.test(cell)).length;
  if (counts > 0) reading.notes.push(message('import.countsArePresent', { count: counts, file: table.file }));
  const unclear = cells.filter((cell) => unsure.test(cell)).length;
  const meaning =
    unclear === 0
      ? 'absent'
      : reading.questions.ask({
          id: 'uncertain',
          text: message('importQuestion.uncertain', { count: unclear }),
          choices: [
            { value: 'skip', text: message('importQuestion.uncertainSkipped') },
            { value: 'absent', text: message('importQuestion.uncertainAbsent') },
            { value: 'present', text: message('importQuestion.uncertainPresent') },
          ],
          assumed: null,
        });
  return {
    labelsOf: (row) => {
      const labels: string[] = [];
      const faults: CellFault[] = [];
      let skip = false;
      for (const { name, column } of flags) {
        const cell = row[column] ?? '';
        if (yes.test(cell) || several.test(cell) || (unsure.test(cell) && meaning === 'present')) labels.push(name);
        else if (unsure.test(cell) && meaning === 'skip') {
          skip = true;
          faults.push({ reason: 'dropped.imageUncertain', text: `${name} = ${cell}`, labels: [name] });
        } else if (!no.test(cell) && !unsure.test(cell)) {
          skip = true;
          faults.push({ reason: 'dropped.cellNotBinary', text: `${name} = ${cell}`, labels: [] });
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
    titleOf(table.header[column]!),
  );
  const separator: CellSeparator = question === null ? 'none' : reading.questions.ask(question);
  return {
    labelsOf: (row) => {
      const cell = row[column] ?? '';
      const list = listInCell(cell);
      if (list === 'broken')
        return {
          labels: [],
          faults: [{ reason: 'dropped.labelListUnreadable', text: cell, labels: [] }],
          skip: true,
        };
      return { labels: list ?? labelsOfText(cell, separator), faults: [], skip: false };
    },
  };
}
