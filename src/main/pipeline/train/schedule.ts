/** The course of the learning rate over a phase of `totalSteps` steps. */
export type Schedule =
  | {
      readonly kind: 'cosine' | 'constant';
      readonly peak: number;
      readonly warmupSteps: number;
      readonly totalSteps: number;
    }
  | {
      readonly kind: 'step';
      readonly peak: number;
      readonly warmupSteps: number;
      readonly totalSteps: number;
      readonly stepSteps: number;
      readonly stepFactor: number;
    }
  | { readonly kind: 'one_cycle'; readonly peak: number; readonly totalSteps: number };

/**
 * Learning rate of a step, counted from 0. A warm-up begins with its first rise, because a step at rate 0 would do
 * nothing. one_cycle begins at 1/25 of the peak and needs no such shift.
 */
export function learningRateOf(schedule: Schedule, step: number): number {
  return schedule.kind === 'one_cycle' ? oneCycle(schedule, step) : learningRateAt(schedule, step + 1);
}

/**
 * The rate after `steps` steps: a linear warm-up, then Keras's CosineDecay (initial 0, alpha 0), a constant or torch's
 * StepLR.
 */
export function learningRateAt(schedule: Exclude<Schedule, { kind: 'one_cycle' }>, steps: number): number {
  const { kind, peak, warmupSteps, totalSteps } = schedule;
  if (steps < warmupSteps) return (peak * steps) / warmupSteps;
  const since = steps - warmupSteps;
  if (kind === 'constant') return peak;
  if (kind === 'step') return peak * schedule.stepFactor ** Math.floor(since / schedule.stepSteps);
  return cosineDecay(
    { initial: 0, decaySteps: Math.max(1, totalSteps - warmupSteps), alpha: 0, warmupTarget: peak, warmupSteps },
    steps,
  );
}

export interface CosineDecayOptions {
  readonly initial: number;
  /** Steps of the cosine, which follows the warm-up. */
  readonly decaySteps: number;
  /** The final rate as a share of the rate at which the cosine begins. */
  readonly alpha: number;
  /** The rate after the linear warm-up, where the cosine begins; null means no warm-up, and a cosine from `initial`. */
  readonly warmupTarget: number | null;
  readonly warmupSteps: number;
}

/** keras.optimizers.schedules.CosineDecay (Loshchilov & Hutter 2017, arXiv 1608.03983). */
export function cosineDecay(
  { initial, decaySteps, alpha, warmupTarget, warmupSteps }: CosineDecayOptions,
  step: number,
): number {
  if (warmupTarget !== null && step < warmupSteps) return initial + ((warmupTarget - initial) * step) / warmupSteps;
  const [top, since] = warmupTarget === null ? [initial, step] : [warmupTarget, step - warmupSteps];
  return top * ((1 - alpha) * halfCosine(Math.min(since, decaySteps) / decaySteps) + alpha);
}

/** Falls from 1 to 0. */
const halfCosine = (progress: number): number => 0.5 * (1 + Math.cos(Math.PI * progress));

const RISE = 0.3,
  START = 1 / 25,
  END = START / 1e4;

/**
 * torch.optim.lr_scheduler.OneCycleLR with its defaults but a constant momentum (Smith & Topin 2018, arXiv 1708.07120).
 */
function oneCycle({ peak, totalSteps }: { readonly peak: number; readonly totalSteps: number }, step: number): number {
  // Of a whole number of steps neither `top` nor `last - top` is 0; of three or fewer `top` is below the first.
  const top = RISE * totalSteps - 1,
    last = totalSteps - 1;
  if (step <= top) return peak * (START + (1 - START) * (1 - halfCosine(step / top)));
  return peak * (END + (1 - END) * halfCosine(Math.min(1, (step - top) / (last - top))));
}
