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
import { affineQuantization, quantizeWeight, roundHalfToEven, weightScale } from './arithmetic.ts';
import { calibrate, selectRepresentative } from './calibrate.ts';
import { runIntegerReference } from './integerReference.ts';
import { assertValidTflite } from '../tflite/validate.ts';
import { writeTflite } from '../tflite/write.ts';
import { toIntegerModel } from './toIntegerModel.ts';

describe('arithmetic', () => {
  test('rounds halves to even', () => {
    expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4999, 2.5001].map(roundHalfToEven).map((x) => x + 0)).toEqual([
      -2, -2, 0, 0, 2, 2, 2, 3,
    ]);
  });

  test.each([
    [-1, 1],
    [0, 6],
    [0.5, 2],
    [-3, -1],
    [-1e-3, 7],
  ])('an affine range %f..%f has an exact code for zero', (min, max) => {
    const { scale, zeroPoint } = affineQuantization(min, max);
    expect(Number.isInteger(zeroPoint) && zeroPoint >= -128 && zeroPoint <= 127).toBe(true);
    const [low, high] = [(-128 - zeroPoint) * scale, (127 - zeroPoint) * scale];
    expect(low).toBeLessThanOrEqual(Math.min(0, min) + scale);
    expect(high).toBeGreaterThanOrEqual(Math.max(0, max) - scale);
  });

  test('weights are symmetric and never -128', () => {
    const scale = weightScale(1, 0, 0.02);
    expect([quantizeWeight(1, scale), quantizeWeight(-1, scale), quantizeWeight(-1.2, scale)]).toEqual([
      127, -127, -127,
    ]);
  });

  test('scales have a lower bound, so that biases fit into int32 and dead channels are defined', () => {
    const inputScale = 6 / 255;
    for (const [largest, bias] of [
      [1e-12, 5],
      [0, 3],
      [0, 0],
      [1e-6, 100],
    ] as const) {
      const scale = weightScale(largest, bias, inputScale);
      expect(scale).toBeGreaterThan(0);
      expect(Math.abs(bias / (inputScale * scale))).toBeLessThanOrEqual(2 ** 30 * 1.001);
    }
  });
});

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

describe('the representative set', () => {
  const classes = 6;
  const labels = Array.from({ length: 300 }, (_, i) => ({
    labels: Int8Array.from({ length: classes }, (_, c) => (i % (7 * (c + 1)) === 0 && i > 0 ? 1 : 0)),
  }));

  test('covers every class without repeats, and depends on the seed', () => {
    const chosen = selectRepresentative(labels, classes, 20, 4);
    expect(new Set(chosen).size).toBe(20);
    for (let c = 0; c < classes; c++) expect(chosen.some((i) => labels[i]!.labels[c] === 1)).toBe(true);
    expect(selectRepresentative(labels, classes, 20, 4)).toEqual(chosen);
    expect(selectRepresentative(labels, classes, 20, 5)).not.toEqual(chosen);
  });

  test('has all samples when there are fewer than requested', () => {
    expect([...selectRepresentative(labels.slice(0, 5), classes, 20, 1)].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});
