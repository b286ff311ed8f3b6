/**
 * The loss of one entry. Every kind is a pair, P(z) for a label that is present and N(z) for one that is absent, p = sigmoid(z);
 * a soft label y (MixUp, smoothing, a teacher's score) counts y P(z) + (1 - y) N(z), which is MixUp's own rule (Zhang et al. 2018, arXiv 1710.09412).
 *
 * - bce: P = -log p, N = -log(1 - p).
 * - focal (Lin et al. 2017, arXiv 1708.02002): P = a (1 - p)^gamma (-log p), N = (1 - a) p^gamma (-log(1 - p)); alpha null: both factors are 1.
 * - asymmetric (Ridnik et al. 2021, arXiv 2009.14119): P = (1 - p)^gammaPositive (-log p), N = m^gammaNegative (-log(1 - m)), m = max(p - margin, 0).
 *   'stable' is that formula; 'timm' bounds the logarithms' arguments at 1e-8, so that a hopeless entry has no gradient; 'original' as well,
 *   and lets no gradient through the focusing factors (the authors' code).
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
  /** Share of the loss against the labels. */
  readonly alpha: number;
  readonly temperature: number;
}

/** `hard` from the labels; with distillation the loss is alpha * hard + (1 - alpha) * T^2 * soft (binary cross-entropy against the teacher, per label). */
export interface LossSpec {
  readonly hard: HardLoss;
  /** e: the hard part's labels are y (1 - e) + e / 2. */
  readonly labelSmoothing: number;
  /** What P counts in each class (the hard part's); null: 1 everywhere. */
  readonly positiveWeights: readonly number[] | null;
  readonly distillation: Distillation | null;
}

/** Binary cross-entropy against the labels as they are. */
export const PLAIN_BCE: LossSpec = {
  hard: { kind: 'bce' },
  labelSmoothing: 0,
  positiveWeights: null,
  distillation: null,
};

/** Label smoothing as Keras has it for binary losses: y becomes y * scale + shift. */
export const smoothing = ({
  labelSmoothing: e,
}: Pick<LossSpec, 'labelSmoothing'>): { scale: number; shift: number } => ({
  scale: 1 - e,
  shift: e / 2,
});

/**
 * Distillation (Hinton et al. 2015, arXiv 1503.02531), per label: hard * loss(y, z) + soft * bce(sigmoid(teacher / T), z / T). T^2 keeps
 * the gradients of the soft part at the size that they have without a temperature.
 */
export const distillationShares = ({ alpha, temperature }: Distillation): { hard: number; soft: number } => ({
  hard: alpha,
  soft: (1 - alpha) * temperature ** 2,
});
