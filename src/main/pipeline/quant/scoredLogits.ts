import type { Range } from '../engine/engine.ts';
import type { Model } from '../graph/graph.ts';
import { clamp } from './arithmetic.ts';

/**
 * LOGISTIC rounds 256 * sigmoid to 0..255, so every logit below -ln 511 = -6.236 scores 0 and every one above ln(254.5
 * / 1.5) = 5.134 scores 255. These limits are 0.06 wider, because rounding the zero point moves the ends by up to half
 * a step of the logits (11.5 / 255 / 2 = 0.023).
 */
const LOWEST_SCORED = -6.3;
const HIGHEST_SCORED = 5.2;

/**
 * Limits the range of the logits to those that differ in score. A confident network's logits range from -30 to 20,
 * where steps of an eighth of a unit or more would skip scores in the middle and tie images that could be ranked.
 */
export function withScoredLogits(model: Model, ranges: ReadonlyMap<string, Range>): Map<string, Range> {
  const range = ranges.get(model.logits);
  if (range === undefined) return new Map(ranges);
  const [min, max] = range.map((end) => clamp(end, LOWEST_SCORED, HIGHEST_SCORED)) as [number, number];
  return new Map([...ranges, [model.logits, [min, max] as const]]);
}
