import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { TextDecoder } from 'node:util';
import type { ImportFormat, ImportOffers } from '../../../shared/contract/dataset.ts';
import { Problem } from '../../../shared/problem.ts';
import { isYoloList } from '../../pipeline/data/foreignLists.ts';
import { looksLikeImage } from '../../pipeline/data/imageFormats.ts';
import { walkFolder } from '../../pipeline/data/walkFolder.ts';
import { mapBounded } from '../../pipeline/storage/bounded.ts';
import { namesImages } from './csvColumns.ts';
import { parseTable } from './csvTable.ts';
import { createLocator } from './locate.ts';
import { skippedFolders } from './sources.ts';
import { readTextIfThere, utf16Of } from './sourceText.ts';
import { setOf, splitNamed, splitOfFile } from './splitNames.ts';

/** Folders with more candidates hold data of another kind, such as one JSON file per image. */
const MOST_OPENED = 300;
const DEEPEST = 4;
const HEAD_BYTES = 64 * 1024;

type Offer = ImportOffers['files'][number];

/** Lists what a folder offers to import, without reading images. Files that differ only in the split are one offer. */
export async function importOffers(project: string): Promise<ImportOffers> {
  const { files } = await walkFolder(project, skippedFolders);
  const images = files.filter(looksLikeImage);
  const candidates = files.filter((file) => isCandidate(file)).slice(0, MOST_OPENED);
  const kinds = await mapBounded(candidates, (file) => formatOf(project, file, images));
  const offers = candidates.flatMap((file, i): { kind: ImportFormat; file: string }[] =>
    kinds[i] === null ? [] : [{ kind: kinds[i]!, file }],
  );
  const sets = [...inSets(offers), ...(await xmlOffers(project, files))];
  const byFolder = Map.groupBy(images, (image) => image.split('/').at(-2) ?? '');
  const lists = files.filter((name) => /^(train|val|test)\.txt$/.test(name));
  return {
    images: images.length,
    folders: [...byFolder]
      .filter(([label]) => label !== '' && splitNamed(label) === null)
      .map(([label, inIt]) => ({ label, images: inIt.length })),
    files: sets,
    labelFiles: (await areYoloLists(project, files, lists)) ? [] : lists,
  };
}

const isCandidate = (file: string): boolean =>
  file.split('/').length <= DEEPEST &&
  (/\.(csv|tsv|json|ya?ml)$/i.test(file) || /(^|\/)(classes\.txt|obj\.names)$/i.test(file)) &&
  !/(^|\/)(destila|package(-lock)?|tsconfig)\.(ya?ml|json)$/i.test(file);

/** Joins files of the same kind whose paths differ only in the name of a split; the training file comes first. */
function inSets(offers: readonly { kind: ImportFormat; file: string }[]): Offer[] {
  const sets = Map.groupBy(offers, ({ kind, file }) => `${kind} ${setOf(file)}`);
  return [...sets.values()].flatMap((set): Offer[] => {
    const named = new Set(set.map(({ file }) => splitOfFile(file)));
    if (set[0]!.kind === 'yolo' || named.has(null) || named.size < set.length)
      return set.map(({ kind, file }) => ({ kind, file, also: [] }));
    const order = ['train', 'val', 'test'] as const;
    const [first, ...others] = set.toSorted(
      (a, b) => order.indexOf(splitOfFile(a.file)!) - order.indexOf(splitOfFile(b.file)!),
    );
    return [{ ...first!, also: others.map(({ file }) => file) }];
  });
}

