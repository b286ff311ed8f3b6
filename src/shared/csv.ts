export type CsvValue = string | number | null;

/**
 * Spreadsheets run a cell that begins with one of these characters as a formula, and labels and file names may come
 * from anybody. A leading apostrophe turns the cell into text (OWASP, CSV injection). East Asian spreadsheets also
 * accept the full-width forms. Numbers are not changed.
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

const cell = (value: CsvValue): string => {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** One record of RFC 4180 without its line end. All CSV files are written with it. */
export const csvRow = (values: readonly CsvValue[]): string => values.map(cell).join(',');
