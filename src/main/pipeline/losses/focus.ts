import type { HardLoss } from './loss.ts';

/** All kinds in one: (1 - p)^gammaPositive (-log p) and m^gammaNegative (-log(1 - m)), m = max(p - margin, 0), each times its scale. */
export interface Focus {
  readonly gammaPositive: number;
  readonly gammaNegative: number;
  readonly margin: number;
  readonly scales: readonly [present: number, absent: number];
  /** Largest value of a -log, and no gradient beyond it; null when there is no bound. */
  readonly bound: number | null;
  /** The powers are constants to the gradient. */
  readonly detached: boolean;
}

const PLAIN: Focus = { gammaPositive: 0, gammaNegative: 0, margin: 0, scales: [1, 1], bound: null, detached: false };
/** timm and the original code take the logarithm of max(p, 1e-8). */
const BOUND = -Math.log(1e-8);

/** A loss's kind as the numbers of that one formula, which is all that engines lower. */
export function focusOf(loss: HardLoss): Focus {
  switch (loss.kind) {
    case 'bce':
      return PLAIN;
    case 'focal':
      return {
        ...PLAIN,
        gammaPositive: loss.gamma,
        gammaNegative: loss.gamma,
        scales: loss.alpha === null ? [1, 1] : [loss.alpha, 1 - loss.alpha],
      };
    case 'asymmetric': {
      const { gammaPositive, gammaNegative, margin, variant } = loss;
      return {
        ...PLAIN,
        gammaPositive,
        gammaNegative,
        margin,
        bound: variant === 'stable' ? null : BOUND,
        detached: variant === 'original',
      };
    }
  }
}