/** Returns null for a file that cannot be opened or was deleted meanwhile, so that it is not offered. */
async function formatOf(project: string, file: string, images: readonly string[]): Promise<ImportFormat | null> {
  try {
    return await recognize(project, file, images);
  } catch (error) {
    if (/^(EACCES|EPERM|ENOENT)$/.test((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

async function recognize(project: string, file: string, images: readonly string[]): Promise<ImportFormat | null> {
  const place = path.join(project, file);
  if (/\.(csv|tsv)$/i.test(file)) return (await isTable(place, file, images)) ? 'csv' : null;
  if (/\.txt$|\.names$/i.test(file)) return 'yolo';
  if (/\.ya?ml$/i.test(file)) return /^\s*names\s*:/m.test(await headOf(place)) ? 'yolo' : null;
  return jsonFormat(place);
}

async function isTable(place: string, file: string, images: readonly string[]): Promise<boolean> {
  const head = await headOf(place);
  try {
    // The last line of the head may be incomplete.
    const whole = head.length < HEAD_BYTES / 2 ? head : head.slice(0, head.lastIndexOf('\n'));
    const { rows } = parseTable(whole, file);
    if (rows[0] !== undefined && namesImages(rows[0].cells)) return true;
    const locator = createLocator(images);
    return rows.slice(0, 5).some(({ cells }) => cells.some((cell) => typeof locator.find(cell, ['.']) === 'object'));
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

async function headOf(place: string): Promise<string> {
  const handle = await open(place);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const bytes = buffer.subarray(0, bytesRead);
    return new TextDecoder(utf16Of(bytes) ?? 'utf-8').decode(bytes);
  } finally {
    await handle.close();
  }
}

/** Reads the file in chunks until the keys of a format are seen, which may be far from the beginning. */
async function jsonFormat(place: string): Promise<ImportFormat | null> {
  const head = await headOf(place);
  if (/^\s*\{\s*"(classes|labels)"\s*:/.test(head)) return 'fiftyone';
  if (/^\s*\[\s*\{/.test(head))
    return /"(annotations|completions)"\s*:\s*\[/.test(head) || /"(image|img)"\s*:\s*"/.test(head)
      ? 'labelStudio'
      : null;
  if (!/^\s*\{/.test(head)) return null;
  const keys = ['"images"', '"categories"'];
  const seen = new Set<string>();
  let tail = '';
  for await (const chunk of createReadStream(place, { encoding: 'utf8' }) as AsyncIterable<string>) {
    const text = tail + chunk;
    for (const key of keys) if (text.includes(key)) seen.add(key);
    if (seen.size === keys.length) return 'coco';
    tail = text.slice(-20);
  }
  return null;
}

/** Opens one XML file per folder, because Pascal VOC has thousands of them (CVAT has one). */
async function xmlOffers(project: string, files: readonly string[]): Promise<Offer[]> {
  const firsts = new Map<string, string>();
  for (const file of files) {
    const folder = path.posix.dirname(file);
    if (/\.xml$/i.test(file) && !firsts.has(folder)) firsts.set(folder, file);
  }
  const offers: Offer[] = [];
  const vocFolders: string[] = [];
  for (const [folder, file] of [...firsts].slice(0, MOST_OPENED)) {
    const head = await headOf(path.join(project, file));
    if (/<annotations[\s>]/.test(head)) offers.push({ kind: 'cvat', file, also: [] });
    else if (/<annotation[\s>]/.test(head)) vocFolders.push(folder);
  }
  if (vocFolders.length > 0) offers.push({ kind: 'voc', file: commonFolder(vocFolders), also: [] });
  return offers;
}

function commonFolder(folders: readonly string[]): string {
  const [first, ...others] = folders.map((folder) => folder.split('/'));
  const differing = first!.findIndex((part, i) => others.some((other) => other[i] !== part));
  return first!.slice(0, differing < 0 ? first!.length : differing).join('/') || '.';
}

/** A train.txt of a Darknet export lists images only. Read as a label file, it would lose the labels beside them. */
async function areYoloLists(project: string, files: readonly string[], lists: readonly string[]): Promise<boolean> {
  if (!files.some((file) => /^(obj\.(names|data)|data\.ya?ml)$/i.test(file)) || lists.length === 0) return false;
  const texts = await mapBounded(lists, (list) => readTextIfThere(project, list));
  return texts.every((text) => text !== null && isYoloList(text.split(/\r?\n/)));
}
