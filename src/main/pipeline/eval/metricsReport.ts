import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { Problem } from '../../../shared/problem.ts';
import { splitReportSchema } from './report.ts';

/**
 * report/metrics.json of a run and metrics.json of a bundle: the three networks side by side.
 * resources/schemas/metrics.schema.json is its JSON Schema.
 */
export const METRICS_FORMAT_VERSION = 1;

const bySplit = z.object({ teacher: splitReportSchema, student: splitReportSchema, int8: splitReportSchema });
const agreement = z.object({ decisions: z.number(), scoreDifference: z.number() });

export const metricsReportSchema = z.object({
  formatVersion: z.literal(METRICS_FORMAT_VERSION),
  labels: z.array(z.string()),
  images: z.object({ train: z.int(), val: z.int(), test: z.int() }),
  /** sha256 of each split's images and labels: figures compare only where they are equal. */
  fingerprints: z.object({ train: z.string(), val: z.string(), test: z.string() }),
  thresholds: z.object({ globalK: z.int(), perClassK: z.array(z.int()) }),
  /** Thresholds were chosen here: figures at them are optimistic. */
  val: bySplit,
  test: bySplit,
  /** Student against teacher: share of equal decisions at 0.5, mean difference of scores. */
  agreement: z.object({ val: agreement, test: agreement }),
});
export type MetricsReport = z.infer<typeof metricsReportSchema>;

export const metricsReportFile = (runFolder: string): string => path.join(runFolder, 'report', 'metrics.json');

export async function readMetricsReport(runFolder: string): Promise<MetricsReport> {
  const file = metricsReportFile(runFolder);
  try {
    return metricsReportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new Problem('file', `${file} is missing or damaged. Run the stage 'test' again.`, (error as Error).message);
  }
}
