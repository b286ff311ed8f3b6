import { appendFileSync, closeSync, fstatSync, ftruncateSync, openSync } from 'node:fs';

/** Appends to metrics.jsonl, one JSON object per line. A resumed run truncates it to its last checkpoint. */
export interface MetricsLog {
  /** Length in bytes. */
  length(): number;
  /** Appends a line; returns the file's length in bytes. */
  append(line: object): number;
  /** Truncates the file to this many bytes. */
  cutTo(bytes: number): void;
  close(): void;
}

export function openMetricsLog(file: string): MetricsLog {
  const handle = openSync(file, 'a+');
  const length = (): number => fstatSync(handle).size;
  return {
    length,
    append: (line) => {
      appendFileSync(handle, `${JSON.stringify(line)}\n`);
      return length();
    },
    cutTo: (bytes) => {
      if (bytes < length()) ftruncateSync(handle, bytes);
    },
    close: () => closeSync(handle),
  };
}
