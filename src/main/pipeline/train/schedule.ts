/** How the learning rate goes over a phase: a linear rise over the warm-up, then a cosine to zero or a constant. */
export interface Schedule {
  readonly kind: 'cosine' | 'constant';
  readonly peak: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/** Learning rate of a step, counted from 0. Keras's CosineDecay with warm-up (initial 0, alpha 0); the cosine begins after the warm-up. */
export function learningRateAt({ kind, peak, warmupSteps, totalSteps }: Schedule, step: number): number {
  if (step < warmupSteps) return (peak * step) / warmupSteps;
  if (kind === 'constant') return peak;
  return cosineDecay({ initial: peak, decaySteps: Math.max(1, totalSteps - warmupSteps), alpha: 0 }, step - warmupSteps);
}

/** keras.optimizers.schedules.CosineDecay without warm-up: from `initial` to `alpha * initial` over `decaySteps`. */
export function cosineDecay(options: { initial: number; decaySteps: number; alpha: number }, step: number): number {
  const progress = Math.min(step, options.decaySteps) / options.decaySteps;
  const cosine = 0.5 * (1 + Math.cos(Math.PI * progress));
  return options.initial * ((1 - options.alpha) * cosine + options.alpha);
}
