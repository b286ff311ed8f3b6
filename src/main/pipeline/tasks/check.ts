import type { Config, UnlabeledMeaning } from '../../../shared/config.ts';
import type { Dataset, Split } from '../data/dataset.ts';
import type { ImageScan } from '../data/scanImages.ts';
import { checkProject } from '../data/checkDataset.ts';
import type { DataProblem } from '../data/problems.ts';
import { formatProblems } from '../data/problems.ts';
import { datasetStatistics } from '../data/statistics.ts';
import type { DatasetStatistics } from '../data/statistics.ts';
import type { SeparatorReport } from '../data/separator.ts';
import { message } from '../../../shared/message.ts';
import { progressReporter } from '../../../shared/progress.ts';
import type { JobContext } from '../stages/jobContext.ts';

export interface FolderCheck {
  readonly problems: readonly DataProblem[];
  /** The problems as text for people. */
  readonly text: string;
  readonly statistics: DatasetStatistics;
  readonly separator: SeparatorReport;
  /** Images of each split without labels, and what they mean. */
  readonly unlabeled: Readonly<Record<Split, number>>;
  readonly unlabeledMeaning: UnlabeledMeaning;
  /** Upright width and height of every image that could be read, by its path in the label files. */
  readonly dimensions: Readonly<Record<string, readonly [number, number]>>;
}

function dimensionsOf(dataset: Dataset, images: ReadonlyMap<string, ImageScan>): FolderCheck['dimensions'] {
  return Object.fromEntries(
    Object.values(dataset.splits)
      .flat()
      .flatMap(({ path, file }) => {
        const scan = images.get(file);
        return scan === undefined ? [] : [[path, [scan.width, scan.height]] as const];
      }),
  );
}

/** Reads and judges a project; changes nothing. */
export async function checkFolder(
  project: string,
  config: Config['data'],
  cacheFolder: string,
  context: JobContext,
): Promise<FolderCheck> {
  let progress: ((done: number) => void) | null = null;
  const { dataset, problems, images, separator, unlabeled } = await checkProject(project, config, {
    cacheFolder,
    onProgress: (done, total) =>
      (progress ??= progressReporter((event) => context.report(event), {
        stage: 'data',
        activity: message('activity.checkingImages'),
        unit: 'images',
        total,
      }))(done),
  });
  return {
    problems,
    text: formatProblems(problems),
    statistics: datasetStatistics(dataset, images),
    separator,
    unlabeled,
    unlabeledMeaning: config.unlabeled,
    dimensions: dimensionsOf(dataset, images),
  };
}
