import { dataMessages } from './data.ts';
import { engineMessages } from './engines.ts';
import { exportMessages } from './exporting.ts';
import { modelFileMessages } from './modelFile.ts';
import { studioMessages } from './studio.ts';
import { trainingMessages } from './training.ts';
import { weightsMessages } from './weights.ts';

/**
 * What the services say, in Spanish. They speak English: their words go into log files, run folders and the command line as well.
 * A screen that shows them looks them up here; what is not found stays as it is.
 *
 * The tables go from an English pattern to its Spanish one. Holes: `{path}` is kept, `{count:number}` gets a decimal comma,
 * `{what:words}` is looked up in turn, `{labels:list}` may end in 'and 3 more'.
 */
export const messages: readonly (readonly [english: string, spanish: string])[] = [
  dataMessages,
  engineMessages,
  exportMessages,
  modelFileMessages,
  studioMessages,
  trainingMessages,
  weightsMessages,
].flatMap((table) => Object.entries(table));

type HoleKind = 'kept' | 'number' | 'words' | 'list';

interface Pattern {
  readonly key: string;
  readonly english: RegExp;
  readonly holes: readonly { readonly name: string; readonly kind: HoleKind }[];
  readonly spanish: string;
  /** Characters outside of holes: the pattern that says more is tried first. */
  readonly said: number;
}

export const HOLE = /\{(\w+)(?::(number|words|list))?\}/g;
const NUMBER = String.raw`(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)`;
/** Longer lines are no messages. */
const LONGEST = 1000;

function compile(english: string, spanish: string): Pattern {
  const holes = [...english.matchAll(HOLE)].map(([, name, kind]) => ({
    name: name!,
    kind: (kind ?? 'kept') as HoleKind,
  }));
  const literals = english.split(/\{\w+(?::\w+)?\}/);
  const escaped = literals.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const source = escaped.reduce(
    (whole, text, i) => whole + (holes[i - 1]?.kind === 'number' ? NUMBER : '(.+?)') + text,
  );
  return { key: english, english: new RegExp(`^${source}$`), holes, spanish, said: literals.join('').length };
}

let compiled: readonly Pattern[] | null = null;
const patterns = (): readonly Pattern[] =>
  (compiled ??= messages.map(([english, spanish]) => compile(english, spanish)).sort((a, b) => b.said - a.said));

const spanishNumber = (text: string): string =>
  /^\d{5,}$/.test(text) ? Number(text).toLocaleString('es-ES') : text.replace('.', ',');

/** A message in Spanish, the pieces of it that were kept as they are, and the patterns that it took. */
export interface Translation {
  readonly text: string;
  readonly kept: readonly string[];
  readonly used: readonly string[];
}

/** What was looked up before: whole messages, and the parts that a message was tried to be split into. */
const known = new Map<string, Translation | null>();
const MOST_KNOWN = 5000;

/** Null where the message, or a part of it, is in no table. */
export function translate(message: string): Translation | null {
  const before = known.get(message);
  if (before !== undefined) return before;
  const found = message.includes('\n') ? lines(message) : message.length > LONGEST ? null : line(message);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(message, found);
  return found;
}

function line(message: string): Translation | null {
  const found = whole(message);
  // A hole that took in the start of another sentence is the second choice.
  if (found !== null && !found.kept.some((value) => /[.?!] \S/.test(value))) return found;
  return sentences(message) ?? found ?? placed(message);
}

/** The message in Spanish where it is known, line by line where only some lines are, else as it is. */
export const inSpanish = (message: string): string =>
  translate(message)?.text ??
  message
    .split('\n')
    .map((text) => indented(text)?.text ?? text)
    .join('\n');

function whole(message: string): Translation | null {
  for (const { english, key, holes, spanish } of patterns()) {
    const found = english.exec(message);
    if (found === null) continue;
    const values = new Map(holes.map(({ name, kind }, i) => [name, valueOf(found[i + 1]!, kind)]));
    return {
      text: spanish.replace(HOLE, (_, name: string) => values.get(name)!.text),
      kept: [...values.values()].flatMap(({ kept }) => kept),
      used: [key, ...[...values.values()].flatMap(({ used }) => used)],
    };
  }
  return null;
}

function valueOf(value: string, kind: HoleKind): Translation {
  if (kind === 'number') return { text: spanishNumber(value), kept: [], used: [] };
  if (kind === 'list') return list(value);
  return (kind === 'words' ? translate(value) : null) ?? kept(value);
}

const kept = (value: string): Translation => ({ text: value, kept: [value], used: [] });

/** 'a, b and 3 more' */
function list(value: string): Translation {
  const [, items, more] = /^(.*?)(?: and (\d+) more)?$/.exec(value)!;
  return { ...kept(items!), text: more === undefined ? items! : `${items} y ${more} más` };
}

const after = (text: string, { text: own, ...rest }: Translation): Translation => ({ text: text + own, ...rest });

function together(parts: readonly (Translation | null)[], separator: string): Translation | null {
  const all = parts.filter((part) => part !== null);
  if (all.length < parts.length) return null;
  return {
    text: all.map(({ text }) => text).join(separator),
    kept: all.flatMap(({ kept }) => kept),
    used: all.flatMap(({ used }) => used),
  };
}

const lines = (message: string): Translation | null => together(message.split('\n').map(indented), '\n');

function indented(own: string): Translation | null {
  const text = own.trimStart();
  if (text === '') return { text: own, kept: [], used: [] };
  const found = translate(text);
  return found === null ? null : after(own.slice(0, own.length - text.length), found);
}

/** Messages are put together of sentences: the first that is known, and then the rest. */
function sentences(message: string): Translation | null {
  for (const { index } of message.matchAll(/(?<=[.?!]) (?=\S)/g)) {
    const first = message.slice(0, index);
    const head = whole(first) ?? placed(first);
    const found = head === null ? null : together([head, translate(message.slice(index + 1))], ' ');
    if (found !== null) return found;
  }
  return null;
}

/** 'train.txt:12: the path is empty.', 'error: Image missing (3)': a place or a kind before a colon. */
function placed(message: string): Translation | null {
  for (const { index } of message.matchAll(/: /g)) {
    const place = message.slice(0, index);
    const found = together([whole(place) ?? kept(place), translate(message.slice(index + 2))], ': ');
    if (found !== null) return found;
  }
  return null;
}
