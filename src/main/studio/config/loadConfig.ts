import { readdir } from 'node:fs/promises';
import { isMap, isScalar, LineCounter, parse, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import { complaint, yamlReason } from '../../../shared/complaint.ts';
import { configSchema } from '../../../shared/config.ts';
import type { Config } from '../../../shared/config.ts';
import { Problem } from '../../../shared/problem.ts';
import { resourcePath } from '../resources.ts';
import { nearest } from './nearest.ts';
import { readRegularText } from '../../pipeline/storage/regularFile.ts';

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
  throw new Problem('config', parsed.error.issues.flatMap((issue) => describe(issue, layers)).join('\n'));
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
  let text: string;
  try {
    text = await readRegularText(file);
  } catch (error) {
    throw new Problem('config', `The settings file ${file} cannot be read.`, (error as Error).message);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [fault] = document.errors;
  if (fault !== undefined)
    throw new Problem('config', `${file}:${lines.linePos(fault.pos[0]).line}: this is no YAML (${yamlReason(fault)}).`);
  const values: unknown = document.toJS() ?? {};
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new Problem('config', `${file}:1: settings are a list of 'key: value' lines.`);
  return { values: values as Plain, origin: (path) => `${file}:${lineOf(document, path, lines)}` };
}

/** Line of the key at a path, or of the nearest part of the path that is there. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    if (!isMap(node)) break;
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair === undefined) break;
    offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
    node = pair.value;
  }
  return lines.linePos(offset).line;
}

function overrideLayer(assignment: string): Layer {
  const at = assignment.indexOf('=');
  if (at <= 0)
    throw new Problem('config', `--set ${assignment}: write key=value, for example --set teacher.epochs_head=3`);
  const keys = assignment.slice(0, at).trim().split('.');
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

function describe(issue: Issue, layers: readonly Layer[]): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const meant = nearest(key, keysAt(issue.path));
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
