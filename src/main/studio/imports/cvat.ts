import type { FileSource } from '../../../shared/contract/dataset.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Entry, Reading, SourceRecord } from './entries.ts';
import { filesOf } from './filesOf.ts';
import { basesOf, placeRecords } from './locate.ts';
import { readSourceText } from './sourceText.ts';
import { splitNamed, splitOfFile } from './splitNames.ts';
import { parseXml } from './xml.ts';

/** Reads "CVAT for images 1.1": one element per image, which contains its tags and shapes, each with a label. */
export async function fromCvat(reading: Reading, source: FileSource): Promise<Entry[]> {
  const groups = [];
  for (const file of filesOf(source)) {
    const root = parseXml(await readSourceText(reading.project, file, reading.questions), file);
    if (root.name !== 'annotations') throw new Problem('data.notCvat', { file });
    if (root.children.some(({ name }) => name === 'track')) throw new Problem('data.notCvatImages', { file });
    const records: SourceRecord[] = [];
    for (const image of root.children.filter(({ name }) => name === 'image')) {
      const name = image.attributes.get('name') ?? '';
      const where = `${file}: image ${image.attributes.get('id') ?? '?'}`;
      const labels: string[] = [];
      for (const shape of image.children) {
        const label = shape.attributes.get('label')?.trim() ?? '';
        if (label === '') reading.tally.drop('error', 'dropped.shapeUnlabeled', `${where}: ${shape.name}`);
        else labels.push(label);
      }
      const split = splitNamed(image.attributes.get('subset') ?? '') ?? splitOfFile(file);
      records.push({ name, labels: [...new Set(labels)], split, where });
    }
    groups.push({ bases: basesOf(file), records });
  }
  return placeRecords(reading, groups);
}
