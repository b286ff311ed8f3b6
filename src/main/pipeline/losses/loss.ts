/**
 * The loss of one entry. Each kind defines P(z) for a present label and N(z) for an absent one, with p = sigmoid(z). A
 * soft label y (MixUp, smoothing, a teacher's score) costs y P(z) + (1 - y) N(z), the rule of MixUp (Zhang et al. 2018,
 * arXiv 1710.09412).
 *
 * - bce: P = -log p, N = -log(1 - p).
 * - focal (Lin et al. 2017, arXiv 1708.02002): P = a (1 - p)^gamma (-log p), N = (1 - a) p^gamma (-log(1 - p)). With
 *   alpha null both factors a and 1 - a are 1.
 * - asymmetric (Ridnik et al. 2021, arXiv 2009.14119): P = (1 - p)^gammaPositive (-log p) and
 *   N = m^gammaNegative (-log(1 - m)) with m = max(p - margin, 0). 'stable' is that formula. 'timm' bounds the
 *   arguments of the logarithms at 1e-8, so that a hopeless entry has no gradient. 'original', the authors' code, does
 *   so too and passes no gradient through the focusing factors.
 */
export type HardLoss =
  | { readonly kind: 'bce' }
  | { readonly kind: 'focal'; readonly gamma: number; readonly alpha: number | null }
  | {
      readonly kind: 'asymmetric';
      readonly gammaPositive: number;
      readonly gammaNegative: number;
      readonly margin: number;
      readonly variant: 'stable' | 'timm' | 'original';
    };

export interface Distillation {
  /** Weight of the loss against the labels. */
  readonly alpha: number;
  readonly temperature: number;
}

/**
 * The `hard` loss compares with the labels. With distillation the loss is alpha * hard + (1 - alpha) * T^2 * soft,
 * where soft is the binary cross-entropy against the teacher per label.
 */
export interface LossSpec {
  readonly hard: HardLoss;
  /** Smoothing e turns the labels of the hard loss into y (1 - e) + e / 2. */
  readonly labelSmoothing: number;
  /** Factor on P of the hard loss per class; null means 1 for all. */
  readonly positiveWeights: readonly number[] | null;
  readonly distillation: Distillation | null;
}

/** Binary cross-entropy against the labels without smoothing, weights or distillation. */
export const PLAIN_BCE: LossSpec = {
  hard: { kind: 'bce' },
  labelSmoothing: 0,
  positiveWeights: null,
  distillation: null,
};

/** Label smoothing of Keras's binary losses, in which y becomes y * scale + shift. */
export const smoothing = ({
  labelSmoothing: e,
}: Pick<LossSpec, 'labelSmoothing'>): { scale: number; shift: number } => ({
  scale: 1 - e,
  shift: e / 2,
});

/**
 * Weights of distillation (Hinton et al. 2015, arXiv 1503.02531), whose loss per label is hard * loss(y, z) + soft *
 * bce(sigmoid(teacher / T), z / T). The factor T^2 keeps the gradients of the soft part as large as without a
 * temperature.
 */
export const distillationShares = ({ alpha, temperature }: Distillation): { hard: number; soft: number } => ({
  hard: alpha,
  soft: (1 - alpha) * temperature ** 2,
});
