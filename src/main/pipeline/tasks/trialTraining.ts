import type { TrainingRequest } from '../engine/engine.ts';
import { ADAMW } from '../engine/engine.ts';
import type { Model } from '../graph/graph.ts';
import { PLAIN_BCE } from '../losses/loss.ts';
import { initialParameters } from '../models/initialParameters.ts';

/** Training of the layers from `trainableFrom` on, from random parameters, for trying or timing an engine. */
export const trialTraining = (model: Model, batchSize: number, trainableFrom = 0): TrainingRequest => ({
  model,
  batchSize,
  trainableFrom,
  loss: PLAIN_BCE,
  optimizer: ADAMW,
  clipNorm: 1,
  ema: false,
  state: { parameters: initialParameters(model, 1), slots: new Map(), ema: null, steps: 0 },
});
