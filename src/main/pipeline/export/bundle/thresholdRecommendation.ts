import { z } from 'zod';
import type { ThresholdSearchConfig } from '../../../../shared/config.ts';
import type { ThresholdResult } from '../../../../shared/metrics/thresholds.ts';

/*
 * threshold_recommendation.json explains each threshold. resources/schemas/threshold_recommendation.schema.json is
 * generated from this schema.
 */

const k = z.int().min(0).max(256).describe('The label is present when q >= k; 256 means never.');
const score = z.number().describe('k / 256.');
const share = z.number().min(0).max(1);

export const thresholdRecommendationSchema = z
  .strictObject({
    formatVersion: z.literal(1),
    foundOn: z
      .strictObject({ split: z.literal('val'), model: z.literal('int8'), images: z.int() })
      .describe(
        'The images used to choose the thresholds. Figures there are optimistic; metrics.json has the test figures.',
      ),
    goal: z.strictObject({
      kind: z.enum(['max_f1', 'precision', 'recall']).describe('The figure that each threshold optimizes or keeps.'),
      minimum: z.number().nullable().describe('The precision or recall to keep; null for max_f1.'),
      smoothing: z
        .number()
        .describe('How strongly rare labels were pulled toward the global threshold, in validation images.'),
    }),
    global: z.strictObject({ k, score }).describe('The single threshold with the best macro F1.'),
    perClass: z
      .array(
        z.strictObject({
          label: z.string(),
          k,
          score,
          rawK: k.nullable().describe('Before smoothing; null when there was nothing to search.'),
          tuned: z
            .boolean()
            .describe('False when no validation image has the label; the global threshold is used instead.'),
          goalReached: z
            .boolean()
            .describe('False when no threshold reaches the goal; the threshold with the best F1 is used instead.'),
          valPositives: z
            .int()
            .describe('Validation images with the label. The fewer there are, the less certain the threshold is.'),
          valPrecision: share,
          valRecall: share,
          valF1: share,
        }),
      )
      .describe('In the order of the labels.'),
  })
  .describe("Each label's threshold and the figures that it was chosen for.");
export type ThresholdRecommendation = z.infer<typeof thresholdRecommendationSchema>;

export function buildThresholdRecommendation(
  labels: readonly string[],
  result: ThresholdResult,
  search: ThresholdSearchConfig,
  images: number,
): ThresholdRecommendation {
  const minimum = { max_f1: null, precision: search.min_precision, recall: search.min_recall }[search.goal];
  return {
    formatVersion: 1,
    foundOn: { split: 'val', model: 'int8', images },
    goal: { kind: search.goal, minimum, smoothing: search.smoothing },
    global: { k: result.globalK, score: result.globalK / 256 },
    perClass: result.perClass.map(
      ({ k: kept, rawK, tuned, goalReached, valPositives, valPrecision, valRecall, valF1 }, c) => ({
        label: labels[c]!,
        k: kept,
        score: kept / 256,
        rawK,
        tuned,
        goalReached,
        valPositives,
        valPrecision,
        valRecall,
        valF1,
      }),
    ),
  };
}
