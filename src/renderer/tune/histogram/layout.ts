import type { Histogram } from '../../../shared/metrics/thresholds.ts';
import type { LinearScale, Scale } from '../scale.ts';
import { linearScale, squareRootScale } from '../scale.ts';

/** Margins in CSS pixels; the plot fills the rest. */
const margin = { left: 48, right: 16, top: 48 };
const [LEAST_WIDTH, LEAST_HEIGHT] = [320, 240];
/** Space beyond the highest bar, for the counts beside the threshold. */
const CLEARANCE = 26;
/** INT8 scores: q of 256. */
const SCORES = 256;
export const BINS = 32;
export const BIN_WIDTH = SCORES / BINS;

/** Where the parts of the histogram are, in CSS pixels. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  /** Positives are above this line, negatives below. */
  readonly axis: number;
  /** The negatives end here; the curves are below. */
  readonly foot: number;
  readonly curves: { readonly top: number; readonly bottom: number };
  /** The score q, of 256. */
  readonly x: LinearScale;
}

export function layoutIn(room: { readonly width: number; readonly height: number }): Layout {
  const width = Math.max(LEAST_WIDTH, room.width);
  const height = Math.max(LEAST_HEIGHT, room.height);
  const { left, top } = margin;
  const right = width - margin.right;
  const down = linearScale([0, 1], [top, height]);
  const foot = down(0.66);
  return {
    width,
    height,
    left,
    right,
    top,
    axis: down(0.36),
    foot,
    curves: { top: foot + 34, bottom: height - 18 },
    x: linearScale([0, SCORES], [left, right]),
  };
}

/** Images with and without the label, in bins of the score. */
export interface Bins {
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

export function binsOf({ positives, negatives }: Pick<Histogram, 'positives' | 'negatives'>): Bins {
  const summed = (counts: Uint32Array): number[] =>
    Array.from({ length: BINS }, (_, bin) =>
      counts.subarray(bin * BIN_WIDTH, (bin + 1) * BIN_WIDTH).reduce((a, b) => a + b, 0),
    );
  return { positives: summed(positives), negatives: summed(negatives) };
}

/** Each side of the axis has a scale of its own: negatives are many times more than positives. */
export interface CountScales {
  readonly positive: Scale;
  readonly negative: Scale;
  readonly mostPositives: number;
  readonly mostNegatives: number;
}

export function countScales({ positives, negatives }: Bins, { top, axis, foot }: Layout): CountScales {
  const mostPositives = Math.max(1, ...positives);
  const mostNegatives = Math.max(1, ...negatives);
  return {
    positive: squareRootScale([0, mostPositives], [axis, top + CLEARANCE]),
    negative: squareRootScale([0, mostNegatives], [axis, foot - CLEARANCE]),
    mostPositives,
    mostNegatives,
  };
}
