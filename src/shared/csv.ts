export type CsvValue = string | number | null;

/**
 * Spreadsheets run a cell that begins with one of these as a formula, and a label or file name may come from anybody.
 * An apostrophe in front
 * makes it text (OWASP, CSV injection; East Asian spreadsheets take the full-width forms too). Numbers stay numbers.
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

const cell = (value: CsvValue): string => {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** One record of RFC 4180 without its line end: the one way to write a CSV. */
export const csvRow = (values: readonly CsvValue[]): string => values.map(cell).join(',');
