import { appendFileSync, closeSync, fstatSync, ftruncateSync, openSync } from 'node:fs';

/** metrics.jsonl of a run: one JSON object a line, appended; a resumed run cuts it back to its checkpoint. */
export interface MetricsLog {
  /** Bytes so far. */
  length(): number;
  /** Appends a line; returns the file's length in bytes. */
  append(line: object): number;
  /** Drops what was written after this many bytes. */
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
