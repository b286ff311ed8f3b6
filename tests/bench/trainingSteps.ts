import type { Engine, StepResult } from '../../src/main/pipeline/engine/engine.ts';
import type { Model } from '../../src/main/pipeline/graph/graph.ts';
import { trialTraining } from '../../src/main/pipeline/tasks/trialTraining.ts';
import { drawMasks } from '../../src/main/pipeline/train/masks.ts';
import { randomStream } from '../../src/shared/random.ts';

interface TrainingSteps {
  /** Trains on the same batch again, with the masks of this step. */
  step(index: number): Promise<StepResult>;
  dispose(): Promise<void>;
}

/** Training steps on one batch of noise with random labels. */
export async function trainingSteps(engine: Engine, model: Model, batchSize: number): Promise<TrainingSteps> {
  const session = await engine.createTraining(trialTraining(model, batchSize));
  const stream = randomStream(1, 'bench');
  const inputs = Uint8Array.from({ length: batchSize * model.inputSize ** 2 * 3 }, () => 256 * stream());
  const labels = Float32Array.from({ length: batchSize * model.classes }, () => (stream() < 0.2 ? 1 : 0));
  const weights = new Float32Array(labels.length).fill(1 / labels.length);
  return {
    step: (index) =>
      session.step({
        inputs,
        labels,
        weights,
        learningRate: 1e-3,
        weightDecay: 0.01,
        masks: drawMasks(model, 0, batchSize, { seed: 1, epoch: 0, step: index }),
      }),
    dispose: () => session.dispose(),
  };
}
