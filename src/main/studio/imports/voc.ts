import path from 'node:path';
import type { FileSource, Split } from '../../../shared/contract/dataset.ts';
import { Problem } from '../../../shared/problem.ts';
import { mapBounded } from '../../pipeline/storage/bounded.ts';
import type { Entry, Reading, SourceRecord } from './entries.ts';
import { createLocator, placeRecords } from './locate.ts';
import { readSourceText } from './sourceText.ts';
import { splitOfFolders } from './splitNames.ts';
import { childText, parseXml } from './xml.ts';

/** Reads Pascal VOC: one XML file per image, in the folder that the source names or below it. */
export async function fromVoc(reading: Reading, { file: folder }: FileSource): Promise<Entry[]> {
  const inFolder = folder === '.' ? '' : `${folder}/`;
  const files = reading.folder.files.filter((name) => /\.xml$/i.test(name) && name.startsWith(inFolder));
  if (files.length === 0) throw new Problem('data.noXmlFiles', { folder });
  const bySets = await readImageSets(reading);
  const locator = createLocator(reading.images);
  const known = (name: string, file: string): boolean =>
    typeof locator.find(name, basesOfXml(path.posix.dirname(file))) === 'object';
  const records = await mapBounded(files, (file) => recordOf(reading, file, bySets, known));
  const groups = Map.groupBy(
    records.filter((record) => record !== null),
    ({ where }) => path.posix.dirname(where),
  );
  return placeRecords(
    reading,
    [...groups].map(([place, own]) => ({ bases: basesOfXml(place), records: own })),
    locator,
  );
}

const basesOfXml = (folder: string): string[] => {
  const above = path.posix.dirname(folder);
  return [folder, path.posix.join(above, 'JPEGImages'), path.posix.join(above, 'images'), above];
};

async function recordOf(
  reading: Reading,
  file: string,
  bySets: ReadonlyMap<string, Split>,
  known: (name: string, file: string) => boolean,
): Promise<SourceRecord | null> {
  const root = parseXml(await readSourceText(reading.project, file, reading.questions), file);
  if (root.name !== 'annotation') {
    reading.tally.drop('note', 'dropped.notVoc', file);
    return null;
  }
  const labels: string[] = [];
  for (const object of root.children.filter(({ name }) => name === 'object')) {
    const label = childText(object, 'name');
    if (label === '') reading.tally.drop('error', 'dropped.objectUnnamed', file);
    else labels.push(label);
  }
  const stem = path.posix.basename(file).replace(/\.xml$/i, '');
  const split = splitOfFolders(file) ?? bySets.get(stem) ?? null;
  // Many tools leave an outdated file name, or none. Then the name of the XML file itself identifies the image.
  const filename = childText(root, 'filename');
  const name = filename !== '' && (known(filename, file) || !known(stem, file)) ? filename : stem;
  return { name, labels: [...new Set(labels)], split, where: file };
}

/** Reads ImageSets/Main/train.txt, val.txt and test.txt, which list image names without extension. */
async function readImageSets(reading: Reading): Promise<ReadonlyMap<string, Split>> {
  const sets = new Map<string, Split>();
  for (const split of ['train', 'val', 'test'] as const) {
    for (const file of reading.folder.files.filter((name) => name.endsWith(`ImageSets/Main/${split}.txt`))) {
      const text = await readSourceText(reading.project, file, reading.questions);
      for (const line of text.split(/\r?\n/)) if (line.trim() !== '') sets.set(line.trim(), split);
    }
  }
  return sets;
}
