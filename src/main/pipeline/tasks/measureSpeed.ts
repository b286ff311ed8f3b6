import type { Config, EngineName, NetworkConfig } from '../../../shared/config.ts';
import type { Engine } from '../engine/engine.ts';
import { engineKind } from '../engine/registry.ts';
import { buildModel } from '../models/registry.ts';
import { finetunedFrom } from '../models/unfreeze.ts';
import { drawMasks } from '../train/masks.ts';
import { logitsOf } from '../train/scoring.ts';
import { secondsPerStep } from './secondsPerStep.ts';
import { trialTraining } from './trialTraining.ts';

export interface Speed {
  /** Seconds per training step, without loading images. */
  readonly stepSeconds: number;
  /** Seconds per scored batch. */
  readonly scoreSeconds: number;
}

export interface Measurement {
  readonly teacher: Speed;
  readonly student: Speed;
  /** Largest resident memory of this process, in bytes. */
  readonly memoryBytes: number;
}

/** Times real steps of both networks with these settings on this machine. */
export async function measureSpeed(
  config: Config,
  classes: number,
  name: EngineName,
  enginesFolder: string,
): Promise<Measurement> {
  const engine = await engineKind(name).start({
    threads: config.engine.threads,
    lowMemory: config.engine.memory === 'low',
    adapter: config.engine.adapter,
    enginesFolder,
  });
  const teacher = await measureNetwork(engine, config.teacher, classes);
  const student = await measureNetwork(engine, config.student, classes);
  return { teacher, student, memoryBytes: process.resourceUsage().maxRSS * 1024 };
}

async function measureNetwork(engine: Engine, config: NetworkConfig, classes: number): Promise<Speed> {
  const { input_size: size, batch_size: batchSize } = config;
  const model = buildModel(config.architecture, {
    inputSize: size,
    classes,
    dropout: config.dropout,
    dropPath: config.drop_path,
  });
  const training = trialTraining(model, batchSize, finetunedFrom(config, model));
  const pixels = new Uint8Array(batchSize * size * size * 3).fill(100);
  const session = await engine.createTraining(training);
  let stepSeconds: number;
  try {
    stepSeconds = await secondsPerStep((step) =>
      session.step({
        inputs: pixels,
        labels: new Float32Array(batchSize * classes),
        weights: new Float32Array(batchSize * classes).fill(1 / (batchSize * classes)),
        learningRate: 1e-4,
        weightDecay: 0,
        masks: drawMasks(model, 0, batchSize, { seed: 1, epoch: 0, step }),
      }),
    );
  } finally {
    await session.dispose();
  }
  const inference = await logitsOf(engine, model, training.state.parameters, batchSize);
  try {
    return { stepSeconds, scoreSeconds: await secondsPerStep(() => inference.run(pixels)) };
  } finally {
    await inference.dispose();
  }
}
