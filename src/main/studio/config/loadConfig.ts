import { readdir, stat } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { configSchema, withCurrentNames } from '../../../shared/config.ts';
import type { Config } from '../../../shared/config.ts';
import { fieldError } from '../../../shared/fieldError.ts';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { readRegularText } from '../../pipeline/storage/regularFile.ts';
import { resourcePath } from '../state/resources.ts';
import { nearest } from './nearest.ts';
import { MOST_YAML_BYTES, readYaml, tooLarge } from './readYaml.ts';

export interface ConfigSources {
  /** Settings that the others are merged over, instead of a preset. */
  readonly base?: Config | null;
  /** Name of a file in resources/presets, without its extension. */
  readonly preset?: string | null;
  /** Path of a YAML file. */
  readonly file?: string | null;
  /** Single settings, such as 'teacher.epochs_head=3'. */
  readonly overrides?: readonly string[];
}

type Plain = { [key: string]: unknown };
/** Where a key was set, for error messages: 'my.yaml:12' or '--set teacher.epochs_head=3'. */
type Origin = (path: readonly PropertyKey[]) => string;
interface Layer {
  readonly values: Plain;
  readonly origin: Origin;
}

/**
 * Merges the defaults, a preset, a file and single settings, each over the one before. Throws a Problem 'config' that
 * lists every wrong setting with its line.
 */
export async function loadConfig({
  base = null,
  preset = null,
  file = null,
  overrides = [],
}: ConfigSources): Promise<{ config: Config }> {
  const layers = [
    ...(base === null ? [] : [{ values: base as unknown as Plain, origin: () => 'preset' }]),
    ...(preset === null ? [] : [await presetLayer(preset)]),
    ...(file === null ? [] : [await fileLayer(file)]),
    ...overrides.map(overrideLayer),
  ].map(withCurrentSettings);
  const merged = layers.reduce<Plain>((whole, { values }) => merge(whole, values), {});
  const parsed = configSchema.safeParse(merged);
  if (parsed.success) return { config: parsed.data };
  const errors = parsed.error.issues.flatMap((issue) => errorsOf(issue, layers));
  const count = parsed.error.issues.reduce((sum, issue) => sum + countOf(issue), 0) - errors.length;
  throw new Problem('config.settingErrors', {
    errors: [...errors, ...(count > 0 ? [message('setting.moreErrors', { count })] : [])],
  });
}

export async function presetNames(): Promise<string[]> {
  return (await readdir(resourcePath('presets')))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

async function presetLayer(preset: string): Promise<Layer> {
  const names = await presetNames();
  if (names.includes(preset)) return fileLayer(resourcePath('presets', `${preset}.yaml`));
  const guess = nearest(preset, names);
  if (guess === null) throw new Problem('config.presetUnknown', { preset, names });
  throw new Problem('config.presetUnknownMeant', { preset, guess, names });
}

async function fileLayer(file: string): Promise<Layer> {
  // The size is checked before reading, because the file may be of any size.
  const found = await stat(file).catch(() => null);
  if (found !== null && found.size > MOST_YAML_BYTES) throw tooLarge(file);
  let text: string;
  try {
    text = await readRegularText(file);
  } catch (error) {
    throw new Problem('config.settingsFileUnreadable', { file }, (error as Error).message);
  }
  const { values: read, lineOf } = readYaml(file, text);
  const values = read ?? {};
  if (typeof values !== 'object' || Array.isArray(values)) throw new Problem('config.settingsNotAMap', { file });
  return { values: values as Plain, origin: (path) => `${file}:${lineOf(path)}` };
}

function overrideLayer(assignment: string): Layer {
  const at = assignment.indexOf('=');
  if (at <= 0) throw new Problem('config.assignmentMalformed', { assignment });
  const keys = assignment.slice(0, at).trim().split('.');
  if (keys.includes('__proto__'))
    throw new Problem('config.settingUnknown', { place: `--set ${assignment}`, key: '__proto__' });
  let value: unknown;
  try {
    value = parse(assignment.slice(at + 1));
  } catch (error) {
    throw new Problem('config.assignmentUnreadable', { assignment }, (error as Error).message);
  }
  return {
    values: keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Plain,
    origin: () => `--set ${assignment}`,
  };
}

/** Layers are merged under the current names, or else an older name in one would not override the newer in another. */
const withCurrentSettings = (layer: Layer): Layer =>
  'augmentation' in layer.values
    ? { ...layer, values: { ...layer.values, augmentation: withCurrentNames(layer.values.augmentation) } }
    : layer;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merge(below: Plain, above: Plain): Plain {
  const merged: Plain = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = merged[key];
    merged[key] = isPlain(old) && isPlain(value) ? merge(old, value) : value;
  }
  return merged;
}

type Issue = z.core.$ZodIssue;

/** Unknown settings that are named in each section; the others are counted. */
const MOST_UNKNOWN = 20;
/** A longer key, in characters, is not a misspelled setting. */
const LONGEST_KEY = 100;

const countOf = (issue: Issue): number => (issue.code === 'unrecognized_keys' ? issue.keys.length : 1);

function errorsOf(issue: Issue, layers: readonly Layer[]): Message[] {
  const at = (path: readonly PropertyKey[], error: Message): Message =>
    message('setting.at', { place: originOf(path, layers), error });
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path);
    return issue.keys.slice(0, MOST_UNKNOWN).map((key) => at([...issue.path, key], unknown(issue.path, key, known)));
  }
  return [at(issue.path, fieldError(issue, issue.path.join('.')))];
}

function unknown(section: readonly PropertyKey[], name: string, known: readonly string[]): Message {
  const key = [...section, name].join('.');
  const guess = name.length > LONGEST_KEY ? null : nearest(name, known);
  return guess === null ? message('setting.unknown', { key }) : message('setting.unknownMeant', { key, guess });
}

/** The last layer that sets this path is the one to correct. */
function originOf(path: readonly PropertyKey[], layers: readonly Layer[]): string {
  const sets = ({ values }: Layer): boolean => {
    let value: unknown = values;
    for (const key of path) {
      if (!isPlain(value) || !(String(key) in value)) return typeof key === 'number';
      value = value[String(key)];
    }
    return true;
  };
  return layers.findLast(sets)?.origin(path) ?? 'settings';
}

function keysAt(path: readonly PropertyKey[]): string[] {
  const defaults: unknown = path.reduce<unknown>(
    (value, key) => (isPlain(value) ? value[String(key)] : undefined),
    configSchema.parse({}),
  );
  return isPlain(defaults) ? Object.keys(defaults) : [];
}
