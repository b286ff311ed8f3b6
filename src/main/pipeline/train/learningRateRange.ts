/**
 * Learning-rate range test (Smith 2017, arXiv 1506.01186, section 3.3): the rate rises from step to step, and the loss tells where a
 * network begins to learn and where it falls apart. The rates are spread evenly over their logarithm.
 */
export const LOWEST_RATE = 1e-6,
  HIGHEST_RATE = 1;

export const rateOfStep = (step: number, steps: number): number =>
  LOWEST_RATE * (HIGHEST_RATE / LOWEST_RATE) ** (step / Math.max(1, steps - 1));

export interface RangePoint {
  readonly learningRate: number;
  readonly loss: number;
  /** What the batches cost before anything was learned, plus the moving average of what this changed up to here. */
  readonly smoothed: number;
}

/** Share of the average that each further loss leaves. */
const MEMORY = 0.8;

/**
 * Adds a step's loss. The steps go over the same few batches again and again, and each loss is compared with that of the very same batch
 * before (`before`, from steps at rate 0): batches differ by more than a step changes. The average is freed of its start at 0, as Adam's are.
 */
export function withLoss(
  points: readonly RangePoint[],
  before: readonly number[],
  learningRate: number,
  loss: number,
): RangePoint[] {
  const losses = [...points.map((point) => point.loss), loss];
  const sum = losses.reduce(
    (total, value, step) => MEMORY * total + (1 - MEMORY) * (value - before[step % before.length]!),
    0,
  );
  const start = before.reduce((a, b) => a + b, 0) / before.length;
  return [...points, { learningRate, loss, smoothed: start + sum / (1 - MEMORY ** losses.length) }];
}

/** Beyond this multiple of its lowest value the loss is not coming back. */
const BEYOND = 4;

export function fellApart(points: readonly RangePoint[]): boolean {
  const last = points.at(-1);
  if (last === undefined) return false;
  return !Number.isFinite(last.smoothed) || last.smoothed > BEYOND * lowest(points).smoothed;
}

const lowest = (points: readonly RangePoint[]): RangePoint =>
  points.reduce((a, b) => (b.smoothed < a.smoothed ? b : a));

/** A loss that never fell by this share has shown nothing. */
const WORTH_SHOWING = 0.02;

/** Points to either side over which the fall is measured. */
const REACH = 3;

/**
 * A peak learning rate: the one at which the averaged loss falls fastest, well below those at which it rises again (Howard & Gugger 2020,
 * fastai's 'steep'). Null where the loss never fell.
 */
export function suggestedRate(points: readonly RangePoint[]): number | null {
  if (points.length === 0) return null;
  const best = points.indexOf(lowest(points));
  const before = points.slice(0, best).reduce((highest, { smoothed }) => Math.max(highest, smoothed), -Infinity);
  if (!(before - points[best]!.smoothed > WORTH_SHOWING * before)) return null;
  const at = (index: number): number => points[Math.min(best, Math.max(0, index))]!.smoothed;
  const fall = (index: number): number => at(index - REACH) - at(index + REACH);
  const steepest = points
    .slice(0, best + 1)
    .reduce((steep, _, index) => (fall(index) > fall(steep) ? index : steep), 0);
  return rounded(points[steepest]!.learningRate);
}

/** Two digits: more would be a claim that the test cannot make. */
const rounded = (rate: number): number => Number(rate.toPrecision(2));
