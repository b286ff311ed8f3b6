import { open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { ImportSource } from '../../../shared/contract/dataset.ts';
import { Problem } from '../../../shared/problem.ts';
import { labelsOf } from '../../pipeline/data/dataset.ts';
import { readDataset } from '../../pipeline/data/readDataset.ts';
import type { DataConfig } from '../../pipeline/data/readDataset.ts';
import { looksLikeImage } from '../../pipeline/data/imageFormats.ts';
import type { Entry, Source } from './entries.ts';
import { imagesBelow } from './entries.ts';

/** Labels from whatever the user has. Boxes become 'is in the photo'. */
export async function readSource(
  project: string,
  source: ImportSource,
  separator: DataConfig['separator'] = 'auto',
): Promise<Source> {
  switch (source.kind) {
    case 'listed':
      return fromLabelFiles(project, separator);
    case 'folders':
      return fromFolders(project);
    case 'csv':
      return fromCsv(project, source.file);
    case 'coco':
      return fromCoco(project, source.file);
    case 'yolo':
      return fromYolo(project, source.file);
    case 'unlabelled':
      return {
        entries: (await imagesBelow(project)).map((image) => ({ path: image, labels: [], split: null })),
        warnings: [],
      };
  }
}

async function fromLabelFiles(project: string, separator: DataConfig['separator']): Promise<Source> {
  const { dataset, problems } = await readDataset(project, { separator, labels_file: null });
  const entries = Object.values(dataset.splits)
    .flat()
    .map((sample) => ({ path: sample.path, labels: labelsOf(sample, dataset.vocabulary), split: null }));
  const unread = problems.filter(({ code }) => code !== 'missingLabelFile');
  return {
    entries,
    warnings: unread
      .slice(0, 5)
      .map(({ file, line, message }) => `${file ?? ''}${line === null ? '' : `:${line}`}: ${message}`),
  };
}

const splitFolders: Readonly<Record<string, Entry['split']>> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  test: 'test',
  testing: 'test',
};

/** The folder that an image lies in is its label; train, val and test folders above it are its split. */
async function fromFolders(project: string): Promise<Source> {
  const images = await imagesBelow(project);
  const entries = images.map((image): Entry => {
    const folders = image.split('/').slice(0, -1);
    const split =
      folders.map((folder) => splitFolders[folder.toLowerCase()] ?? null).find((found) => found !== null) ?? null;
    const label = folders.at(-1);
    return { path: image, labels: label === undefined || label.toLowerCase() in splitFolders ? [] : [label], split };
  });
  const loose = entries.filter(({ labels }) => labels.length === 0).length;
  return {
    entries,
    warnings:
      loose === 0
        ? []
        : [
            loose === 1
              ? '1 image lies in no folder of its own and gets no label.'
              : `${loose} images lie in no folder of their own and get no label.`,
          ],
  };
}

const pathColumns = /^(image|img|file|file[ _-]?name|image[ _-]?(path|name|file)|path|file[ _-]?path|name)s?$/i;
const labelColumns = /^(label|class|tag|categor(y|ie)|etiqueta|clase)(s|es)?$/i;
const splitColumns = /^(split|set|subset|partition)$/i;

