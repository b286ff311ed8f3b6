import { message } from '../../../shared/message.ts';
import { labelsOf } from '../../pipeline/data/dataset.ts';
import { readDataset } from '../../pipeline/data/readDataset.ts';
import type { Entry, Reading } from './entries.ts';

/** Reads the existing label files, so that their images can be split again. */
export async function fromLabelFiles({ project, config, tally }: Reading): Promise<Entry[]> {
  const { dataset, findings } = await readDataset(project, { ...config, labels_file: null });
  for (const { code, severity, file, line, message: problem } of findings) {
    if (code === 'missingLabelFile') continue;
    const place = `${file ?? ''}${line === null ? '' : `:${line}`}`;
    const example = place === '' ? problem : message('import.problemAt', { place, problem });
    if (severity === 'error') tally.drop('error', 'dropped.lineUnusable', example);
    else tally.drop('warning', 'dropped.lineWithWarning', example);
  }
  const merged = new Map<string, Entry>();
  for (const [split, samples] of Object.entries(dataset.splits)) {
    for (const sample of samples) {
      const labels = labelsOf(sample, dataset.vocabulary);
      const before = merged.get(sample.path);
      if (before !== undefined)
        tally.drop('warning', 'dropped.imageRepeated', `${split}.txt:${sample.line}: ${sample.path}`);
      merged.set(sample.path, {
        path: sample.path,
        labels: [...new Set([...(before?.labels ?? []), ...labels])],
        split: null,
      });
    }
  }
  return [...merged.values()];
}
