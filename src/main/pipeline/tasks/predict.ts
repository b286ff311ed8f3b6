import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { CsvValue } from '../../../shared/csv.ts';
import { csvRow } from '../../../shared/csv.ts';
import { message } from '../../../shared/message.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import { looksLikeImage } from '../data/imageFormats.ts';
import { compareCodePoints } from '../data/vocabulary.ts';
import { walkFolder } from '../data/walkFolder.ts';
import { decide } from '../../../shared/metrics/thresholds.ts';
import { progressReporter } from '../../../shared/progress.ts';
import type { JobContext } from '../stages/jobContext.ts';
import { openScoredModel } from './scoredModel.ts';

export interface PredictionResult {
  readonly images: number;
  readonly unreadable: number;
}

/**
 * Writes a CSV line for every image below a folder, sorted by path: image, labels (those at or above their thresholds,
 * joined by '|'), error, and one column of scores q / 256 per label. An image that cannot be read has an error and no
 * scores.
 */
export async function predictFolder(
  place: string,
  folder: string,
  context: JobContext & { output(text: string): void },
): Promise<PredictionResult> {
  const model = await openScoredModel(place, null);
  try {
    if (model.kind === 'run')
      throw new Problem('config.runNotBundle', { path: place, folder: path.join(place, 'export') });
    const images = await imagesIn(folder);
    const progress = progressReporter((event) => context.report(event), {
      stage: 'test',
      activity: message('activity.scoringImages'),
      unit: 'images',
      total: images.length,
    });
    context.output(csvLine(['image', 'labels', 'error', ...model.labels]));
    let unreadable = 0;
    for (const [i, image] of images.entries()) {
      const sample = {
        path: image,
        file: path.join(folder, image),
        labels: new Int8Array(model.labels.length),
        hash: '',
        line: 0,
      };
      try {
        const codes = await model.score([sample]);
        const present = decide(codes, model.perClassK);
        context.output(
          csvLine([
            image,
            model.labels.filter((_, c) => present[c] === 1).join('|'),
            '',
            ...Array.from(codes, (q) => q / 256),
          ]),
        );
      } catch (error) {
        const problem = toProblemData(error);
        if (problem.kind !== 'file' && problem.kind !== 'data') throw error;
        unreadable++;
        context.output(csvLine([image, '', problem.message, ...model.labels.map(() => '')]));
      }
      progress(i + 1);
    }
    return { images: images.length, unreadable };
  } finally {
    await model.dispose();
  }
}

export async function imagesIn(folder: string): Promise<string[]> {
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() !== true) throw new Problem('file.notImageFolder', { folder });
  const images = (await walkFolder(folder)).files.filter(looksLikeImage).sort(compareCodePoints);
  if (images.length === 0) throw new Problem('data.folderWithoutImages', { folder });
  return images;
}

/** Ends with a newline, because the CSV goes through a pipe line by line. */
const csvLine = (fields: readonly CsvValue[]): string => `${csvRow(fields)}\n`;
