import { readSnapshot, snapshotFolder } from '../data/snapshot.ts';
import { configSchema } from '../../../shared/config.ts';
import type { UnlabeledMeaning } from '../../../shared/config.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { checkProject } from '../data/checkDataset.ts';
import type { Sample, Split } from '../data/dataset.ts';
import { refuseErrors } from '../data/findings.ts';
import { evaluateSplit } from '../eval/splitMetrics.ts';
import type { SplitMetrics } from '../eval/splitMetrics.ts';
import { takeLock } from '../storage/lock.ts';
import { lockFile, readRun, writeRun } from '../storage/runFolder.ts';
import { progressReporter } from '../../../shared/progress.ts';
import { labelMatrix } from '../train/scoring.ts';
import type { JobContext } from '../stages/jobContext.ts';
import type { LeftOutLabel } from './leftOutLabels.ts';
import { leftOutLabels, requireCommonLabel } from './leftOutLabels.ts';
import type { ScoredModel } from './scoredModel.ts';
import { openScoredModel } from './scoredModel.ts';

export interface EvaluationRequest {
  /** A run's folder, a bundle's folder or its .zip. */
  readonly model: string;
  /** A labeled folder; null means the run's own snapshot. */
  readonly data: string | null;
  readonly split: Split;
  /** The meaning of images without labels in the labeled folder. */
  readonly unlabeled: UnlabeledMeaning;
  readonly cacheFolder: string;
}

export interface EvaluationResult {
  readonly labels: readonly string[];
  readonly split: Split;
  readonly images: number;
  /** Labels of the data that the model lacks. No figure counts them. */
  readonly leftOut: readonly LeftOutLabel[];
  readonly report: SplitMetrics;
}

/**
 * Evaluates the INT8 model of a run or a bundle on labeled images. An evaluation on a run's own test split is counted
 * in its run.json.
 */
export async function evaluateModel(
  { model: place, data, split, unlabeled, cacheFolder }: EvaluationRequest,
  context: JobContext,
): Promise<EvaluationResult> {
  const model = await openScoredModel(place, cacheFolder);
  try {
    const { samples, leftOut } =
      data === null
        ? { samples: await ownSamples(model, place, split, context), leftOut: [] }
        : await samplesOf(data, model.labels, { split, unlabeled, cacheFolder });
    if (samples.length === 0) throw new Problem('data.splitWithoutImages', { split });
    const progress = progressReporter((event) => context.report(event), {
      stage: 'test',
      activity: message('activity.scoringSplit', { split }),
      unit: 'images',
      total: samples.length,
    });
    const codes = await model.score(samples, progress);
    const classes = model.labels.length;
    const report = evaluateSplit({
      labels: labelMatrix(samples, classes),
      codes,
      logits: null,
      classes,
      thresholds: { globalK: model.globalK, perClassK: model.perClassK },
      seed: 1,
    });
    return { labels: model.labels, split, images: samples.length, leftOut, report };
  } finally {
    await model.dispose();
  }
}

async function ownSamples(
  model: ScoredModel,
  folder: string,
  split: Split,
  context: JobContext,
): Promise<readonly Sample[]> {
  if (model.kind === 'bundle') throw new Problem('config.bundleWithoutImages');
  const lock = await takeLock(lockFile(folder), 'evaluation', {
    onWait: (waiting) => context.report({ type: 'note', stage: 'test', level: 'warning', message: waiting }),
  });
  try {
    const record = await readRun(folder);
    if (split === 'test')
      await writeRun(folder, {
        ...record,
        testOpenings: [...record.testOpenings, { at: new Date().toISOString(), by: 'evaluation' }],
      });
    return (await readSnapshot(snapshotFolder(folder), record.project)).splits[split];
  } finally {
    await lock.release();
  }
}

async function samplesOf(
  data: string,
  labels: readonly string[],
  { split, unlabeled, cacheFolder }: Pick<EvaluationRequest, 'split' | 'unlabeled' | 'cacheFolder'>,
): Promise<{ samples: readonly Sample[]; leftOut: readonly LeftOutLabel[] }> {
  const { dataset, findings, unknownLabels } = await checkProject(
    data,
    configSchema.parse({ data: { unlabeled } }).data,
    {
      cacheFolder,
      splits: [split],
      vocabulary: labels,
    },
  );
  const leftOut = leftOutLabels(unknownLabels, labels);
  requireCommonLabel(dataset.splits[split], leftOut, split);
  refuseErrors(findings);
  return { samples: dataset.splits[split], leftOut };
}
