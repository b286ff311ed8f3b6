import type { z } from 'zod';
import { fieldError } from '../../../../shared/fieldError.ts';
import type { Message } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import { Problem } from '../../../../shared/problem.ts';

/** Metrics of 10,000 labels take 32 MB; a larger file is not from a bundle and would take long to parse. */
const MOST_BYTES = 64 * 2 ** 20;
/** Far deeper than any file of a bundle is nested. */
const MOST_DEPTH = 64;
/** Each list or object takes about 50 bytes of memory besides its text, so brackets alone could exhaust memory. */
const MOST_CONTAINERS = 2_000_000;

/** Parses a JSON file of a bundle. Throws a Problem that names the file and the first wrong entry. */
export function parseBundleJson<T>(schema: z.ZodType<T>, name: string, bytes: Uint8Array): T {
  if (bytes.length > MOST_BYTES)
    throw new Problem('file.jsonTooLarge', {
      file: name,
      found: Math.round(bytes.length / 2 ** 20),
      most: MOST_BYTES / 2 ** 20,
    });
  if (isBracketBomb(bytes)) throw new Problem('file.jsonTooDeep', { file: name });
  const parsed = schema.safeParse(jsonIn(name, bytes));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const place = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const entry = JSON.stringify(issue.keys[0]);
    throw place === ''
      ? new Problem('file.jsonUnknownEntry', { file: name, entry })
      : new Problem('file.jsonUnknownEntryIn', { file: name, entry, place });
  }
  const problem = fieldError(issue, place === '' ? name : `${name}: ${place}`);
  throw new Problem('file.bundleEntry', { problem }, parsed.error.message);
}

function jsonIn(file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    const { message: reason } = error as Error;
    const [, line, column] = /line (\d+) column (\d+)/.exec(reason) ?? [];
    throw line === undefined || column === undefined
      ? new Problem('file.jsonInvalid', { file }, reason)
      : new Problem('file.jsonInvalidAt', { file, line, column }, reason);
  }
}

/** Counts brackets without building anything, because 60 MB of brackets take several gigabytes once parsed. */
function isBracketBomb(bytes: Uint8Array): boolean {
  let depth = 0;
  let containers = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth++;
      containers++;
      if (depth > MOST_DEPTH || containers > MOST_CONTAINERS) return true;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [...'"\\[]{}'].map((c) => c.charCodeAt(0));

/** Writes a path as 'thresholds.perClass[0].k'. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );

export interface Difference {
  readonly path: string;
  readonly found: string | Message;
  readonly expected: string | Message;
}

/** The first path at which two JSON values differ, in the order of `expected`; null when they are equal. */
export function firstDifference(
  found: unknown,
  expected: unknown,
  path: readonly PropertyKey[] = [],
): Difference | null {
  if (typeof found === 'object' && typeof expected === 'object' && found !== null && expected !== null) {
    const [own, other] = [found as Readonly<Record<string, unknown>>, expected as Readonly<Record<string, unknown>>];
    for (const key of new Set([...Object.keys(other), ...Object.keys(own)])) {
      const difference = firstDifference(own[key], other[key], [...path, Array.isArray(expected) ? Number(key) : key]);
      if (difference !== null) return difference;
    }
    return null;
  }
  return Object.is(found, expected) ? null : { path: pathText(path), found: shown(found), expected: shown(expected) };
}

const MOST_SHOWN = 60;

function shown(value: unknown): string | Message {
  if (value === undefined) return message('bundle.nothing');
  const text = JSON.stringify(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
