import { parse as parseCsv } from 'csv-parse/sync';
import { Problem } from '../../../shared/problem.ts';

export interface Row {
  /** Line of the file on which the row starts, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface Table {
  readonly rows: readonly Row[];
  readonly delimiter: string;
}

const delimiters = [',', ';', '\t', '|'] as const;

/** Parses a table as spreadsheets write it. Excel may name the delimiter in the first line: 'sep=;'. */
export function parseTable(text: string, file: string): Table {
  const first = text.slice(0, text.search(/\r?\n|$/));
  const declared = /^"?sep=(.)"?$/i.exec(first)?.[1];
  const body = declared === undefined ? text : text.slice(first.length);
  const delimiter = declared ?? guessDelimiter(body);
  try {
    const found = parseCsv(body, {
      delimiter,
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      info: true,
    }) as unknown as { info: { lines: number }; record: string[] }[];
    return {
      delimiter,
      rows: found.map(({ info, record }) => ({
        cells: record,
        line: info.lines - record.reduce((sum, cell) => sum + (cell.match(/\n/g)?.length ?? 0), 0),
      })),
    };
  } catch (error) {
    const line = /line (\d+)/.exec((error as Error).message)?.[1] ?? '1';
    throw new Problem('data.tableUnreadable', { file, line }, (error as Error).message);
  }
}

/** Returns the delimiter that occurs most often in the first line, outside quotation marks. */
function guessDelimiter(text: string): string {
  const header = (text.trimStart().split(/\r?\n/, 1)[0] ?? '').replaceAll(/"[^"]*"/g, '');
  const counts = delimiters.map((delimiter) => header.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))]!;
}
