import { architectureNamed } from '../../../src/shared/architectures.ts';
import { engineNames } from '../../../src/shared/config.ts';
import type { StepResult } from '../../../src/main/pipeline/engine/engine.ts';
import { engineKind } from '../../../src/main/pipeline/engine/registry.ts';
import { buildModel } from '../../../src/main/pipeline/models/registry.ts';
import { enginesFolder } from '../../../src/main/studio/state/places.ts';
import { median } from '../median.ts';
import { trainingSteps } from '../trainingSteps.ts';
import type { StepsResult } from './results.ts';
import { explainErrors, printResult } from './results.ts';

/** Training steps of one network on one engine, in a process of its own: engine, network, input size, batch, steps. */
explainErrors();
const [engineName, network, size, batch, count] = process.argv.slice(2);
const name = engineNames.find((one) => one === engineName);
const architecture = architectureNamed(network ?? '');
if (name === undefined || architecture === null) throw new Error(`Unknown engine or network: ${engineName} ${network}`);
const [inputSize, batchSize, steps, classes] = [Number(size), Number(batch), Number(count), 10];
/** Kernels are compiled and memory is allocated in these. */
const WARM_UP = 2;

const engine = await engineKind(name).start({ threads: 0, enginesFolder: enginesFolder() });
const model = buildModel(architecture, { inputSize, classes, dropout: 0.2, dropPath: 0.2 });
const began = performance.now();
const training = await trainingSteps(engine, model, batchSize);
const seconds: number[] = [];
let first: StepResult | null = null;
let firstStepSeconds = 0;
for (let step = 0; step < steps; step++) {
  const started = performance.now();
  const result = await training.step(step);
  if (first === null) firstStepSeconds = (performance.now() - began) / 1000;
  first ??= result;
  if (step >= WARM_UP) seconds.push((performance.now() - started) / 1000);
  printResult({
    imagesPerSecond: seconds.length === 0 ? null : batchSize / median(seconds),
    firstStepSeconds,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    loss: first.loss,
    logits: [...first.logits],
  } satisfies StepsResult);
}
// Native engines may keep threads that would keep the process alive.
process.exit(0);
