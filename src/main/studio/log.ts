import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The studio's own log: what went wrong, for a support bundle. Nothing leaves the machine by itself. */
export interface Log {
  readonly file: string;
  write(text: string): void;
  tail(lines: number): string;
}

const LARGEST_BYTES = 1e6;

export function openLog(stateFolder: string): Log {
  const file = path.join(stateFolder, 'studio.log');
  mkdirSync(stateFolder, { recursive: true });
  return {
    file,
    write: (text) => {
      try {
        if (existsSync(file) && statSync(file).size > LARGEST_BYTES) renameSync(file, `${file}.old`);
        appendFileSync(file, `${new Date().toISOString()} ${text}\n`);
      } catch { /* a full disk must not stop the studio over its log */ }
    },
    tail: (lines) => {
      try {
        return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
      } catch {
        return '';
      }
    },
  };
}

/** Text without what would name the user or their folders. */
export function redacted(text: string, folders: readonly string[]): string {
  const known = folders.reduce((part, folder, i) => part.replaceAll(folder, `<project ${i + 1}>`), text);
  return known.replaceAll(os.homedir(), '~').replaceAll(os.userInfo().username, '<user>').replaceAll(os.hostname(), '<host>');
}
