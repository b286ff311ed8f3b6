import type { Config } from '../../../shared/config.ts';
import { message } from '../../../shared/message.ts';
import { recipeWarnings } from '../../../shared/recipeWarnings.ts';
import { checkProject } from '../data/checkDataset.ts';
import { errorsIn, findingNotes, refuseErrors } from '../data/findings.ts';
import { separatorWord } from '../data/separator.ts';
import { snapshotFolder, writeSnapshot } from '../data/snapshot.ts';
import { progressReporter } from '../../../shared/progress.ts';
import type { JobContext } from './jobContext.ts';
import type { StageSummary } from './runContext.ts';
import { note } from './runContext.ts';

/** Reads and checks the project as `check` does, and saves a snapshot that all later stages of the run use. */
export async function dataStage(
  runFolder: string,
  project: string,
  config: Config,
  cacheFolder: string,
  job: JobContext,
): Promise<StageSummary> {
  let progress: ((done: number) => void) | null = null;
  const { dataset, findings, layout, unlabeled } = await checkProject(project, config.data, {
    cacheFolder,
    onProgress: (done, total) =>
      (progress ??= progressReporter((event) => job.report(event), {
        stage: 'data',
        activity: message('activity.checkingImages'),
        unit: 'images',
        total,
      }))(done),
  });
  refuseErrors(findings);
  const { train, val, test } = dataset.splits;
  const withoutLabels = unlabeled.train + unlabeled.val + unlabeled.test;
  const leftOut = config.data.unlabeled === 'not_labeled_yet' ? withoutLabels : 0;
  if (withoutLabels > 0 && config.data.unlabeled !== 'ask')
    note(
      { job },
      'data',
      message(leftOut > 0 ? 'dataset.unlabeledLeftOut' : 'dataset.unlabeledNegative', { count: withoutLabels }),
    );
  note(
    { job },
    'data',
    message('dataset.summary', {
      train: train.length,
      val: val.length,
      test: test.length,
      classes: dataset.vocabulary.length,
      separator: separatorWord(layout.separator),
    }),
  );
  for (const finding of findingNotes(findings)) note({ job }, 'data', finding, 'warning');
  for (const warning of recipeWarnings(config)) note({ job }, 'data', warning.message, 'warning');
  await writeSnapshot(snapshotFolder(runFolder), dataset);
  return {
    train: train.length,
    val: val.length,
    test: test.length,
    classes: dataset.vocabulary.length,
    warnings: findings.length - errorsIn(findings).length,
    unlabeled: withoutLabels,
    left_out: leftOut,
  };
}
