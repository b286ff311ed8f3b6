import { labelsOf } from '../../pipeline/data/dataset.ts';
import { readDataset } from '../../pipeline/data/readDataset.ts';
import type { Entry, Reading } from './entries.ts';

/** The label files that are there already, to be split again. */
export async function fromLabelFiles({ project, config, tally }: Reading): Promise<Entry[]> {
  const { dataset, findings } = await readDataset(project, { ...config, labels_file: null });
  for (const { code, severity, file, line, message } of findings) {
    if (code === 'missingLabelFile') continue;
    const where = `${file ?? ''}${line === null ? '' : `:${line}`}: ${message.text}`;
    if (severity === 'error') tally.drop('error', 'Line of a label file that cannot be used', where);
    else tally.drop('warning', 'Line of a label file to look at; it is kept', where);
  }
  const merged = new Map<string, Entry>();
  for (const [split, samples] of Object.entries(dataset.splits)) {
    for (const sample of samples) {
      const labels = labelsOf(sample, dataset.vocabulary);
      const before = merged.get(sample.path);
      if (before !== undefined)
        tally.drop(
          'warning',
          'Image listed more than once: its labels are joined',
          `${split}.txt:${sample.line}: ${sample.path}`,
        );
      merged.set(sample.path, {
        path: sample.path,
        labels: [...new Set([...(before?.labels ?? []), ...labels])],
        split: null,
      });
    }
  }
  return [...merged.values()];
}
