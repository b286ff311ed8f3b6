import { readdir, stat } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { complaint } from '../../../shared/complaint.ts';
import { configSchema } from '../../../shared/config.ts';
import type { Config } from '../../../shared/config.ts';
import { Problem } from '../../../shared/problem.ts';
import { resourcePath } from '../state/resources.ts';
import { nearest } from './nearest.ts';
import { readRegularText } from '../../pipeline/storage/regularFile.ts';
import { MOST_YAML_BYTES, readYaml, tooLarge } from './readYaml.ts';

export interface ConfigSources {
  /** Name of a file in resources/presets, without its ending. */
  readonly preset?: string | null;
  /** A YAML file. */
  readonly file?: string | null;
  /** 'teacher.epochs_head=3' */
  readonly overrides?: readonly string[];
}

type Plain = { [key: string]: unknown };
/** Where a key was written, for messages: 'my.yaml:12' or '--set'. */
type Origin = (path: readonly PropertyKey[]) => string;
interface Layer {
  readonly values: Plain;
  readonly origin: Origin;
}

/** Defaults, then a preset, then a file, then single settings. Throws Problem('config') that lists everything that is wrong, with its line. */
export async function loadConfig({
  preset = null,
  file = null,
  overrides = [],
}: ConfigSources): Promise<{ config: Config }> {
  const layers: Layer[] = [];
  if (preset !== null) layers.push(await presetLayer(preset));
  if (file !== null) layers.push(await fileLayer(file));
  layers.push(...overrides.map(overrideLayer));
  const merged = layers.reduce<Plain>((whole, { values }) => merge(whole, values), {});
  const parsed = configSchema.safeParse(merged);
  if (parsed.success) return { config: parsed.data };
  const faults = parsed.error.issues.flatMap((issue) => describe(issue, layers));
  const more = parsed.error.issues.reduce((sum, issue) => sum + countOf(issue), 0) - faults.length;
  throw new Problem('config', [...faults, ...(more > 0 ? [`... and ${more} more.`] : [])].join('\n'));
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
  const meant = nearest(preset, names);
  throw new Problem(
    'config',
    `There is no preset '${preset}'${meant === null ? '.' : `; did you mean ${meant}?`} Presets: ${names.join(', ')}.`,
  );
}

async function fileLayer(file: string): Promise<Layer> {
  // Asked before reading: the file may be of any size.
  const found = await stat(file).catch(() => null);
  if (found !== null && found.size > MOST_YAML_BYTES) throw tooLarge(file);
  let text: string;
  try {
    text = await readRegularText(file);
  } catch (error) {
    throw new Problem('config', `The settings file ${file} cannot be read.`, (error as Error).message);
  }
  const { values: read, lineOf } = readYaml(file, text);
  const values = read ?? {};
  if (typeof values !== 'object' || Array.isArray(values))
    throw new Problem('config', `${file}:1: settings are a list of 'key: value' lines.`);
  return { values: values as Plain, origin: (path) => `${file}:${lineOf(path)}` };
}

function overrideLayer(assignment: string): Layer {
  const at = assignment.indexOf('=');
  if (at <= 0)
    throw new Problem('config', `--set ${assignment}: write key=value, for example --set teacher.epochs_head=3`);
  const keys = assignment.slice(0, at).trim().split('.');
  if (keys.includes('__proto__')) throw new Problem('config', `--set ${assignment}: unknown setting __proto__.`);
  let value: unknown;
  try {
    value = parse(assignment.slice(at + 1));
  } catch (error) {
    throw new Problem('config', `--set ${assignment}: the value cannot be read.`, (error as Error).message);
  }
  return {
    values: keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Plain,
    origin: () => `--set ${assignment}`,
  };
}

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

/** Unknown settings that are named, per section; the others are counted. */
const MOST_UNKNOWN = 20;
/** Characters; nothing longer is a slip of one of the names. */
const LONGEST_KEY = 100;

const countOf = (issue: Issue): number => (issue.code === 'unrecognized_keys' ? issue.keys.length : 1);

function describe(issue: Issue, layers: readonly Layer[]): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path);
    return issue.keys.slice(0, MOST_UNKNOWN).map((key) => {
      const path = [...issue.path, key];
      const meant = key.length > LONGEST_KEY ? null : nearest(key, known);
      return `${originOf(path, layers)}: unknown setting ${path.join('.')}${meant === null ? '.' : `; did you mean ${meant}?`}`;
    });
  }
  return [`${originOf(issue.path, layers)}: ${complaint(issue, issue.path.join('.'))}`];
}

/** The last layer that says something at this path is the one to be corrected. */
function originOf(path: readonly PropertyKey[], layers: readonly Layer[]): string {
  const says = ({ values }: Layer): boolean => {
    let value: unknown = values;
    for (const key of path) {
      if (!isPlain(value) || !(String(key) in value)) return typeof key === 'number';
      value = value[String(key)];
    }
    return true;
  };
  return layers.findLast(says)?.origin(path) ?? 'settings';
}

/** The keys that a section has. */
function keysAt(path: readonly PropertyKey[]): string[] {
  const defaults: unknown = path.reduce<unknown>(
    (value, key) => (isPlain(value) ? value[String(key)] : undefined),
    configSchema.parse({}),
  );
  return isPlain(defaults) ? Object.keys(defaults) : [];
}
