import type { Config, UnlabeledMeaning } from '../../../shared/config.ts';
import type { Finding } from '../../../shared/findings.ts';
import type { Dataset, Split } from '../data/dataset.ts';
import type { ImageScan } from '../data/imageScan.ts';
import { checkProject } from '../data/checkDataset.ts';
import { datasetStatistics } from '../data/statistics.ts';
import type { DatasetStatistics } from '../data/statistics.ts';
import { message } from '../../../shared/message.ts';
import type { DetectedLayout } from '../data/separator.ts';
import { progressReporter } from '../../../shared/progress.ts';
import type { JobContext } from '../stages/jobContext.ts';

export interface FolderCheck {
  readonly findings: readonly Finding[];
  readonly statistics: DatasetStatistics;
  readonly layout: DetectedLayout;
  /** Number of images without labels per split. */
  readonly unlabeled: Readonly<Record<Split, number>>;
  readonly unlabeledMeaning: UnlabeledMeaning;
  /** Upright width and height of every readable image, by its path in the label files. */
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

/** Reads and checks a project without changing anything. */
export async function checkFolder(
  project: string,
  config: Config['data'],
  cacheFolder: string,
  context: JobContext,
): Promise<FolderCheck> {
  let progress: ((done: number) => void) | null = null;
  const { dataset, findings, images, layout, unlabeled } = await checkProject(project, config, {
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
    findings,
    statistics: datasetStatistics(dataset, images),
    layout,
    unlabeled,
    unlabeledMeaning: config.unlabeled,
    dimensions: dimensionsOf(dataset, images),
  };
}
