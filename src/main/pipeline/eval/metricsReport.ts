import path from 'node:path';
import { z } from 'zod';
import { Problem } from '../../../shared/problem.ts';
import { labelGoalSchema } from '../../../shared/metrics/goal.ts';
import { verdicts } from '../../../shared/metrics/quality.ts';
import { splitMetricsSchema } from './splitMetrics.ts';
import { readRegularText } from '../storage/regularFile.ts';

/**
 * report/metrics.json of a run and metrics.json of a bundle have the figures of the three networks side by side.
 * resources/schemas/metrics.schema.json is generated from this schema.
 */
export const METRICS_FORMAT_VERSION = 1;

const bySplit = z.strictObject({
  teacher: splitMetricsSchema,
  student: splitMetricsSchema,
  int8: splitMetricsSchema.describe('The model that ships.'),
});
const agreement = z.strictObject({
  decisions: z.number().describe('Share of equal decisions at 0.5.'),
  scoreDifference: z.number().describe('Mean absolute difference of scores.'),
});

const verdict = z.enum(verdicts).nullable().describe('Null when not measured.');
const quality = z.strictObject({ verdict, perClass: z.array(verdict) });

export const metricsReportSchema = z
  .strictObject({
    formatVersion: z.literal(METRICS_FORMAT_VERSION),
    labels: z.array(z.string()).describe('The order of the labels; every list of classes in this file follows it.'),
    images: z.strictObject({ train: z.int(), val: z.int(), test: z.int() }),
    fingerprints: z
      .strictObject({ train: z.string(), val: z.string(), test: z.string() })
      .describe("SHA-256 of each split's images and labels. Figures are comparable only when these are equal."),
    thresholds: z.strictObject({ globalK: z.int(), perClassK: z.array(z.int()) }),
    // Bundles of earlier versions lack these three.
    goals: z.array(labelGoalSchema).optional().describe('The goal of each label.'),
    quality: z
      .strictObject({ val: quality, test: quality })
      .optional()
      .describe('The INT8 model against those goals, at the thresholds per class.'),
    notMeasured: z
      .strictObject({ val: z.array(z.string()), test: z.array(z.string()) })
      .optional()
      .describe('Labels without a positive image in the split. Their figures are null, and no average includes them.'),
    val: bySplit.describe('Thresholds were chosen on this split, so the figures at them are optimistic.'),
    test: bySplit.describe('Scored at the end, after every choice.'),
    agreement: z
      .strictObject({ val: agreement, test: agreement })
      .describe('Agreement of the float student with the teacher.'),
  })
  .describe('Teacher, float student and INT8 student side by side.');
export type MetricsReport = z.infer<typeof metricsReportSchema>;

export const metricsReportFile = (runFolder: string): string => path.join(runFolder, 'report', 'metrics.json');

export async function readMetricsReport(runFolder: string): Promise<MetricsReport> {
  const file = metricsReportFile(runFolder);
  try {
    return metricsReportSchema.parse(JSON.parse(await readRegularText(file)));
  } catch (error) {
    throw new Problem('file.metricsDamaged', { file }, (error as Error).message);
  }
}
