import type { HardLoss } from './loss.ts';

/**
 * The general form of all kinds of loss: (1 - p)^gammaPositive (-log p) and m^gammaNegative (-log(1 - m)) with
 * m = max(p - margin, 0), each times its scale.
 */
export interface Focus {
  readonly gammaPositive: number;
  readonly gammaNegative: number;
  readonly margin: number;
  readonly scales: readonly [present: number, absent: number];
  /** Largest value of a -log, beyond which there is no gradient; null means no bound. */
  readonly bound: number | null;
  /** True when the gradient treats the powers as constants. */
  readonly detached: boolean;
}

const PLAIN: Focus = { gammaPositive: 0, gammaNegative: 0, margin: 0, scales: [1, 1], bound: null, detached: false };
/** timm and the authors' code take the logarithm of max(p, 1e-8). */
const BOUND = -Math.log(1e-8);

/** Maps each kind of loss to the general form, so that engines need to lower only that. */
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
