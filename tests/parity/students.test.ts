import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/main/pipeline/engine/engine.ts';
import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import { foldBatchNorm } from '../../src/main/pipeline/graph/foldBatchNorm.ts';
import type { Tensor } from '../../src/main/pipeline/graph/graph.ts';
import { insertFakeQuant } from '../../src/main/pipeline/graph/insertFakeQuant.ts';
import { initialParameters } from '../../src/main/pipeline/models/initialParameters.ts';
import { buildModel } from '../../src/main/pipeline/models/registry.ts';
import { calibrate } from '../../src/main/pipeline/quant/calibrate.ts';
import type { IntegerModel } from '../../src/main/pipeline/quant/integerModel.ts';
import { runIntegerReference } from '../../src/main/pipeline/quant/integerReference.ts';
import { createIntegerScorer } from '../../src/main/pipeline/quant/integerScorer.ts';
import { toIntegerModel } from '../../src/main/pipeline/quant/toIntegerModel.ts';
import { createLitert } from '../../src/main/pipeline/tflite/litert.ts';
import { assertValidTflite } from '../../src/main/pipeline/tflite/validate.ts';
import { writeTflite } from '../../src/main/pipeline/tflite/write.ts';
import { families, familyNames, membersOf } from '../../src/shared/architectures.ts';
import type { Architecture } from '../../src/shared/architectures.ts';
import { randomStream } from '../../src/shared/random.ts';
import { parameterValues } from '../golden/formula.ts';

/** The smallest network of each family for students, quantized like a student. */
const students = familyNames.filter((name) => families[name].quantizable).map((name) => membersOf(name)[0]!);

const SIZE = 40,
  BATCH = 4,
  LABELS = ['a', 'b', 'c', 'd', 'e'];
const stream = randomStream(1, 'students');
const images = Uint8Array.from(
  { length: BATCH * SIZE * SIZE * 3 },
  (_, i) => 90 + 60 * Math.sin(i / 37) + 40 * stream(),
);

let engine: Engine;
beforeAll(async () => {
  engine = await createOnnxCpuEngine({ threads: 2 });
});

/** Initial kernels with varied BatchNorm parameters and the statistics of the images, so that activations vary. */
async function integerModelOf(architecture: Architecture): Promise<IntegerModel> {
  const float = buildModel(architecture, { inputSize: SIZE, classes: LABELS.length, dropout: 0, dropPath: 0 });
  const parameters = new Map<string, Tensor>(initialParameters(float, 3));
  for (const { name, shape, role } of float.parameters)
    if (role === 'gamma' || role === 'beta') parameters.set(name, { shape, data: parameterValues(name, shape) });
  const statistics = await engine.createStatistics({ model: float, parameters, batchSize: BATCH, trainableFrom: 0 });
  for (const [name, data] of await statistics.run(images)) parameters.set(name, { shape: [data.length], data });
  await statistics.dispose();
  const folded = foldBatchNorm(float, parameters);
  const model = insertFakeQuant(folded.model);
  const batches = (async function* () {
    yield images;
  })();
  return toIntegerModel(model, folded.parameters, await calibrate(engine, model, folded.parameters, batches, BATCH));
}

describe.each(students)('%s as a student', (architecture) => {
  let model: IntegerModel;
  beforeAll(async () => {
    model = await integerModelOf(architecture);
  });

  test('is a valid file on which LiteRT equals the integer reference, tensor by tensor', async () => {
    const file = (exposeActivations: boolean): Uint8Array =>
      writeTflite(model, {
        inputType: 'int8',
        outputType: 'int8',
        labels: LABELS,
        name: 'student',
        description: 'a student',
        exposeActivations,
      });
    expect(() => assertValidTflite(file(false))).not.toThrow();
    const pixels = images.subarray(0, SIZE * SIZE * 3);
    const ours = runIntegerReference(model, pixels);
    const litert = await createLitert(file(true));
    const theirs = await litert.runAll(Int8Array.from(pixels, (pixel) => pixel - 128));
    litert.dispose();
    const unequal = model.ops.filter(({ output }) => {
      const found = theirs.get(output === model.output ? 'scores' : output) as Int8Array;
      return !Buffer.from(found.slice().buffer).equals(Buffer.from(ours.get(output)!.slice().buffer));
    });
    expect(unequal.map(({ output }) => output)).toEqual([]);
    // The scores differ from each other, so that equality is meaningful.
    expect(new Set(ours.get(model.output)).size).toBeGreaterThan(2);
  });

  test('gets the scores of the integer reference from the fast scorer', async () => {
    const scorer = await createIntegerScorer(model, { batchSize: BATCH, threads: 2 });
    const codes = await scorer.run(images);
    await scorer.dispose();
    const expected = Array.from({ length: BATCH }, (_, n) =>
      Array.from(
        runIntegerReference(model, images.subarray(n * SIZE * SIZE * 3, (n + 1) * SIZE * SIZE * 3)).get(model.output)!,
        (code) => code + 128,
      ),
    );
    expect([...codes]).toEqual(expected.flat());
  });
});
