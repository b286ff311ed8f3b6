import { PLAIN_BCE } from '../../src/main/pipeline/losses/loss.ts';
import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import { buildModel } from '../../src/main/pipeline/models/registry.ts';
import { initialParameters } from '../../src/main/pipeline/models/initialParameters.ts';
import { drawMasks } from '../../src/main/pipeline/train/masks.ts';
import { randomStream } from '../../src/shared/random.ts';
import { median } from './median.ts';

/**
 * One turn of the training benchmark, in a process of its own: prints the median milliseconds of a step and the peak
 * memory. sgd: as plain as the prototype; adamw: what training really does (AdamW, weight decay, clipping, masks,
 * BatchNorm statistics).
 */
const [architecture, size, batch, kind, steps] = process.argv.slice(2) as [
  'efficientnet-lite1' | 'efficientnet-b3',
  string,
  string,
  'sgd' | 'adamw',
  string,
];
const full = kind === 'adamw';
const [inputSize, batchSize, classes] = [Number(size), Number(batch), 10];
const model = buildModel(architecture, { inputSize, classes, dropout: full ? 0.2 : 0, dropPath: full ? 0.2 : 0 });
const engine = await createOnnxCpuEngine({ threads: 0 });
const session = await engine.createTraining({
  model,
  batchSize,
  trainableFrom: 0,
  loss: PLAIN_BCE,
  optimizer: full
    ? { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }
    : { kind: 'sgd', momentum: 0, nesterov: false },
  clipNorm: full ? 1 : null,
  ema: false,
  state: { parameters: initialParameters(model, 1), slots: new Map(), ema: null, steps: 0 },
});
const stream = randomStream(1, 'bench');
const pixels = Uint8Array.from({ length: batchSize * inputSize ** 2 * 3 }, () => 256 * stream());
const labels = Float32Array.from({ length: batchSize * classes }, () => (stream() < 0.2 ? 1 : 0));
const weights = new Float32Array(labels.length).fill(1 / labels.length);
const times: number[] = [];
for (let step = 0; step <= Number(steps); step++) {
  const started = performance.now();
  await session.step({
    inputs: pixels,
    labels,
    weights,
    learningRate: 1e-3,
    weightDecay: full ? 0.01 : 0,
    masks: drawMasks(model, 0, batchSize, { seed: 1, epoch: 0, step }),
  });
  if (step > 0) times.push(performance.now() - started);
}
await session.dispose();
console.log(JSON.stringify({ milliseconds: median(times), peakBytes: process.resourceUsage().maxRSS * 1024 }));
