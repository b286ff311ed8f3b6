import type { EngineName } from '../../../shared/config.ts';
import type { Message } from '../../../shared/message.ts';
import type { Device } from '../engine/engine.ts';
import { engineKind } from '../engine/registry.ts';
import { buildModel } from '../models/registry.ts';
import { secondsPerStep } from './secondsPerStep.ts';
import { trialTraining } from './trialTraining.ts';

export interface EngineTrial {
  readonly device: Device;
  readonly description: Message;
  /** Images per second in training steps of EfficientNet-Lite0 at 96 px with batches of 16. */
  readonly imagesPerSecond: number;
}

const SIZE = 96;
const BATCH = 16;
const CLASSES = 10;

/** Starts an engine and times a few steps. Needs a process of its own, because a bad driver may crash it. */
export async function tryEngine(name: EngineName, enginesFolder: string): Promise<EngineTrial> {
  const engine = await engineKind(name).start({ threads: 0, enginesFolder });
  const model = buildModel('efficientnet-lite0', { inputSize: SIZE, classes: CLASSES, dropout: 0, dropPath: 0 });
  const session = await engine.createTraining(trialTraining(model, BATCH));
  const step = {
    inputs: new Uint8Array(BATCH * SIZE * SIZE * 3).fill(100),
    labels: new Float32Array(BATCH * CLASSES),
    weights: new Float32Array(BATCH * CLASSES).fill(1 / (BATCH * CLASSES)),
    learningRate: 1e-3,
    weightDecay: 0,
    masks: new Map<string, Float32Array>(),
  };
  try {
    const seconds = await secondsPerStep(() => session.step(step));
    return { device: engine.device, description: engine.description, imagesPerSecond: BATCH / seconds };
  } finally {
    await session.dispose();
  }
}
