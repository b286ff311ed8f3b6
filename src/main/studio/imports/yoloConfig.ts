import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { Split } from '../../../shared/contract/dataset.ts';
import { Problem } from '../../../shared/problem.ts';
import { mapBounded } from '../../pipeline/storage/bounded.ts';
import type { Reading } from './entries.ts';
import { readSourceText, readTextIfThere } from './sourceText.ts';
import { splitOfFolders } from './splitNames.ts';

export interface YoloSet {
  /** Names by class number; '' where the list has an empty line. */
  readonly names: readonly string[];
  /** The split of an image; null where nothing names one. */
  readonly splitOf: (image: string) => Split | null;
}

/** Splits as data.yaml and obj.data call them. */
const splitKeys = { train: 'train', val: 'val', valid: 'val', test: 'test' } as const;

const one = z.union([z.string(), z.array(z.string())]).optional();
const yamlSchema = z.object({
  names: z.union([z.array(z.string()), z.record(z.string(), z.string())]),
  path: z.string().optional(),
  nc: z.string().optional(),
  train: one,
  val: one,
  valid: one,
  test: one,
});

/** data.yaml (or another name), classes.txt or obj.names: the classes, and where the splits are. */
export async function readYoloSet(reading: Reading, file: string): Promise<YoloSet> {
  const text = await readSourceText(reading.project, file, reading.questions);
  return /\.ya?ml$/i.test(file) ? fromYaml(reading, file, text) : fromNames(reading, file, text);
}

async function fromYaml(reading: Reading, file: string, text: string): Promise<YoloSet> {
  let value: unknown;
  try {
    // 'failsafe' keeps everything as written: a class named 02146 is not the number 2146.
    value = parseYaml(text, { schema: 'failsafe' }) as unknown;
  } catch (error) {
    throw new Problem('data', `${file} is not valid YAML: correct it or export it again.`, (error as Error).message);
  }
  const found = yamlSchema.safeParse(value);
  if (!found.success) throw new Problem('data', `${file} has no list of names.`, found.error.message);
  const { names: given, nc, path: root = '', ...places } = found.data;
  const names = Array.isArray(given) ? given : byNumber(given, file);
  const classes = Object.keys(given).length;
  if (nc !== undefined && Number(nc) !== classes)
    reading.notes.push(`${file} announces ${nc} classes and names ${classes}.`);
  const folder = path.posix.dirname(file);
  const listed = await readPlaces(reading, file, [folder, path.posix.join(folder, root)], places);
  return { names, splitOf: listed };
}

function byNumber(names: Readonly<Record<string, string>>, file: string): string[] {
  const list: string[] = [];
  for (const [number, name] of Object.entries(names)) {
    if (!/^\d{1,5}$/.test(number))
      throw new Problem('data', `${file}: '${number}' is not a class number: names maps numbers to names.`);
    list[Number(number)] = name;
  }
  return Array.from(list, (name: string | undefined) => name ?? '');
}

async function fromNames(reading: Reading, file: string, text: string): Promise<YoloSet> {
  // An empty line keeps its number: the lines after it must not shift.
  const names = text
    .replace(/\s+$/, '')
    .split(/\r?\n/)
    .map((line) => line.trim());
  const folder = path.posix.dirname(file);
  const data = await readTextIfThere(reading.project, path.posix.join(folder, 'obj.data'));
  const places = Object.fromEntries(
    (data ?? '').split(/\r?\n/).flatMap((line) => {
      const found = /^\s*(train|valid|val|test)\s*=\s*(\S.*?)\s*$/.exec(line);
      return found === null ? [] : [[found[1]!, found[2]!]];
    }),
  );
  return { names, splitOf: await readPlaces(reading, 'obj.data', [folder], places) };
}

/** Folders or lists of images named for the splits. Paths begin at the file, at `path`, or at a folder above. */
async function readPlaces(
  reading: Reading,
  file: string,
  roots: readonly string[],
  places: Partial<Record<keyof typeof splitKeys, string | string[] | undefined>>,
): Promise<YoloSet['splitOf']> {
  const folders: { folder: string; split: Split }[] = [];
  const images = new Map<string, Split>();
  const known = new Set(reading.images);
  for (const key of Object.keys(splitKeys) as (keyof typeof splitKeys)[]) {
    for (const place of [places[key] ?? []].flat()) {
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
          reading.tally.drop('warning', 'List of a split that is not in the folder', `${file}: ${key}: ${place}`);
      } else if (folder !== undefined) folders.push({ folder, split });
      else reading.tally.drop('warning', 'Folder of a split that has no images', `${file}: ${key}: ${place}`);
    }
  }
  if (images.size === 0 && folders.length === 0) return splitOfFolders;
  folders.sort((a, b) => b.folder.length - a.folder.length);
  return (image) =>
    images.get(image) ?? folders.find(({ folder }) => folder === '.' || image.startsWith(`${folder}/`))?.split ?? null;
}

/** '../train/images' of an export lies beside data.yaml in most of them; 'data/x' of Darknet begins one folder up. */
function formsOf(place: string, roots: readonly string[]): string[] {
  const plain = place.replaceAll('\\', '/').replace(/\/+$/, '') || '.';
  const stripped = plain.replace(/^(\.\.?\/)+/, '');
  const parts = stripped.replace(/^\/+/, '').split('/');
  const tails = parts.map((_, i) => parts.slice(i).join('/'));
  return [
    ...new Set([plain, stripped, ...tails].flatMap((form) => roots.map((root) => path.posix.join(root, form)))),
  ].filter((form) => !form.startsWith('..') && !form.startsWith('/'));
}
