import type { z } from 'zod';
import { fieldError } from '../../../../shared/fieldError.ts';
import { Problem } from '../../../../shared/problem.ts';

/** Metrics of 10,000 labels take 32 MB; a file beyond this is no bundle's and would take long to parse. */
const MOST_BYTES = 64 * 2 ** 20;
/** Far deeper than the files of a bundle nest. */
const MOST_DEPTH = 64;
/** Each list or object takes some 50 bytes of memory beside its text, so that brackets alone could exhaust it. */
const MOST_CONTAINERS = 2_000_000;

/** A JSON file of a bundle. Throws a Problem whose one sentence names the file and the first entry that is wrong. */
export function parseBundleJson<T>(schema: z.ZodType<T>, name: string, bytes: Uint8Array): T {
  if (bytes.length > MOST_BYTES)
    throw new Problem(
      'file',
      `${name} has ${Math.round(bytes.length / 2 ** 20)} MB; at most ${MOST_BYTES / 2 ** 20} MB are read.`,
    );
  if (isBracketBomb(bytes)) throw new Problem('file', `${name} nests too deep or holds too many lists to be read.`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    const { message } = error as Error;
    const place = /line (\d+) column (\d+)/.exec(message);
    throw new Problem(
      'file',
      place === null
        ? `${name} is not valid JSON.`
        : `${name} is not valid JSON (line ${place[1]}, column ${place[2]}).`,
      message,
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const place = pathText(issue.path);
  if (issue.code === 'unrecognized_keys')
    throw new Problem(
      'file',
      `${name} has the unknown entry ${JSON.stringify(issue.keys[0])}${place === '' ? '' : ` in ${place}`}.`,
    );
  throw new Problem('file', fieldError(issue, place === '' ? name : `${name}: ${place}`).text, parsed.error.message);
}

/** Counts brackets without building anything: parsed, 60 MB of brackets take several gigabytes. */
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

/** thresholds.perClass[0].k */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );

export interface Difference {
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

/** The first place at which two values of JSON differ, in the order of `expected`; null when they are equal. */
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

const SHOWN = 60;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
