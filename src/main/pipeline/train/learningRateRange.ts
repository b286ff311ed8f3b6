/**
 * Learning-rate range test (Smith 2017, arXiv 1506.01186, section 3.3). The rate rises from step to step, spaced evenly
 * on a logarithmic scale, and the loss shows where a network begins to learn and where it diverges.
 */
export const LOWEST_RATE = 1e-6,
  HIGHEST_RATE = 1;

export const rateOfStep = (step: number, steps: number): number =>
  LOWEST_RATE * (HIGHEST_RATE / LOWEST_RATE) ** (step / Math.max(1, steps - 1));

export interface RangePoint {
  readonly learningRate: number;
  readonly loss: number;
  /** The mean loss before any learning, plus the moving average of its change up to this step. */
  readonly smoothed: number;
}

/** Decay of the moving average per step. */
const DECAY = 0.8;

/**
 * Adds a step's loss. The steps repeat the same few batches, and each loss is compared with the loss of the same batch
 * before learning (`before`, from steps at rate 0), because batches differ by more than a step changes. The average is
 * corrected for its start at 0, as in Adam.
 */
export function withLoss(
  points: readonly RangePoint[],
  before: readonly number[],
  learningRate: number,
  loss: number,
): RangePoint[] {
  const losses = [...points.map((point) => point.loss), loss];
  const sum = losses.reduce(
    (total, value, step) => DECAY * total + (1 - DECAY) * (value - before[step % before.length]!),
    0,
  );
  const start = before.reduce((a, b) => a + b, 0) / before.length;
  return [...points, { learningRate, loss, smoothed: start + sum / (1 - DECAY ** losses.length) }];
}

/** A loss above this multiple of its lowest value does not recover. */
const DIVERGED_FACTOR = 4;

export function hasDiverged(points: readonly RangePoint[]): boolean {
  const last = points.at(-1);
  if (last === undefined) return false;
  return !Number.isFinite(last.smoothed) || last.smoothed > DIVERGED_FACTOR * lowest(points).smoothed;
}

const lowest = (points: readonly RangePoint[]): RangePoint =>
  points.reduce((a, b) => (b.smoothed < a.smoothed ? b : a));

/** A loss that never fell by this share gives no suggestion. */
const LEAST_FALL = 0.02;

/** The slope is measured over this many points to either side. */
const REACH = 3;

/**
 * A peak learning rate: the one at which the smoothed loss falls fastest, well below the rates at which it rises again
 * (Howard & Gugger 2020, fastai's 'steep'). Null when the loss never fell.
 */
export function suggestedRate(points: readonly RangePoint[]): number | null {
  if (points.length === 0) return null;
  const best = points.indexOf(lowest(points));
  const before = points.slice(0, best).reduce((highest, { smoothed }) => Math.max(highest, smoothed), -Infinity);
  if (!(before - points[best]!.smoothed > LEAST_FALL * before)) return null;
  const at = (index: number): number => points[Math.min(best, Math.max(0, index))]!.smoothed;
  const fall = (index: number): number => at(index - REACH) - at(index + REACH);
  const steepest = points
    .slice(0, best + 1)
    .reduce((steep, _, index) => (fall(index) > fall(steep) ? index : steep), 0);
  return rounded(points[steepest]!.learningRate);
}

/** Rounds to two digits, because the test is no more precise than that. */
const rounded = (rate: number): number => Number(rate.toPrecision(2));
