import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, Range, TrainingState } from '../../src/main/pipeline/engine/engine.ts';
import { PLAIN_BCE } from '../../src/main/pipeline/losses/loss.ts';
import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import { GraphBuilder } from '../../src/main/pipeline/graph/builder.ts';
import { foldBatchNorm } from '../../src/main/pipeline/graph/foldBatchNorm.ts';
import type { Model, Parameters, Tensor } from '../../src/main/pipeline/graph/graph.ts';
import { insertFakeQuant } from '../../src/main/pipeline/graph/insertFakeQuant.ts';
import { initialParameters } from '../../src/main/pipeline/models/initialParameters.ts';
import { calibrate } from '../../src/main/pipeline/quant/calibrate.ts';
import { createIntegerScorer } from '../../src/main/pipeline/quant/integerScorer.ts';
import { toIntegerModel } from '../../src/main/pipeline/quant/toIntegerModel.ts';
import { trackRanges } from '../../src/main/pipeline/train/ranges.ts';
import { averagePrecision } from '../../src/shared/metrics/metrics.ts';
import { randomStream } from '../../src/shared/random.ts';

/**
 * Does quantization-aware training do its work? A small net is trained on drawn pictures; then the channels of its
 * linear bottlenecks are spread over orders of magnitude, which changes nothing in float (the next convolution takes
 * the factors back) but is the worst case for a tensor with one int8 scale.
 */
const SIZE = 24;
const CLASSES = 4;
const BATCH = 32;
const COUNT = 256;

/** Stripes in four directions at random phase and strength over noise; each direction is a label. */
function pictures(seed: number): { pixels: Uint8Array; labels: Float32Array } {
  const stream = randomStream(seed, 'pictures');
  const pixels = new Uint8Array(COUNT * SIZE * SIZE * 3);
  const labels = new Float32Array(COUNT * CLASSES);
  for (let n = 0; n < COUNT; n++) {
    const waves = [
      [0.9, 0],
      [0, 0.9],
      [0.64, 0.64],
      [0.64, -0.64],
    ].map(([fx, fy], c) => {
      const present = stream() < 0.35;
      labels[n * CLASSES + c] = present ? 1 : 0;
      return { fx: fx!, fy: fy!, phase: stream() * 6.3, strength: present ? 14 + 22 * stream() : 0 };
    });
    for (let y = 0; y < SIZE; y++)
      for (let x = 0; x < SIZE; x++) {
        const wave = waves.reduce((sum, w) => sum + w.strength * Math.sin(w.fx * x + w.fy * y + w.phase), 0);
        for (let c = 0; c < 3; c++)
          pixels[((n * SIZE + y) * SIZE + x) * 3 + c] = Math.max(0, Math.min(255, 128 + wave + (stream() - 0.5) * 150));
      }
  }
  return { pixels, labels };
}

function smallNet(): Model {
  const graph = new GraphBuilder(0.9);
  let x = graph.normalize(graph.input(SIZE), [127, 127, 127], [128, 128, 128]);
  const conv = (name: string, filters: number, kernelSize: number, stride: 1 | 2): string =>
    graph.batchNorm(`${name}.bn`, graph.conv2d(name, x, { filters, kernelSize, stride, bias: false }));
  const relu6 = (name: string): string => graph.activation(name, x, 'relu6');
  x = conv('stem.conv', 16, 3, 2);
  x = relu6('stem.activation');
  for (const block of ['block1', 'block2']) {
    graph.enter(block);
    x = conv(`${block}.expand.conv`, 48, 1, 1);
    x = relu6(`${block}.expand.activation`);
    x = graph.batchNorm(
      `${block}.depthwise.bn`,
      graph.depthwiseConv2d(`${block}.depthwise.conv`, x, { kernelSize: 3, stride: 1 }),
    );
    x = relu6(`${block}.depthwise.activation`);
    x = conv(`${block}.project.conv`, 16, 1, 1);
  }
  graph.enter('head');
  x = conv('head.conv', 64, 1, 1);
  x = relu6('features');
  graph.dense('classifier', graph.globalAveragePool('pooled', x, false), CLASSES);
  return graph.build('small');
}

/**
 * Multiplies channel c of each bottleneck by a factor between 2^-5 and 2^5 and takes it back in the convolution that
 * reads it.
 */
function spreadChannels(parameters: Parameters): Map<string, Tensor> {
  const spread = new Map(parameters);
  for (const [writer, reader] of [
    ['block1.project.conv', 'block2.expand.conv'],
    ['block2.project.conv', 'head.conv'],
  ]) {
    const channels = 16;
    const factors = Array.from({ length: channels }, (_, c) => 2 ** ((((c * 7) % channels) / (channels - 1)) * 10 - 5));
    const scale = (name: string, factor: (i: number, shape: readonly number[]) => number): void => {
      const { shape, data } = spread.get(name)!;
      spread.set(name, { shape, data: data.map((value, i) => value * factor(i, shape)) });
    };
    scale(`${writer}.kernel`, (i) => factors[i % channels]!);
    scale(`${writer}.bias`, (i) => factors[i]!);
    scale(`${reader}.kernel`, (i, shape) => 1 / factors[Math.floor(i / shape[3]!) % channels]!);
  }
  return spread;
}

