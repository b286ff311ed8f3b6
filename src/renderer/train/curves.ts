import type { PhaseHistory, RunHistory } from '../../shared/contract/runs.ts';
import type { Stage } from '../../shared/events.ts';
import type { Point } from '../components/LineChart.tsx';

/** What a chart of a stage shows: its phases behind each other, x in epochs. */
export interface StageCurves {
  readonly epochs: readonly { readonly x: number; readonly metrics: Readonly<Record<string, number | null>>; readonly best: boolean; readonly perClassAp: readonly (number | null)[] | null }[];
  readonly loss: readonly Point[];
  readonly learningRate: readonly Point[];
}

export function stageCurves({ phases }: RunHistory, stage: Stage): StageCurves {
  const curves = { epochs: [] as StageCurves['epochs'][number][], loss: [] as Point[], learningRate: [] as Point[] };
  let offset = 0;
  for (const phase of phases.filter((own) => own.stage === stage)) {
    for (const epoch of phase.epochs) curves.epochs.push({ x: offset + epoch.epoch + 1, metrics: epoch.metrics, best: epoch.best, perClassAp: epoch.perClassAp });
    phase.steps.at.forEach((at, i) => {
      const [loss, rate] = [phase.steps.loss[i], phase.steps.learningRate[i]];
      if (loss != null) curves.loss.push({ x: offset + at, y: loss });
      if (rate != null) curves.learningRate.push({ x: offset + at, y: rate });
    });
    offset += lengthOf(phase);
  }
  return curves;
}

const lengthOf = ({ epochs, steps }: PhaseHistory): number => (epochs.length > 0 ? epochs.at(-1)!.epoch + 1 : Math.ceil(steps.at.at(-1) ?? 0));

export function metricPoints({ epochs }: StageCurves, metric: string): Point[] {
  return epochs.flatMap(({ x, metrics }) => (metrics[metric] == null ? [] : [{ x, y: metrics[metric] }]));
}

/**
 * Exponential moving average run forwards and backwards and averaged: smooth, and it does not lag behind the raw values.
 * `weight` 0 leaves the points as they are. Bias of the start is corrected as in Adam (Kingma & Ba 2015).
 */
export function smoothed(points: readonly Point[], weight: number): Point[] {
  if (weight === 0 || points.length < 3) return [...points];
  const forwards = average(points.map(({ y }) => y), weight);
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

/** How the curve goes, in one word: from the last epochs' change against their noise. */
export function trend(points: readonly Point[], lookBack = 5): { readonly gain: number; readonly kind: 'starting' | 'better' | 'slowly' | 'flat' | 'worse' } {
  if (points.length < 3) return { gain: 0, kind: 'starting' };
  const recent = points.slice(-lookBack - 1);
  const gain = recent.at(-1)!.y - recent[0]!.y;
  if (gain > 0.02) return { gain, kind: 'better' };
  if (gain > 0.002) return { gain, kind: 'slowly' };
  return { gain, kind: gain < -0.01 ? 'worse' : 'flat' };
}
