import type { en } from './locales/en.ts';
import type { Translate } from './locales/translate.ts';
import { translator } from './locales/translate.ts';

/**
 * Texts that services, jobs and files carry. They travel as a code and its parameters and become words where they are
 * shown: English in logs and run folders, the person's language on screen and on the command line. The texts are under
 * `messages` in `locales/`.
 */

type Stem<Key extends string> = Key extends `${infer Name}_${'zero' | 'one' | 'two' | 'few' | 'many' | 'other'}`
  ? Name
  : Key;

/** Every text of a catalog as [code, text]; plural forms share their code. */
type Entry<Catalog, Prefix extends string = ''> = {
  [Key in keyof Catalog & string]: Catalog[Key] extends string
    ? readonly [code: `${Prefix}${Stem<Key>}`, text: Catalog[Key]]
    : Entry<Catalog[Key], `${Prefix}${Key}.`>;
}[keyof Catalog & string];

type Entries = Entry<(typeof en)['messages']>;

/** The names in '{{count, number}} of {{total}}': 'count' | 'total'. */
type NameOf<Hole extends string> = Hole extends `${infer Name},${string}` ? Name : Hole;
type Names<Text> = Text extends `${string}{{${infer Hole}}}${infer Rest}` ? NameOf<Hole> | Names<Rest> : never;

export type MessageCode = Entries[0];
type ParameterNames<Code extends MessageCode> = Names<Extract<Entries, readonly [Code, string]>[1]>;

/** A figure is written as the language writes it; a message is said in turn; a list is joined by `{{names, list}}`. */
export type Parameter = string | number | Message | readonly (string | Message)[];

export type Parameters<Code extends MessageCode> = { readonly [Name in ParameterNames<Code>]: Parameter };

export interface Message {
  /** English: what logs and run folders show, and what is shown where the code is not known. */
  readonly text: string;
  /** Absent in files written before there were codes. */
  readonly code?: string | undefined;
  readonly params?: Readonly<Record<string, Parameter>> | undefined;
}

/** The parameters, left out where a message has none. */
export type ParameterArguments<Code extends MessageCode> = [ParameterNames<Code>] extends [never]
  ? [params?: Record<never, never>]
  : [params: Parameters<Code>];

export function message<Code extends MessageCode>(code: Code, ...[params]: ParameterArguments<Code>): Message {
  return { text: inEnglish(code, params), code, ...(params === undefined ? {} : { params }) };
}

/** Text that has no translation: what another program or a person wrote. */
export const quoted = (text: string): Message => ({ text });

/** What can be said: a message, a problem as data, or text that is shown as it is. */
export type Sayable = string | Message | (Omit<Message, 'text'> & { readonly message: string });

/** The text in the translator's language. Its English one where the code is unknown: written by another version. */
export function say(t: Translate, said: Sayable): string {
  if (typeof said === 'string') return said;
  const text = 'text' in said ? said.text : said.message;
  return said.code === undefined ? text : (renderWith(t, said.code, said.params) ?? text);
}

const english = translator('en');

export const inEnglish = (code: MessageCode, params: object | undefined): string =>
  renderWith(english, code, params as Message['params']) ?? code;

/** Null when the catalog lacks the code. */
function renderWith(t: Translate, code: string, params: Message['params']): string | null {
  const said = Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => [name, sayParameter(t, value)]));
  // Codes come from files and other processes as well, so that the compiler cannot check this call.
  const text: unknown = (t as (key: string, values: object) => unknown)(`messages.${code}`, {
    ...said,
    defaultValue: '',
  });
  return typeof text === 'string' && text !== '' ? text : null;
}

function sayParameter(t: Translate, value: Parameter): unknown {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (Array.isArray(value)) return (value as readonly (string | Message)[]).map((item) => sayParameter(t, item));
  return say(t, value as Message);
}
