import { ADAMW } from '../../src/main/pipeline/engine/engine.ts';
import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import { PLAIN_BCE } from '../../src/main/pipeline/losses/loss.ts';
import { initialParameters } from '../../src/main/pipeline/models/initialParameters.ts';
import { buildModel } from '../../src/main/pipeline/models/registry.ts';
import { drawMasks } from '../../src/main/pipeline/train/masks.ts';
import { randomStream } from '../../src/shared/random.ts';
import { median } from './median.ts';

/**
 * One turn of the step benchmark, in a process of its own: prints the median milliseconds of a step, its CPU time and
 * the peak memory.
 */
const [architecture, size, batch, steps, threads] = process.argv.slice(2) as [
  'efficientnet-lite1' | 'efficientnet-b3',
  string,
  string,
  string,
  string,
];
const [inputSize, batchSize, classes] = [Number(size), Number(batch), 10];
const model = buildModel(architecture, { inputSize, classes, dropout: 0.2, dropPath: 0.2 });
const engine = await createOnnxCpuEngine({ threads: Number(threads) });
const session = await engine.createTraining({
  model,
  batchSize,
  trainableFrom: 0,
  loss: PLAIN_BCE,
  optimizer: ADAMW,
  clipNorm: 1,
  ema: false,
  state: { parameters: initialParameters(model, 1), slots: new Map(), ema: null, steps: 0 },
});
const stream = randomStream(1, 'bench');
const pixels = Uint8Array.from({ length: batchSize * inputSize ** 2 * 3 }, () => 256 * stream());
const labels = Float32Array.from({ length: batchSize * classes }, () => (stream() < 0.2 ? 1 : 0));
const weights = new Float32Array(labels.length).fill(1 / labels.length);
const [wall, cpu]: [number[], number[]] = [[], []];
for (let step = 0; step <= Number(steps); step++) {
  const [started, used] = [performance.now(), process.cpuUsage()];
  await session.step({
    inputs: pixels,
    labels,
    weights,
    learningRate: 1e-3,
    weightDecay: 0.01,
    masks: drawMasks(model, 0, batchSize, { seed: 1, epoch: 0, step }),
  });
  if (step === 0) continue;
  wall.push(performance.now() - started);
  const { user, system } = process.cpuUsage(used);
  cpu.push((user + system) / 1000);
}
await session.dispose();
console.log(
  JSON.stringify({
    milliseconds: median(wall),
    cpuMilliseconds: median(cpu),
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }),
);
