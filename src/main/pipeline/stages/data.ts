import path from 'node:path';
import type { Config } from '../../../shared/config.ts';
import { recipeWarnings } from '../../../shared/recipeWarnings.ts';
import { checkProject } from '../data/checkDataset.ts';
import { errorsIn, formatProblems, refuseErrors } from '../data/problems.ts';
import { writeSnapshot } from '../data/snapshot.ts';
import { progressReporter } from '../../../shared/progress.ts';
import type { JobContext } from './jobContext.ts';
import type { StageSummary } from './runContext.ts';

export const snapshotFolder = (runFolder: string): string => path.join(runFolder, 'data');

/** Reads and checks the project as `check` does, refuses errors, and keeps a snapshot that the run works on from now on. */
export async function dataStage(
  runFolder: string,
  project: string,
  config: Config,
  cacheFolder: string,
  context: JobContext,
): Promise<StageSummary> {
  const report = (event: Parameters<JobContext['report']>[0]): void => context.report(event);
  let progress: ((done: number) => void) | null = null;
  const { dataset, problems, separator, unlabeled } = await checkProject(project, config.data, {
    cacheFolder,
    onProgress: (done, total) =>
      (progress ??= progressReporter(report, 'data', 'checking images', 'images', total))(done),
  });
  refuseErrors(problems);
  const { train, val, test } = dataset.splits;
  const withoutLabels = unlabeled.train + unlabeled.val + unlabeled.test;
  const leftOut = config.data.unlabeled === 'not_labeled_yet' ? withoutLabels : 0;
  if (withoutLabels > 0 && config.data.unlabeled !== 'ask')
    report({
      type: 'note',
      stage: 'data',
      level: 'info',
      message:
        leftOut > 0
          ? `Images without labels: ${withoutLabels}, not labeled yet, so they are left out.`
          : `Images without labels: ${withoutLabels}, counted as 'none of these'.`,
    });
  const warnings = problems.length - errorsIn(problems).length;
  report({
    type: 'note',
    stage: 'data',
    level: 'info',
    message: `${train.length} training, ${val.length} validation and ${test.length} test images, ${dataset.vocabulary.length} classes; separator: ${separator.separator}.`,
  });
  if (warnings > 0) report({ type: 'note', stage: 'data', level: 'warning', message: formatProblems(problems, 3) });
  for (const { message } of recipeWarnings(config))
    report({ type: 'note', stage: 'data', level: 'warning', message: message.text });
  await writeSnapshot(snapshotFolder(runFolder), dataset);
  return {
    train: train.length,
    val: val.length,
    test: test.length,
    classes: dataset.vocabulary.length,
    warnings,
    unlabeled: withoutLabels,
    left_out: leftOut,
  };
}
