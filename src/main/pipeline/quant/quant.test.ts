import { beforeAll, describe, expect, test } from 'vitest';
import { parameterValues } from '../../../../tests/golden/formula.ts';
import { randomStream } from '../../../shared/random.ts';
import type { Engine } from '../engine/engine.ts';
import { createOnnxCpuEngine } from '../engine/onnx/engine.ts';
import { foldBatchNorm } from '../graph/foldBatchNorm.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import { insertFakeQuant } from '../graph/insertFakeQuant.ts';
import { buildModel } from '../models/registry.ts';
import { initialParameters } from '../models/initialParameters.ts';
import { calibrate } from './calibrate.ts';
import { runIntegerReference } from './integerReference.ts';
import { assertValidTflite } from '../tflite/validate.ts';
import { writeTflite } from '../tflite/write.ts';
import { toIntegerModel } from './toIntegerModel.ts';

describe('a quantized network', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createOnnxCpuEngine({ threads: 2 });
  });

  const size = 48;
  const float = buildModel('efficientnet-lite0', { inputSize: size, classes: 5, dropout: 0, dropPath: 0 });
  const stream = randomStream(1, 'quant');
  const batch = Uint8Array.from({ length: 4 * size * size * 3 }, (_, i) => 90 + 60 * Math.sin(i / 37) + 40 * stream());

  /** Initial kernels with varied BatchNorm parameters, so that activations vary as in a trained network. */
  function variedParameters(): Map<string, { shape: readonly number[]; data: Float32Array }> {
    const parameters = new Map(initialParameters(float, 3));
    for (const { name, shape, role } of float.parameters)
      if (role === 'gamma' || role === 'beta') parameters.set(name, { shape, data: parameterValues(name, shape) });
    return parameters;
  }

  async function quantized(
    change: (parameters: Map<string, { shape: readonly number[]; data: Float32Array }>) => void = () => undefined,
  ): Promise<{ model: Model; parameters: Parameters; ranges: Awaited<ReturnType<typeof calibrate>> }> {
    const start = variedParameters();
    const statistics = await engine.createStatistics({
      model: float,
      parameters: start,
      batchSize: 4,
      trainableFrom: 0,
    });
    for (const [name, data] of await statistics.run(batch)) start.set(name, { shape: [data.length], data });
    change(start);
    const folded = foldBatchNorm(float, start);
    const model = insertFakeQuant(folded.model);
    const ranges = await calibrate(
      engine,
      model,
      folded.parameters,
      (async function* () {
        yield batch;
      })(),
      4,
    );
    return { model, parameters: folded.parameters, ranges };
  }

  test('is a valid file even if its residual branches add nothing', async () => {
    const { model, parameters, ranges } = await quantized((start) => {
      // Hardly trained from scratch, where the last gamma of a branch starts at 0.
      for (const { name, shape } of float.parameters)
        if (/project\.bn\.(gamma|beta)$/.test(name) && /block\d[b-z]/.test(name))
          start.set(name, { shape, data: new Float32Array(shape[0]!).fill(1e-9) });
    });
    const integer = toIntegerModel(model, parameters, ranges);
    expect(() =>
      assertValidTflite(
        writeTflite(integer, {
          inputType: 'uint8',
          outputType: 'uint8',
          labels: ['a', 'b', 'c', 'd', 'e'],
          name: 'tiny',
          description: '',
          version: '1',
        }),
      ),
    ).not.toThrow();
  });

  test('computes the same in training as in integers, tensor by tensor', async () => {
    const { model, parameters, ranges } = await quantized();
    const integer = toIntegerModel(model, parameters, ranges);
    const quants = integer.ops.map(({ output }) => output).filter((name) => name !== integer.output);
    const session = await engine.createInference({
      model,
      parameters,
      batchSize: 4,
      outputs: quants,
      fakeQuantRanges: ranges,
    });
    const { outputs } = await session.run(batch);
    const codes = runIntegerReference(integer, batch.subarray(0, size * size * 3));
    const differences = quants.map((name) => {
      const { scale, zeroPoint } = integer.tensors.find((tensor) => tensor.name === name)!;
      const found = codes.get(name)!;
      const floats = outputs.get(name)!;
      return {
        name,
        mean: found.reduce((sum, code, i) => sum + Math.abs(code - zeroPoint - floats[i]! / scale), 0) / found.length,
      };
    });
    // What remains is the rounding of biases, which training omits: rarely one code more or less. In this untrained
    // network every layer doubles it, so only the first layers show whether scales and rounding are right.
    const limits = {
      'stem.activation.quant': 0.002,
      'block1a.depthwise.activation.quant': 0.01,
      'block1a.project.bn.quant': 0.03,
      'block2a.expand.activation.quant': 0.04,
    };
    for (const [name, limit] of Object.entries(limits))
      expect({ name, close: differences.find((d) => d.name === name)!.mean < limit }).toEqual({ name, close: true });
  });

  test('fixes ReLU6 at 0..6, tracks the rest, and fits every bias', async () => {
    const { model, parameters, ranges } = await quantized();
    const integer = toIntegerModel(model, parameters, ranges);
    for (const op of integer.ops) {
      if ('bias' in op) expect(op.bias.every((code) => Math.abs(code) <= 2 ** 30 + 1)).toBe(true);
      if (!('activation' in op)) continue;
      const { scale, zeroPoint } = integer.tensors.find(({ name }) => name === op.output)!;
      if (op.activation === 'relu6') expect([scale, zeroPoint]).toEqual([Math.fround(6 / 255), -128]);
    }
    expect(integer.tensors).toHaveLength(1 + integer.ops.length);
  });

  test('is defined for dead channels', async () => {
    const { model, parameters, ranges } = await quantized((all) => {
      all.get('block3a.expand.conv.kernel')!.data.fill(0);
      all.get('block2a.project.bn.gamma')!.data.fill(0);
    });
    const integer = toIntegerModel(model, parameters, ranges);
    for (const op of integer.ops)
      if ('weightScales' in op)
        expect(op.weightScales.every((scale) => scale > 0 && Number.isFinite(scale))).toBe(true);
    const codes = runIntegerReference(integer, batch.subarray(0, size * size * 3)).get(integer.output)!;
    expect(codes).toHaveLength(5);
  });
});
