import { z } from 'zod';
import type { FileSource } from '../../../shared/contract/dataset.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Entry, Reading, SourceRecord } from './entries.ts';
import { filesOf } from './filesOf.ts';
import { basesOf, placeRecords } from './locate.ts';
import { parseJson, readSourceText } from './sourceText.ts';
import { splitOfFile } from './splitNames.ts';

/** Some tools write ids and names as text, others as numbers, so all are compared as text. */
const id = z.union([z.number(), z.string()]).transform(String);
const cocoSchema = z.object({
  images: z.array(z.object({ id, file_name: z.string() })),
  annotations: z.array(z.object({ image_id: id, category_id: id })).default([]),
  categories: z.array(z.object({ id, name: id })),
});
type Coco = z.infer<typeof cocoSchema>;

/** Reads COCO: an image has a label if it has at least one annotation of that category. Each file may be one split. */
export async function fromCoco(reading: Reading, source: FileSource): Promise<Entry[]> {
  const groups = [];
  for (const file of filesOf(source)) {
    const text = await readSourceText(reading.project, file, reading.questions);
    groups.push({ bases: basesOf(file), records: recordsOf(reading, file, cocoOf(parseJson(text, file), file)) });
  }
  return placeRecords(reading, groups);
}

function cocoOf(value: unknown, file: string): Coco {
  const found = cocoSchema.safeParse(value);
  if (found.success) return found.data;
  const issue = found.error.issues[0]!;
  throw new Problem('data.notCoco', { file, key: issue.path.join('.') }, found.error.message);
}

function recordsOf({ tally }: Reading, file: string, coco: Coco): SourceRecord[] {
  const names = new Map(coco.categories.map(({ id: category, name }) => [category, name]));
  const images = new Set(coco.images.map(({ id: image }) => image));
  const labels = new Map<string, string[]>();
  const used = new Set<string>();
  for (const [i, { image_id: image, category_id: category }] of coco.annotations.entries()) {
    const name = names.get(category);
    const where = `${file}: annotations[${i}]`;
    if (name === undefined) tally.drop('error', 'dropped.unlistedCategory', `${where}: ${category}`);
    else if (!images.has(image)) tally.drop('error', 'dropped.unlistedImage', `${where}: ${image}`, [name]);
    else {
      used.add(category);
      const before = labels.get(image);
      if (before === undefined) labels.set(image, [name]);
      else before.push(name);
    }
  }
  for (const [category, name] of names)
    if (!used.has(category)) tally.drop('note', 'dropped.classUnused', `${file}: ${name}`);
  const split = splitOfFile(file);
  const listed = new Set<string>();
  for (const [i, { file_name: name }] of coco.images.entries()) {
    if (listed.has(name)) tally.drop('warning', 'dropped.imageRepeated', `${file}: images[${i}]: ${name}`);
    listed.add(name);
  }
  return coco.images.map(({ id: image, file_name: name }, i) => ({
    name,
    split,
    labels: [...new Set(labels.get(image) ?? [])],
    where: `${file}: images[${i}]`,
  }));
}
