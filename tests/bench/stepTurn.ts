import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import { buildModel } from '../../src/main/pipeline/models/registry.ts';
import { median } from './median.ts';
import { trainingSteps } from './trainingSteps.ts';

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
const training = await trainingSteps(engine, model, batchSize);
const [wall, cpu]: [number[], number[]] = [[], []];
for (let step = 0; step <= Number(steps); step++) {
  const [started, used] = [performance.now(), process.cpuUsage()];
  await training.step(step);
  if (step === 0) continue;
  wall.push(performance.now() - started);
  const { user, system } = process.cpuUsage(used);
  cpu.push((user + system) / 1000);
}
await training.dispose();
console.log(
  JSON.stringify({
    milliseconds: median(wall),
    cpuMilliseconds: median(cpu),
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }),
);
