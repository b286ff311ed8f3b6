import type { Range } from '../engine/engine.ts';
import type { Model } from '../graph/graph.ts';
import { clamp } from './arithmetic.ts';

/**
 * LOGISTIC rounds 256 * sigmoid to 0..255, so every logit below -ln 511 = -6.236 scores 0 and every one above
 * ln(254.5 / 1.5) = 5.134 scores 255. The ends lie 0.06 further out, since rounding the zero point moves them by up to
 * half a step of the logits (11.5 / 255 / 2 = 0.023).
 */
const LOWEST_SCORED = -6.3;
const HIGHEST_SCORED = 5.2;

/**
 * Keeps the codes of the logits for those that differ in score. A confident network's logits reach from -30 to 20, where
 * a step of an eighth of a unit and more skips scores in the middle and ties images that could be ranked.
 */
export function withScoredLogits(model: Model, ranges: ReadonlyMap<string, Range>): Map<string, Range> {
  const range = ranges.get(model.logits);
  if (range === undefined) return new Map(ranges);
  const [min, max] = range.map((end) => clamp(end, LOWEST_SCORED, HIGHEST_SCORED)) as [number, number];
  return new Map([...ranges, [model.logits, [min, max] as const]]);
}