/** A table with a column of paths and either a column of labels or one column of 0 and 1 a label. */
async function fromCsv(project: string, file: string): Promise<Source> {
  const text = await readText(inside(project, file));
  const delimiter = [',', ';', '\t', '|'].reduce((a, b) =>
    (text.split('\n')[0] ?? '').split(b).length > (text.split('\n')[0] ?? '').split(a).length ? b : a,
  );
  let rows: string[][];
  try {
    rows = parseCsv(text, { delimiter, bom: true, relax_column_count: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new Problem('data', `${file} is no table that can be read: ${(error as Error).message}.`);
  }
  const header = rows[0] ?? [];
  const pathColumn = header.findIndex((name) => pathColumns.test(name));
  if (pathColumn < 0)
    throw new Problem('data', `${file}:1: no column of image paths was found. Name it 'image', 'path' or 'filename'.`);
  const labelColumn = header.findIndex((name) => labelColumns.test(name));
  const splitColumn = header.findIndex((name) => splitColumns.test(name));
  const body = rows.slice(1);
  const flags = header.flatMap((name, column) =>
    column !== pathColumn &&
    column !== splitColumn &&
    body.every((row) => /^(0|1|0\.0|1\.0|true|false|)$/i.test(row[column] ?? ''))
      ? [{ name, column }]
      : [],
  );
  if (labelColumn < 0 && flags.length === 0)
    throw new Problem(
      'data',
      `${file}:1: no column of labels was found. Name it 'labels', or give each label a column of 0 and 1.`,
    );
  // One separator for the whole column, the least likely inside a name first: in 'red, ripe|pear' the comma belongs to a label.
  const between =
    ['|', ';', ','].find(
      (character) => labelColumn >= 0 && body.some((row) => row[labelColumn]?.includes(character)),
    ) ?? ',';
  const labelsIn = (row: readonly string[]): string[] =>
    labelColumn >= 0
      ? (row[labelColumn] ?? '')
          .split(between)
          .map((label) => label.trim())
          .filter((label) => label !== '')
      : flags.filter(({ column }) => /^(1|1\.0|true)$/i.test(row[column] ?? '')).map(({ name }) => name);
  const merged = new Map<string, Entry>();
  for (const row of body) {
    const named = (row[pathColumn] ?? '').replaceAll('\\', '/');
    const before = merged.get(named);
    const split = splitColumn < 0 ? null : (splitFolders[(row[splitColumn] ?? '').toLowerCase()] ?? null);
    merged.set(named, {
      path: named,
      labels: [...new Set([...(before?.labels ?? []), ...labelsIn(row)])],
      split: before?.split ?? split,
    });
  }
  return existing(project, [...merged.values()], file);
}

const cocoSchema = z.object({
  images: z.array(z.object({ id: z.union([z.number(), z.string()]), file_name: z.string() })),
  annotations: z
    .array(z.object({ image_id: z.union([z.number(), z.string()]), category_id: z.union([z.number(), z.string()]) }))
    .default([]),
  categories: z.array(z.object({ id: z.union([z.number(), z.string()]), name: z.string() })),
});

async function fromCoco(project: string, file: string): Promise<Source> {
  let coco: z.infer<typeof cocoSchema>;
  try {
    coco = cocoSchema.parse(JSON.parse(await readText(inside(project, file))));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(
      'data',
      `${file} is not in COCO's format: it needs images, annotations and categories.`,
      (error as Error).message,
    );
  }
  const names = new Map(coco.categories.map(({ id, name }) => [id, name]));
  const labels = Map.groupBy(coco.annotations, ({ image_id: image }) => image);
  const entries = coco.images.map(({ id, file_name: name }): Entry => ({
    path: name.replaceAll('\\', '/'),
    split: null,
    labels: [...new Set((labels.get(id) ?? []).flatMap(({ category_id: category }) => names.get(category) ?? []))],
  }));
  const folder = path.posix.dirname(file.split(path.sep).join('/'));
  return existing(project, entries, file, [
    '',
    'images',
    folder,
    `${folder}/images`,
    path.posix.dirname(folder),
    `${path.posix.dirname(folder)}/images`,
  ]);
}

/** data.yaml or classes.txt gives the names; beside each image (or in labels/ instead of images/) a .txt whose lines begin with the class's number. */
async function fromYolo(project: string, file: string): Promise<Source> {
  const names = await yoloNames(inside(project, file), file);
  const images = await imagesBelow(project);
  const warnings: string[] = [];
  let unlabelled = 0;
  const entries = await Promise.all(
    images.map(async (image): Promise<Entry> => {
      const text = await firstText(project, image);
      if (text === null) unlabelled++;
      const numbers = [
        ...new Set(
          (text ?? '')
            .split(/\r?\n/)
            .map((line) => line.trim())
            .filter((line) => line !== '')
            .map((line) => Number(line.split(/\s+/)[0])),
        ),
      ];
      const unknown = numbers.find((number) => names[number] === undefined);
      if (unknown !== undefined) warnings.push(`${image}: class ${unknown} is not in ${file}.`);
      const split =
        image
          .split('/')
          .map((folder) => splitFolders[folder.toLowerCase()] ?? null)
          .find((found) => found !== null) ?? null;
      return { path: image, labels: numbers.flatMap((number) => names[number] ?? []), split };
    }),
  );
  return {
    entries,
    warnings: [
      ...warnings.slice(0, 5),
      ...(unlabelled === 0
        ? []
        : [
            unlabelled === 1
              ? '1 image has no annotation file and gets no label.'
              : `${unlabelled} images have no annotation file and get no label.`,
          ]),
    ],
  };
}

async function yoloNames(file: string, shown: string): Promise<readonly string[]> {
  const text = await readText(file);
  if (/\.txt$/i.test(file))
    return text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
  const names = z
    .object({ names: z.union([z.array(z.string()), z.record(z.string(), z.string())]) })
    .safeParse(parseYaml(text)).data?.names;
  if (names === undefined) throw new Problem('data', `${shown} has no list of names.`);
  if (Array.isArray(names)) return names;
  const list: string[] = [];
  for (const [number, name] of Object.entries(names)) list[Number(number)] = name;
  return list;
}

async function firstText(project: string, image: string): Promise<string | null> {
  const plain = image.replace(/\.[^./]+$/, '.txt');
  for (const name of [plain.replace(/(^|\/)images\//, '$1labels/'), plain]) {
    const text = await readFile(path.join(project, name), 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  return null;
}

/** Paths may be relative to the project or to where the list lies; images that are not there are left out and counted. */
async function existing(
  project: string,
  entries: readonly Entry[],
  file: string,
  bases: readonly string[] = ['', 'images', path.posix.dirname(file)],
): Promise<Source> {
  const found = new Set(await imagesBelow(project));
  const byName = new Map([...found].map((image) => [path.posix.basename(image), image]));
  let missing = 0;
  const kept = entries.flatMap((entry) => {
    const candidates = bases.map((base) => path.posix.normalize(path.posix.join(base === '.' ? '' : base, entry.path)));
    const at = candidates.find((candidate) => found.has(candidate)) ?? byName.get(path.posix.basename(entry.path));
    if (at === undefined || !looksLikeImage(at)) missing++;
    return at === undefined ? [] : [{ ...entry, path: at }];
  });
  return {
    entries: kept,
    warnings:
      missing === 0
        ? []
        : [
            missing === 1
              ? `1 image that ${file} names is not in the folder and is left out.`
              : `${missing} images that ${file} names are not in the folder and are left out.`,
          ],
  };
}

function inside(project: string, file: string): string {
  const place = path.resolve(project, file);
  if (path.relative(project, place).startsWith('..'))
    throw new Problem('data', `${file} is outside the project folder: move it in.`);
  return place;
}

const readText = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: Error) => {
    throw new Problem('file', `${file} cannot be read.`, error.message);
  });

/** What a folder offers to import, found without reading images. */
export async function importOffers(project: string): Promise<{
  images: number;
  folders: { label: string; images: number }[];
  files: { kind: 'csv' | 'coco' | 'yolo'; file: string }[];
  labelFiles: string[];
}> {
  const images = await imagesBelow(project);
  const byFolder = Map.groupBy(images, (image) => image.split('/').at(-2) ?? '');
  const folders = [...byFolder]
    .filter(([label]) => label !== '' && !(label.toLowerCase() in splitFolders))
    .map(([label, inIt]) => ({ label, images: inIt.length }));
  const names = [
    ...(await listFiles(project, '')),
    ...(await Promise.all(['annotations', 'labels'].map((folder) => listFiles(project, folder)))).flat(),
  ];
  const files = (await Promise.all(names.map(async (file) => ({ file, kind: await kindOf(project, file) })))).flatMap(
    ({ file, kind }) => (kind === null ? [] : [{ kind, file }]),
  );
  return {
    images: images.length,
    folders,
    files,
    labelFiles: names.filter((name) => /^(train|val|test)\.txt$/.test(name)),
  };
}

async function listFiles(project: string, folder: string): Promise<string[]> {
  const entries = await readdir(path.join(project, folder), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => (folder === '' ? entry.name : `${folder}/${entry.name}`));
}

const HEADER_BYTES = 4096;

/** A table of something else is not offered: its header says whether a column holds paths. */
async function namesImages(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => null);
  if (handle === null) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const [header = ''] = buffer
      .toString('utf8', 0, bytesRead)
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/);
    return header.split(/[,;\t|]/).some((name) => pathColumns.test(name.trim().replace(/^"(.*)"$/, '$1')));
  } finally {
    await handle.close();
  }
}

async function kindOf(project: string, file: string): Promise<'csv' | 'coco' | 'yolo' | null> {
  if (/\.(csv|tsv)$/i.test(file)) return (await namesImages(path.join(project, file))) ? 'csv' : null;
  if (/(^|\/)(data\.ya?ml|classes\.txt|obj\.names)$/i.test(file)) return 'yolo';
  if (!/\.json$/i.test(file) || (await stat(path.join(project, file))).size > 500e6) return null;
  const text = await readFile(path.join(project, file), 'utf8').catch(() => '');
  return text.includes('"categories"') && text.includes('"images"') ? 'coco' : null;
}