const batchOf = <T extends Uint8Array | Float32Array>(data: T, step: number, size: number): T =>
  data.subarray((step % (COUNT / BATCH)) * BATCH * size, ((step % (COUNT / BATCH)) + 1) * BATCH * size) as T;

describe('quantization-aware training on badly spread channels', () => {
  let engine: Engine;
  const train = pictures(1);
  const held = pictures(2);
  const weights = new Float32Array(BATCH * CLASSES).fill(1 / (BATCH * CLASSES));
  const float = smallNet();
  let quantized: Model;
  let start: { parameters: Parameters; ranges: ReadonlyMap<string, Range> };
  let floatAp = 0;

  const fit = async (
    model: Model,
    state: TrainingState,
    steps: number,
    learningRate: number,
    ranges: ReadonlyMap<string, Range>,
  ): Promise<{ state: TrainingState; ranges: ReadonlyMap<string, Range> }> => {
    const session = await engine.createTraining({
      model,
      batchSize: BATCH,
      trainableFrom: 0,
      loss: PLAIN_BCE,
      optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
      clipNorm: 1,
      ema: false,
      state,
    });
    let tracked = Object.fromEntries(ranges);
    for (let step = 0; step < steps; step++) {
      const result = await session.step({
        inputs: batchOf(train.pixels, step, SIZE * SIZE * 3),
        labels: batchOf(train.labels, step, CLASSES),
        weights,
        learningRate,
        weightDecay: 0,
        masks: new Map(),
        fakeQuantRanges: new Map(Object.entries(tracked)),
      });
      tracked = trackRanges(tracked, result.ranges, 0.95);
    }
    const end = await session.state();
    await session.dispose();
    return { state: end, ranges: new Map(Object.entries(tracked)) };
  };

  const macroAp = (score: (i: number) => number): number => {
    const perClass = Array.from({ length: CLASSES }, (_, c) =>
      averagePrecision(
        Array.from({ length: COUNT }, (_, n) => held.labels[n * CLASSES + c]!),
        Array.from({ length: COUNT }, (_, n) => score(n * CLASSES + c)),
      ),
    );
    return perClass.reduce((a, b) => a + b, 0) / CLASSES;
  };
  const integerAp = async (parameters: Parameters, ranges: ReadonlyMap<string, Range>): Promise<number> => {
    const scorer = await createIntegerScorer(toIntegerModel(quantized, parameters, ranges), {
      batchSize: COUNT,
      threads: 2,
    });
    const codes = await scorer.run(held.pixels);
    await scorer.dispose();
    return macroAp((i) => codes[i]!);
  };

  beforeAll(async () => {
    engine = await createOnnxCpuEngine({ threads: 2 });
    const trained = await fit(
      float,
      { parameters: initialParameters(float, 1), slots: new Map(), ema: null, steps: 0 },
      240,
      3e-3,
      new Map(),
    );
    const inference = await engine.createInference({
      model: float,
      parameters: trained.state.parameters,
      batchSize: COUNT,
      outputs: [float.logits],
    });
    const logits = (await inference.run(held.pixels)).outputs.get(float.logits)!;
    await inference.dispose();
    floatAp = macroAp((i) => logits[i]!);
    const folded = foldBatchNorm(float, trained.state.parameters);
    quantized = insertFakeQuant(folded.model);
    const parameters = spreadChannels(folded.parameters);
    const representative = (async function* () {
      for (let step = 0; step < 4; step++) yield batchOf(train.pixels, step, SIZE * SIZE * 3);
    })();
    start = { parameters, ranges: await calibrate(engine, quantized, parameters, representative, BATCH) };
  });
  afterAll(() => undefined);

  const tuned = async (learningRate: number): Promise<number> => {
    const result = await fit(
      quantized,
      { parameters: start.parameters, slots: new Map(), ema: null, steps: 0 },
      160,
      learningRate,
      start.ranges,
    );
    return integerAp(result.state.parameters, result.ranges);
  };

  it('loses at least 5 points of AP by post-training quantization, wins back at least half by training, and not by waiting', async () => {
    const postTraining = await integerAp(start.parameters, start.ranges);
    const trainedAp = await tuned(1e-3);
    const untrainedAp = await tuned(0);
    console.log(
      `macro AP: float ${floatAp.toFixed(3)}, PTQ ${postTraining.toFixed(3)}, QAT ${trainedAp.toFixed(3)}, learning rate 0 ${untrainedAp.toFixed(3)}`,
    );
    expect(floatAp - postTraining).toBeGreaterThan(0.05);
    expect(trainedAp - postTraining).toBeGreaterThan((floatAp - postTraining) / 2);
    expect(untrainedAp - postTraining).toBeLessThan((floatAp - postTraining) / 2);
  });
});
