import { expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { createOnnxCpuEngine } from '../engine/onnx/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { initialParameters } from '../models/initialParameters.ts';
import { distillationLoss } from './student.ts';
import type { RunContext } from './runContext.ts';

/** Sigmoid and binary cross-entropy in float64, straight from their definitions. */
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const entropy = (target: number, logit: number): number =>
  -target * Math.log(sigmoid(logit)) - (1 - target) * Math.log(1 - sigmoid(logit));

test.each([
  [0.7, 2],
  [0.2, 3],
  [1, 2],
  [0, 2],
])('alpha %f is the share of the labels, the rest is the teacher at temperature %f', async (alpha, temperature) => {
  const context = {
    config: configSchema.parse({ student: { alpha, temperature } }),
    dataset: { root: '', vocabulary: ['a', 'b'], splits: { train: [], val: [], test: [] } },
  } as Partial<RunContext> as RunContext;
  const graph = new GraphBuilder();
  const pixels = graph.normalize(graph.input(2), [127, 127, 127], [128, 128, 128]);
  const wide = graph.conv2d('wide', pixels, { filters: 8, kernelSize: 1, stride: 1, bias: false });
  graph.dense('classifier', graph.globalAveragePool('pooled', wide, false), 2);
  const model = graph.build('tiny');
  const engine = await createOnnxCpuEngine({ threads: 1 });
  const session = await engine.createTraining({
    model,
    batchSize: 1,
    trainableFrom: 0,
    loss: distillationLoss(context),
    optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    clipNorm: null,
    ema: false,
    learningRateScales: new Map(),
    state: { parameters: initialParameters(model, 1), slots: new Map(), ema: null, steps: 0 },
  });
  // The teacher contradicts the labels, so that the two parts of the loss differ.
  const [labels, teacher] = [
    [1, 0],
    [-3, 2],
  ];
  const result = await session.step({
    inputs: Uint8Array.from({ length: 12 }, (_, i) => 20 * i),
    labels: Float32Array.from(labels),
    weights: Float32Array.of(0.5, 0.5),
    teacherLogits: Float32Array.from(teacher),
    learningRate: 0,
    weightDecay: 0,
    masks: new Map(),
  });
  await session.dispose();
  const mean = (of: (logit: number, c: number) => number): number =>
    [...result.logits].reduce((sum, logit, c) => sum + of(logit, c) / 2, 0);
  const hard = mean((logit, c) => entropy(labels[c]!, logit));
  const soft = mean((logit, c) => entropy(sigmoid(teacher[c]! / temperature), logit / temperature));
  expect(Math.abs(hard - temperature ** 2 * soft)).toBeGreaterThan(0.3);
  expect(result.loss).toBeCloseTo(alpha * hard + (1 - alpha) * temperature ** 2 * soft, 5);
});
