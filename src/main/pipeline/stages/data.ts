import path from 'node:path';
import type { Config } from '../../../shared/config.ts';
import { recipeWarnings } from '../../../shared/recipeWarnings.ts';
import { checkProject } from '../data/checkDataset.ts';
import { errorsIn, findingNotes, refuseErrors } from '../data/findings.ts';
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
  const { dataset, findings, layout, unlabeled } = await checkProject(project, config.data, {
    cacheFolder,
    onProgress: (done, total) =>
      (progress ??= progressReporter(report, 'data', 'checking images', 'images', total))(done),
  });
  refuseErrors(findings);
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
  const warnings = findings.length - errorsIn(findings).length;
  report({
    type: 'note',
    stage: 'data',
    level: 'info',
    message: `${train.length} training, ${val.length} validation and ${test.length} test images, ${dataset.vocabulary.length} classes; separator: ${layout.separator}.`,
  });
  for (const { text } of findingNotes(findings))
    report({ type: 'note', stage: 'data', level: 'warning', message: text });
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
