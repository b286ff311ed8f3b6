import type { FileSource } from '../../../shared/contract/dataset.ts';
import { mapBounded } from '../../pipeline/storage/bounded.ts';
import type { Entry, Reading } from './entries.ts';
import { readTextIfThere } from './sourceText.ts';
import { readYoloSet } from './yoloConfig.ts';

/**
 * Reads YOLO: each image has a .txt file beside it, or in labels/ instead of images/, whose lines begin with the number
 * of a class. An image without such a file is a background image and gets no label.
 */
export async function fromYolo(reading: Reading, { file }: FileSource): Promise<Entry[]> {
  const { names, splitOf } = await readYoloSet(reading, file);
  const there = new Set(reading.folder.files);
  const used = new Set<string>();
  const counted = new Set<number>();
  const entries = await mapBounded(reading.images, async (image): Promise<Entry> => {
    const list = annotationPlaces(image).find((place) => there.has(place));
    const text = list === undefined ? null : await readTextIfThere(reading.project, list);
    if (list !== undefined) used.add(list);
    if (text === null) reading.tally.drop('note', 'dropped.imageWithoutAnnotation', image);
    const labels = new Set<string>();
    for (const [i, line] of (text ?? '').split(/\r?\n/).entries()) {
      if (line.trim() === '') continue;
      const first = line.trim().split(/\s+/)[0]!;
      const number = /^\d+(\.0*)?$/.test(first) ? Number(first) : null;
      const name = number === null ? undefined : names[number];
      const where = `${list!}:${i + 1}: ${line.trim()}`;
      if (number === null) reading.tally.drop('error', 'dropped.lineWithoutClassNumber', where);
      else if (name === undefined || name === '') reading.tally.drop('error', 'dropped.classNumberUnnamed', where);
      else {
        labels.add(name);
        counted.add(number);
      }
    }
    return { path: image, labels: [...labels], split: splitOf(image) };
  });
  for (const [number, name] of names.entries())
    if (name !== '' && !counted.has(number)) reading.tally.drop('note', 'dropped.classUnused', `${file}: ${name}`);
  countOrphans(reading, used);
  return entries;
}

/** Replaces the last folder named images: the labels of images/images/a.jpg are in images/labels/a.txt. */
function annotationPlaces(image: string): string[] {
  const plain = image.replace(/\.[^./]+$/, '.txt');
  const at = `/${plain}`.lastIndexOf('/images/');
  const beside = at < 0 ? [] : [`${plain.slice(0, at)}labels/${plain.slice(at + 'images/'.length)}`];
  return [...beside, plain];
}

/** Counts annotation files without an image. Looks only into folders that have such files. */
function countOrphans({ folder, tally }: Reading, used: ReadonlySet<string>): void {
  const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/') + 1);
  const folders = new Set([...used].map(folderOf).filter((name) => name !== ''));
  for (const file of folder.files)
    if (/\.txt$/i.test(file) && !used.has(file) && folders.has(folderOf(file)) && !/(^|\/)classes\.txt$/i.test(file))
      tally.drop('warning', 'dropped.annotationWithoutImage', file);
}
