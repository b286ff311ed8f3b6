import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The studio's log of errors, for the diagnostics that a person may copy. Nothing is sent anywhere. */
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
      } catch {
        /* a full disk must not stop the studio because of its log */
      }
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

/** Paths in people's own folders and on removable disks. */
const PERSONAL = /(?:\/(?:home|Users|mnt|media|Volumes|run\/media)\/|\b[A-Z]:\\)[^\s"'`<>|]*/g;
/** 'http://name:password@host' */
const CREDENTIALS = /\b(\w+:\/\/)[^\s"'/]*@/g;

/** Removes passwords and everything that identifies the user, their folders or their machine. */
export function redacted(
  text: string,
  folders: readonly string[],
  { home = os.homedir(), user = os.userInfo().username, host = os.hostname() } = {},
): string {
  const named = folders
    .map((folder, i) => [folder, `<project ${i + 1}>`] as const)
    .sort(([a], [b]) => b.length - a.length);
  const places = [...named, [home, '~'] as const].reduce(
    (part, [place, shown]) => (place.length > 1 ? part.replaceAll(place, shown) : part),
    text,
  );
  const strangers = places.replaceAll(PERSONAL, '<path>').replaceAll(CREDENTIALS, '$1<secret>@');
  return withoutWord(withoutWord(strangers, user, '<user>'), host, '<host>');
}

/** Replaces whole words only, because a user may be called 'node' or 'a'. */
function withoutWord(text: string, word: string, shown: string): string {
  const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return word === '' ? text : text.replaceAll(new RegExp(`(?<![\\w.-])${escaped}(?![\\w-])`, 'g'), shown);
}
