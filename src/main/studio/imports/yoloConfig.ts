import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { Split } from '../../../shared/contract/dataset.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { mapBounded } from '../../pipeline/storage/bounded.ts';
import type { Reading } from './entries.ts';
import { readSourceText, readTextIfThere } from './sourceText.ts';
import { splitOfFolders } from './splitNames.ts';

export interface YoloSet {
  /** Names by class number; '' if the list has an empty line. */
  readonly names: readonly string[];
  /** Returns null when nothing names the split of the image. */
  readonly splitOf: (image: string) => Split | null;
}

/** Splits as data.yaml and obj.data call them. */
const splitKeys = { train: 'train', val: 'val', valid: 'val', test: 'test' } as const;

const places = z.union([z.string(), z.array(z.string())]).optional();
const yamlSchema = z.object({
  names: z.union([z.array(z.string()), z.record(z.string(), z.string())]),
  path: z.string().optional(),
  nc: z.string().optional(),
  train: places,
  val: places,
  valid: places,
  test: places,
});

/** Reads the class names and splits from data.yaml (it may have another name), classes.txt or obj.names. */
export async function readYoloSet(reading: Reading, file: string): Promise<YoloSet> {
  const text = await readSourceText(reading.project, file, reading.questions);
  return /\.ya?ml$/i.test(file) ? fromYaml(reading, file, text) : fromNames(reading, file, text);
}

async function fromYaml(reading: Reading, file: string, text: string): Promise<YoloSet> {
  let value: unknown;
  try {
    // The schema 'failsafe' keeps everything as written, so that a class named 02146 does not become 2146.
    value = parseYaml(text, { schema: 'failsafe' }) as unknown;
  } catch (error) {
    throw new Problem('data.invalidYaml', { file }, (error as Error).message);
  }
  const found = yamlSchema.safeParse(value);
  if (!found.success) throw new Problem('data.notClassNames', { file }, found.error.message);
  const { names: given, nc, path: root = '', ...bySplit } = found.data;
  const names = Array.isArray(given) ? given : byNumber(given, file);
  const classes = Object.keys(given).length;
  if (nc !== undefined && Number(nc) !== classes)
    reading.notes.push(message('import.classesAnnounced', { file, announced: nc, named: classes }));
  const folder = path.posix.dirname(file);
  return { names, splitOf: await readPlaces(reading, file, [folder, path.posix.join(folder, root)], bySplit) };
}

function byNumber(names: Readonly<Record<string, string>>, file: string): string[] {
  const list: string[] = [];
  for (const [number, name] of Object.entries(names)) {
    if (!/^\d{1,5}$/.test(number)) throw new Problem('data.invalidClassNumber', { file, number });
    list[Number(number)] = name;
  }
  return Array.from(list, (name: string | undefined) => name ?? '');
}

async function fromNames(reading: Reading, file: string, text: string): Promise<YoloSet> {
  // An empty line keeps its number, so that the lines after it do not shift.
  const names = text
    .replace(/\s+$/, '')
    .split(/\r?\n/)
    .map((line) => line.trim());
  const folder = path.posix.dirname(file);
  const data = await readTextIfThere(reading.project, path.posix.join(folder, 'obj.data'));
  const bySplit = Object.fromEntries(
    (data ?? '').split(/\r?\n/).flatMap((line) => {
      const found = /^\s*(train|valid|val|test)\s*=\s*(\S.*?)\s*$/.exec(line);
      return found === null ? [] : [[found[1]!, found[2]!]];
    }),
  );
  return { names, splitOf: await readPlaces(reading, 'obj.data', [folder], bySplit) };
}

/** Reads the folders or image lists of the splits. Their paths are relative to the file, to `path`, or to a parent. */
async function readPlaces(
  reading: Reading,
  file: string,
  roots: readonly string[],
  bySplit: Partial<Record<keyof typeof splitKeys, string | string[] | undefined>>,
): Promise<YoloSet['splitOf']> {
  const folders: { folder: string; split: Split }[] = [];
  const images = new Map<string, Split>();
  const known = new Set(reading.images);
  for (const key of Object.keys(splitKeys) as (keyof typeof splitKeys)[]) {
    for (const place of [bySplit[key] ?? []].flat()) {
      const forms = formsOf(place, roots);
      const folder = forms.find((form) => form === '.' || reading.images.some((image) => image.startsWith(`${form}/`)));
      const split = splitKeys[key];
      if (/\.txt$/i.test(place)) {
        const lists = await mapBounded(forms, (form) => readTextIfThere(reading.project, form));
        for (const line of lists.find((list) => list !== null)?.split(/\r?\n/) ?? []) {
          const image = line.trim() === '' ? undefined : formsOf(line.trim(), roots).find((form) => known.has(form));
          if (image !== undefined) images.set(image, split);
        }
        if (lists.every((list) => list === null))
          reading.tally.drop('warning', 'dropped.splitListMissing', `${file}: ${key}: ${place}`);
      } else if (folder !== undefined) folders.push({ folder, split });
      else reading.tally.drop('warning', 'dropped.splitFolderEmpty', `${file}: ${key}: ${place}`);
    }
  }
  if (images.size === 0 && folders.length === 0) return splitOfFolders;
  folders.sort((a, b) => b.folder.length - a.folder.length);
  return (image) =>
    images.get(image) ?? folders.find(({ folder }) => folder === '.' || image.startsWith(`${folder}/`))?.split ?? null;
}

/** '../train/images' is beside data.yaml in most exports; 'data/x' of Darknet is relative to the folder above. */
function formsOf(place: string, roots: readonly string[]): string[] {
  const plain = place.replaceAll('\\', '/').replace(/\/+$/, '') || '.';
  const stripped = plain.replace(/^(\.\.?\/)+/, '');
  const parts = stripped.replace(/^\/+/, '').split('/');
  const tails = parts.map((_, i) => parts.slice(i).join('/'));
  return [
    ...new Set([plain, stripped, ...tails].flatMap((form) => roots.map((root) => path.posix.join(root, form)))),
  ].filter((form) => !form.startsWith('..') && !form.startsWith('/'));
}
