import type { NetworkConfig, StudentConfig } from '../../../shared/config.ts';
import type { HardLoss, LossSpec } from './loss.ts';

/** The part of a sample on which a loss depends: labels are 1 (present), 0 (absent) or -1 (unknown). */
interface Labeled {
  readonly labels: Int8Array;
}

/** Loss against the labels; `samples` are those of train, whose counts give the positive weights. */
export function labelLoss(config: NetworkConfig, samples: readonly Labeled[], classes: number): LossSpec {
  return {
    hard: hardLoss(config),
    labelSmoothing: config.label_smoothing,
    positiveWeights: positiveWeights(config, samples, classes),
    distillation: null,
  };
}

function hardLoss(config: NetworkConfig): HardLoss {
  switch (config.loss) {
    case 'bce':
      return { kind: 'bce' };
    case 'focal':
      return { kind: 'focal', gamma: config.focal_gamma, alpha: config.focal_alpha };
    case 'asymmetric':
      return {
        kind: 'asymmetric',
        gammaPositive: config.asymmetric_gamma_positive,
        gammaNegative: config.asymmetric_gamma_negative,
        margin: config.asymmetric_margin,
        variant: config.asymmetric_variant,
      };
  }
}

/**
 * inverse_frequency is the number of negative over positive images, as torch's documentation of pos_weight suggests.
 * effective_number is the same ratio of effective numbers (1 - beta^n) / (1 - beta) (Cui et al. 2019, arXiv
 * 1901.05555). A class without images counts as one image, which avoids a division by 0.
 */
export function positiveWeights(
  {
    positive_weights: kind,
    effective_number_beta: beta,
  }: Pick<NetworkConfig, 'positive_weights' | 'effective_number_beta'>,
  samples: readonly Labeled[],
  classes: number,
): number[] | null {
  if (kind === 'none') return null;
  const count = (c: number, state: number): number =>
    Math.max(1, samples.filter((sample) => sample.labels[c] === state).length);
  const effective = (n: number): number => (kind === 'inverse_frequency' ? n : (1 - beta ** n) / (1 - beta));
  return Array.from({ length: classes }, (_, c) => effective(count(c, 0)) / effective(count(c, 1)));
}

/** The student's loss against the labels and the teacher's scores. */
export const studentLoss = (config: StudentConfig, samples: readonly Labeled[], classes: number): LossSpec => ({
  ...labelLoss(config, samples, classes),
  distillation: { alpha: config.alpha, temperature: config.temperature },
});
