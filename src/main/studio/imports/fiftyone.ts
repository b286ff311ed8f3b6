import { z } from 'zod';
import type { FileSource } from '../../../shared/contract/dataset.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Entry, Reading, SourceRecord } from './entries.ts';
import { filesOf } from './filesOf.ts';
import { basesOf, placeRecords } from './locate.ts';
import { parseJson, readSourceText } from './sourceText.ts';
import { splitOfFile } from './splitNames.ts';

const target = z.union([z.string(), z.number()]);
const withDetails = z.object({ label: target });
const labelSchema = z.union([target, withDetails, z.array(z.union([target, withDetails])), z.null()]);
const fiftyoneSchema = z.object({
  classes: z.array(z.string()).nullish(),
  labels: z.record(z.string(), labelSchema),
});

/**
 * Reads FiftyOne's image classification and detection data sets. labels.json maps image names without extension to
 * labels: indexes into the list of classes if there is one, otherwise names.
 */
export async function fromFiftyone(reading: Reading, source: FileSource): Promise<Entry[]> {
  const groups = [];
  for (const file of filesOf(source)) {
    const value = parseJson(await readSourceText(reading.project, file, reading.questions), file);
    const found = fiftyoneSchema.safeParse(value);
    if (!found.success) throw new Problem('data.notFiftyone', { file }, found.error.message);
    const { classes, labels } = found.data;
    const used = new Set<string>();
    const records: SourceRecord[] = [];
    for (const [name, held] of Object.entries(labels)) {
      const own = [held ?? []].flat().flatMap((label) => {
        const given = typeof label === 'object' ? label.label : label;
        const named = typeof given === 'number' ? classes?.[given] : given;
        if (named === undefined)
          reading.tally.drop('error', 'dropped.classNumberUnnamed', `${file}: ${name}: ${String(given)}`);
        return named ?? [];
      });
      for (const label of own) used.add(label);
      records.push({ name, labels: [...new Set(own)], split: splitOfFile(file), where: file });
    }
    for (const name of classes ?? [])
      if (!used.has(name)) reading.tally.drop('note', 'dropped.classUnused', `${file}: ${name}`);
    const data = basesOf(file).map((base) => (base === '.' ? 'data' : `${base}/data`));
    groups.push({ bases: [...data, ...basesOf(file)], records });
  }
  return placeRecords(reading, groups);
}
