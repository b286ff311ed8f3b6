import type { PhaseHistory } from '../../shared/contract/runs.ts';
import type { RunEvent, Stage } from '../../shared/events.ts';
import type { Point } from '../components/LineChart.tsx';

/** A stage's epochs, its phases one after another; x in epochs. */
export interface StageEpochs {
  readonly epochs: readonly {
    readonly x: number;
    readonly metrics: Readonly<Record<string, number | null>>;
    readonly best: boolean;
    readonly perClassAp: readonly (number | null)[] | null;
  }[];
  /** Where the stage ends without early stopping; null for histories that do not record it. */
  readonly planned: number | null;
}

/** A curve over steps with a bounded number of points, however long the run. */
export interface StepCurve {
  /** Minimum and maximum of each group of steps: the span of the noise. */
  readonly raw: readonly Point[];
  /** The mean of each group. */
  readonly means: readonly Point[];
  readonly stepsPerPoint: number;
}

type Phases = readonly PhaseHistory[];
export type StepEvent = Extract<RunEvent, { type: 'step' }>;

export function stageEpochs(phases: Phases, stage: Stage): StageEpochs {
  const epochs: StageEpochs['epochs'][number][] = [];
  let offset = 0;
  let planned: number | null = 0;
  for (const phase of phases.filter((own) => own.stage === stage)) {
    for (const epoch of phase.epochs)
      epochs.push({
        x: offset + epoch.epoch + 1,
        metrics: epoch.metrics,
        best: epoch.best,
        perClassAp: epoch.perClassAp,
      });
    planned = phase.plannedEpochs === null || planned === null ? null : offset + phase.plannedEpochs;
    offset += lengthOf(phase);
  }
  return { epochs, planned };
}

/** Skips steps that a phase already has: the history may have been read after they were reported. */
export function withSteps(phases: Phases, steps: readonly StepEvent[]): Phases {
  if (steps.length === 0) return phases;
  return phases.map((phase) => {
    const {
      stage,
      phase: name,
      stepsPerEpoch,
      steps: { at, loss, learningRate },
    } = phase;
    const last = at.at(-1) ?? -1;
    const fresh = steps.filter(
      (event) => event.stage === stage && event.phase === name && event.epoch + event.step / stepsPerEpoch > last,
    );
    if (fresh.length === 0) return phase;
    return {
      ...phase,
      steps: {
        at: [...at, ...fresh.map(({ epoch, step }) => epoch + step / stepsPerEpoch)],
        loss: [...loss, ...fresh.map(({ metrics }) => metrics.hard_loss ?? metrics.loss ?? null)],
        learningRate: [...learningRate, ...fresh.map(({ metrics }) => metrics.learning_rate ?? null)],
      },
    };
  });
}

/** Loss and learning rate of a stage over its steps, x in epochs. */
export function stageSteps(phases: Phases, stage: Stage, most = 500): { loss: StepCurve; learningRate: StepCurve } {
  const [loss, learningRate]: [Point[], Point[]] = [[], []];
  let offset = 0;
  for (const phase of phases.filter((own) => own.stage === stage)) {
    const { at, loss: losses, learningRate: rates } = phase.steps;
    for (let i = 0; i < at.length; i++) {
      const [x, y, rate] = [offset + at[i]!, losses[i], rates[i]];
      if (y != null) loss.push({ x, y });
      if (rate != null) learningRate.push({ x, y: rate });
    }
    offset += lengthOf(phase);
  }
  return { loss: thinned(loss, most), learningRate: thinned(learningRate, most) };
}

function thinned(points: readonly Point[], most: number): StepCurve {
  const stepsPerPoint = Math.max(1, Math.ceil(points.length / most));
  if (stepsPerPoint === 1) return { raw: points, means: points, stepsPerPoint };
  const [raw, means]: [Point[], Point[]] = [[], []];
  for (let from = 0; from < points.length; from += stepsPerPoint) {
    const to = Math.min(points.length, from + stepsPerPoint);
    let [least, largest, x, y] = [points[from]!, points[from]!, 0, 0];
    for (let i = from; i < to; i++) {
      const point = points[i]!;
      if (point.y < least.y) least = point;
      if (point.y > largest.y) largest = point;
      x += point.x / (to - from);
      y += point.y / (to - from);
    }
    raw.push(...(least.x < largest.x ? [least, largest] : [largest, least]));
    means.push({ x, y });
  }
  return { raw, means, stepsPerPoint };
}

const lengthOf = ({ epochs, steps }: PhaseHistory): number =>
  epochs.length > 0 ? epochs.at(-1)!.epoch + 1 : Math.ceil(steps.at.at(-1) ?? 0);

export function metricPoints({ epochs }: StageEpochs, metric: string): Point[] {
  return epochs.flatMap(({ x, metrics }) => (metrics[metric] == null ? [] : [{ x, y: metrics[metric] }]));
}

/** Smooths grouped steps as `smoothed` would smooth them one by one: a mean of n steps weighs as much as n steps. */
export const smoothedSteps = ({ means, stepsPerPoint }: StepCurve, weight: number): Point[] =>
  smoothed(means, weight ** stepsPerPoint);

/**
 * Mean of an exponential moving average run forwards and one run backwards: smooth, without lagging behind the raw
 * values. `weight` 0 leaves the points as they are. Bias of the start is corrected as in Adam (Kingma & Ba 2015).
 */
export function smoothed(points: readonly Point[], weight: number): Point[] {
  if (weight === 0 || points.length < 3) return [...points];
  const forwards = average(
    points.map(({ y }) => y),
    weight,
  );
  const backwards = average(points.map(({ y }) => y).reverse(), weight).reverse();
  return points.map(({ x }, i) => ({ x, y: (forwards[i]! + backwards[i]!) / 2 }));
}

function average(values: readonly number[], weight: number): number[] {
  let sum = 0;
  let mass = 0;
  return values.map((value) => {
    sum = weight * sum + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return sum / mass;
  });
}

/** The trend of a curve, from the last epochs' change against their noise. */
export function trend(
  points: readonly Point[],
  lookBack = 5,
): { readonly gain: number; readonly kind: 'starting' | 'better' | 'slowly' | 'flat' | 'worse' } {
  if (points.length < 3) return { gain: 0, kind: 'starting' };
  const recent = points.slice(-lookBack - 1);
  const gain = recent.at(-1)!.y - recent[0]!.y;
  if (gain > 0.02) return { gain, kind: 'better' };
  if (gain > 0.002) return { gain, kind: 'slowly' };
  return { gain, kind: gain < -0.01 ? 'worse' : 'flat' };
}
