import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import { createLitert } from '../../src/main/pipeline/tflite/litert.ts';
import { writeTflite } from '../../src/main/pipeline/tflite/write.ts';
import { foldBatchNorm } from '../../src/main/pipeline/graph/foldBatchNorm.ts';
import { insertFakeQuant } from '../../src/main/pipeline/graph/insertFakeQuant.ts';
import { buildModel } from '../../src/main/pipeline/models/registry.ts';
import { initialParameters } from '../../src/main/pipeline/models/initialParameters.ts';
import { calibrate } from '../../src/main/pipeline/quant/calibrate.ts';
import { runIntegerReference } from '../../src/main/pipeline/quant/integerReference.ts';
import { createIntegerScorer } from '../../src/main/pipeline/quant/integerScorer.ts';
import { toIntegerModel } from '../../src/main/pipeline/quant/toIntegerModel.ts';
import { randomStream } from '../../src/shared/random.ts';
import { median } from './median.ts';

const SIZE = 240;
const BATCH = 16;
const ROUNDS = 5;
const CLASSES = 20;

/**
 * Scoring with the INT8 model: our scorer on onnxruntime's integer kernels against LiteRT's WebAssembly build, in
 * turns.
 */
export async function benchInt8(): Promise<void> {
  const stream = randomStream(1, 'bench');
  const bytes = SIZE * SIZE * 3;
  const pixels = Uint8Array.from({ length: BATCH * bytes }, (_, i) => 100 + 60 * Math.sin(i / 91) + 60 * stream());
  const model = await integerModel(pixels);
  const labels = Array.from({ length: CLASSES }, (_, c) => `class ${c}`);
  const litert = await createLitert(
    writeTflite(model, { inputType: 'uint8', outputType: 'uint8', labels, name: 'bench' }),
  );
  const scorer = await createIntegerScorer(model, { batchSize: BATCH, threads: 0 });
  const image = (n: number): Uint8Array => pixels.subarray(n * bytes, (n + 1) * bytes);

  const codes = await scorer.run(pixels);
  const reference = runIntegerReference(model, image(0)).get(model.output)!;
  const equal = reference.every((code, c) => code + 128 === codes[c]);
  const times = { scorer: [] as number[], litert: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    let started = performance.now();
    await scorer.run(pixels);
    times.scorer.push((performance.now() - started) / BATCH);
    started = performance.now();
    for (let n = 0; n < 4; n++) await litert.run(image(n));
    times.litert.push((performance.now() - started) / 4);
  }
  const [ours, theirs] = [median(times.scorer), median(times.litert)];
  console.log(
    `EfficientNet-Lite1 INT8, ${SIZE} px, milliseconds an image\n  scorer ${ours.toFixed(1)}\n  LiteRT ` +
      `${theirs.toFixed(1)}\n  ${(theirs / ours).toFixed(1)} x as fast; ` +
      (equal ? 'bit-equal to the integer reference' : 'NOT EQUAL to the integer reference'),
  );
  litert.dispose();
  await scorer.dispose();
}

async function integerModel(pixels: Uint8Array): Promise<ReturnType<typeof toIntegerModel>> {
  const engine = await createOnnxCpuEngine({ threads: 0 });
  const float = buildModel('efficientnet-lite1', { inputSize: SIZE, classes: CLASSES, dropout: 0, dropPath: 0 });
  const folded = foldBatchNorm(float, initialParameters(float, 1));
  const model = insertFakeQuant(folded.model);
  const ranges = await calibrate(
    engine,
    model,
    folded.parameters,
    (async function* () {
      yield pixels;
    })(),
    BATCH,
  );
  return toIntegerModel(model, folded.parameters, ranges);
}
