import { language } from './wording.ts';

/** Text for people on a terminal. */

/** A number with a fixed count of decimals, written as the language does. */
export const decimal = (value: number, digits: number): string =>
  value.toLocaleString(language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  });

/** A share in 0..1 as the language writes it: '46%' or '46 %'. */
export const percent = (share: number, digits: number): string =>
  `${decimal(share * 100, digits)}${language === 'en' ? '%' : ' %'}`;

/** '4.8 s', '48 s', '3 min 12 s', '2 h 5 min' */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (seconds < 10) return `${decimal(seconds, 1)} s`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

export function bytes(count: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  return `${decimal(count / 1000 ** power, power === 0 ? 0 : 1)} ${units[power]}`;
}

export const score = (value: number | null | undefined): string =>
  value === null || value === undefined ? '-' : decimal(value, 3);

/** Columns are as wide as their widest cell. The first is left-aligned, the others right-aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  const cell = (text: string, column: number): string => {
    const space = ' '.repeat(widths[column]! - width(text));
    return column === 0 ? text + space : space + text;
  };
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}

/** Terminal columns, approximated by the number of characters. */
const width = (text: string): number => [...text].length;

/** Truncates a text to fit into a terminal column. */
export const shortened = (text: string, most: number): string =>
  width(text) <= most ? text : `${[...text].slice(0, most - 1).join('')}…`;
