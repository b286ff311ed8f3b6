import { z } from 'zod';
import type { ThresholdSearchConfig } from '../../../../shared/config.ts';
import type { ThresholdResult } from '../../eval/thresholds.ts';

/** threshold_recommendation.json: where each threshold comes from. resources/schemas/threshold_recommendation.schema.json is its JSON Schema. */
const k = z.int().min(0).max(256);

export const thresholdRecommendationSchema = z.object({
  formatVersion: z.literal(1),
  foundOn: z.object({ split: z.literal('val'), model: z.literal('int8'), images: z.int() }),
  goal: z.object({ kind: z.enum(['max_f1', 'precision', 'recall']), minimum: z.number().nullable(), smoothing: z.number() }),
  global: z.object({ k, score: z.number() }),
  perClass: z.array(z.object({
    label: z.string(), k, score: z.number(), rawK: k.nullable(), tuned: z.boolean(), goalReached: z.boolean(),
    valPositives: z.int(), valPrecision: z.number(), valRecall: z.number(), valF1: z.number(),
  })),
});
export type ThresholdRecommendation = z.infer<typeof thresholdRecommendationSchema>;

export function buildThresholdRecommendation(labels: readonly string[], result: ThresholdResult, search: ThresholdSearchConfig, images: number): ThresholdRecommendation {
  const minimum = { max_f1: null, precision: search.min_precision, recall: search.min_recall }[search.goal];
  return {
    formatVersion: 1,
    foundOn: { split: 'val', model: 'int8', images },
    goal: { kind: search.goal, minimum, smoothing: search.smoothing },
    global: { k: result.globalK, score: result.globalK / 256 },
    perClass: result.perClass.map(({ k: kept, rawK, tuned, goalReached, valPositives, valPrecision, valRecall, valF1 }, c) => ({
      label: labels[c]!, k: kept, score: kept / 256, rawK, tuned, goalReached, valPositives, valPrecision, valRecall, valF1,
    })),
  };
}
