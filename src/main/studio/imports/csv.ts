import type { FileSource } from '../../../shared/contract/dataset.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Entry, Reading, SourceRecord } from './entries.ts';
import type { LabelColumns } from './csvColumns.ts';
import { chooseLabels, choosePathColumn, splitColumnOf } from './csvColumns.ts';
import type { Row } from './csvTable.ts';
import { parseTable } from './csvTable.ts';
import { basesOf, createLocator, placeRecords } from './locate.ts';
import { readSourceText } from './sourceText.ts';
import { readSplitColumn, splitOfFile } from './splitNames.ts';
import { filesOf } from './filesOf.ts';

/** Reads tables with a column of image paths, and either a column of labels or one column of 0 and 1 per label. */
export async function fromCsv(reading: Reading, source: FileSource): Promise<Entry[]> {
  const locator = createLocator(reading.images);
  const groups = [];
  for (const file of filesOf(source)) {
    const bases = basesOf(file);
    const exists = (name: string): number => {
      const found = locator.find(name, bases);
      return typeof found === 'string' ? 0 : found.by === 'stem' ? 0.5 : 1;
    };
    const text = await readSourceText(reading.project, file, reading.questions);
    groups.push({ bases, records: recordsOf(reading, file, text, exists) });
  }
  return placeRecords(reading, groups, locator);
}

function recordsOf(
  reading: Reading,
  file: string,
  text: string,
  exists: (name: string) => number,
): readonly SourceRecord[] {
  const { rows } = parseTable(text, file);
  const titled = rows[0] !== undefined && !rows[0].cells.some((cell) => looksNamed(cell) && exists(cell) > 0);
  const width = Math.max(0, ...rows.slice(0, 100).map(({ cells }) => cells.length));
  const header = titled ? rows[0]!.cells : Array.from({ length: width }, (_, i) => `column ${i + 1}`);
  const body = titled ? rows.slice(1) : rows;
  const pathColumn = choosePathColumn(header, body, exists, reading.questions);
  if (pathColumn === null) throw new Problem('data.noImageColumn', { file });
  const splitAt = splitColumnOf(header, pathColumn);
  const columns = chooseLabels({ header, body, pathColumn, splitColumn: splitAt, file }, reading);
  const splits =
    splitAt === null
      ? null
      : readSplitColumn(
          header[splitAt]!,
          body.map(({ cells }) => cells[splitAt] ?? ''),
          reading.questions,
        );
  if (splitAt !== null && splits === null)
    reading.notes.push(message('import.splitColumnIgnored', { column: header[splitAt]!, file }));
  const bySet = splitOfFile(file);
  return body.flatMap((row) => {
    const record = recordOf(reading, row, { file, header, pathColumn, columns });
    if (record === null) return [];
    const value = splitAt === null ? '' : (row.cells[splitAt] ?? '').trim();
    return [{ ...record, split: splits === null ? bySet : (splits.get(value) ?? null) }];
  });
}

const looksNamed = (cell: string): boolean => /\.\w{3,4}$/.test(cell);

function recordOf(
  { tally }: Reading,
  { cells, line }: Row,
  {
    file,
    header,
    pathColumn,
    columns,
  }: { file: string; header: readonly string[]; pathColumn: number; columns: LabelColumns },
): SourceRecord | null {
  const where = `${file}:${line}`;
  const name = cells[pathColumn] ?? '';
  const read = columns.labelsOf(cells);
  if (name === '') {
    tally.drop('error', 'dropped.rowWithoutImage', where, read.labels);
    return null;
  }
  const extra = cells.slice(header.length).filter((cell) => cell !== '');
  if (extra.length > 0) {
    tally.drop('error', 'dropped.rowTooLong', `${where}: ${extra.join(', ')}`, read.labels);
    return { name, labels: [], split: null, where, dropped: true };
  }
  for (const fault of read.faults) tally.drop('error', fault.reason, `${where}: ${fault.text}`, fault.labels);
  return { name, labels: read.labels, split: null, where, dropped: read.skip };
}
