import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { describe, expect, test } from 'vitest';
import type { HardLoss, LossSpec } from '../../src/main/pipeline/losses/loss.ts';
import { PLAIN_BCE } from '../../src/main/pipeline/losses/loss.ts';
import { LABELS, lowerLoss, TEACHER_LOGITS, WEIGHTS } from '../../src/main/pipeline/engine/onnx/loss.ts';
import { OnnxGraph } from '../../src/main/pipeline/engine/onnx/onnxModel.ts';
import { createOrtSession, Tensor as OrtTensor } from '../../src/main/pipeline/engine/onnx/session.ts';
import { lossOf } from '../../src/main/pipeline/engine/tfjs/loss.ts';
import { fill } from '../golden/formula.ts';
import { loadGolden } from '../golden/golden.ts';

interface Batch {
  readonly logits: Float32Array;
  readonly labels: Float32Array;
  readonly weights: Float32Array;
  readonly teacherLogits: Float32Array;
  readonly shape: readonly [number, number];
}
interface Result {
  readonly loss: number;
  readonly hardLoss: number;
  readonly gradient: Float32Array;
}
type Lowering = (spec: LossSpec, batch: Batch) => Promise<Result>;

const onnx: Lowering = async (spec, { logits, labels, weights, teacherLogits, shape }) => {
  const graph = new OnnxGraph();
  const { loss, hardLoss, gradient } = lowerLoss(graph, spec, graph.input('logits', 'float32', shape), shape);
  graph.output(
    'losses',
    graph.node('Concat', [graph.reshape(loss, [1]), graph.reshape(hardLoss, [1])], { axis: 0 }),
    'float32',
    [2],
  );
  graph.output('gradient', gradient, 'float32', shape);
  const session = await createOrtSession(graph.build(), { threads: 1 });
  const tensor = (data: Float32Array): OrtTensor => new OrtTensor('float32', data, [...shape]);
  const outputs = {
    losses: new OrtTensor('float32', new Float32Array(2), [2]),
    gradient: tensor(new Float32Array(logits.length)),
  };
  await session.run(
    {
      logits: tensor(logits),
      [LABELS]: tensor(labels),
      [WEIGHTS]: tensor(weights),
      ...(spec.distillation !== null && { [TEACHER_LOGITS]: tensor(teacherLogits) }),
    },
    outputs,
  );
  await session.dispose();
  const [value, hard] = outputs.losses.data;
  return { loss: value!, hardLoss: hard!, gradient: outputs.gradient.data as Float32Array };
};

const tfjs: Lowering = (spec, { logits, labels, weights, teacherLogits, shape }) => {
  const tensor = (data: Float32Array): tf.Tensor2D => tf.tensor2d(data, [...shape]);
  const inputs = {
    labels: tensor(labels),
    weights: tensor(weights),
    teacherLogits: spec.distillation === null ? null : tensor(teacherLogits),
  };
  const { value, grad } = tf.valueAndGrad((z) => lossOf(tf, spec, z, inputs).loss)(tensor(logits));
  const hardLoss = lossOf(tf, spec, tensor(logits), inputs).hardLoss.dataSync()[0]!;
  return Promise.resolve({ loss: value.dataSync()[0]!, hardLoss, gradient: grad.dataSync() as Float32Array });
};

const golden = loadGolden<{ losses: { name: string; value: number; gradient: string }[] }>('losses/losses');
const keras = loadGolden<{ losses: { name: string; value: number; gradient: string }[] }>('losses/losses_keras');
const batch: Batch = {
  logits: golden.floats('logits'),
  labels: golden.floats('labels'),
  teacherLogits: golden.floats('teacher_logits'),
  weights: new Float32Array(40).fill(1 / 40),
  shape: [8, 5],
};
const positiveWeights = [...golden.floats('pos_weight')];

const asymmetric = (gammaPositive: number, variant: 'stable' | 'timm' | 'original'): HardLoss => ({
  kind: 'asymmetric',
  gammaPositive,
  gammaNegative: 4,
  margin: 0.05,
  variant,
});
const distillation = { alpha: 0.7, temperature: 2 };

const specs: Readonly<Record<string, LossSpec>> = {
  bce: PLAIN_BCE,
  bce_pos_weight: { ...PLAIN_BCE, positiveWeights },
  bce_label_smoothing: { ...PLAIN_BCE, labelSmoothing: 0.1 },
  focal_gamma2: { ...PLAIN_BCE, hard: { kind: 'focal', gamma: 2, alpha: null } },
  focal_gamma2_alpha25: { ...PLAIN_BCE, hard: { kind: 'focal', gamma: 2, alpha: 0.25 } },
  asl_stable: { ...PLAIN_BCE, hard: asymmetric(1, 'stable') },
  asl_stable_paper: { ...PLAIN_BCE, hard: asymmetric(0, 'stable') },
  asl_timm: { ...PLAIN_BCE, hard: asymmetric(1, 'timm') },
  asl_timm_detached: { ...PLAIN_BCE, hard: asymmetric(1, 'original') },
  soft_bce: { ...PLAIN_BCE, distillation: { alpha: 0, temperature: 2 } },
  distillation: { ...PLAIN_BCE, distillation },
  distillation_pos_weight: { ...PLAIN_BCE, positiveWeights, distillation },
};

const largestDifference = (found: Float32Array, expected: Float32Array): number =>
  found.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i]!)), 0);

describe.each([
  ['onnxruntime', onnx],
  ['TensorFlow.js', tfjs],
] as const)('losses on %s', (_, run) => {
  test.each(golden.manifest.losses)(
    '$name of PyTorch and timm: value and gradient',
    async ({ name, value, gradient }) => {
      const found = await run(specs[name]!, batch);
      // The golden lacks the factor T^2 = 4 of the soft part.
      const scale = name === 'soft_bce' ? 4 : 1;
      expect(Math.abs(found.loss / scale / value - 1)).toBeLessThan(1e-6);
      expect(
        largestDifference(
          found.gradient.map((slope) => slope / scale),
          golden.floats(gradient),
        ),
      ).toBeLessThan(1e-7);
    },
  );

  test.each(keras.manifest.losses)('$name of Keras: value and gradient', async ({ name, value, gradient }) => {
    const found = await run(specs[name]!, batch);
    expect(Math.abs(found.loss / value - 1)).toBeLessThan(1e-6);
    expect(largestDifference(found.gradient, keras.floats(gradient))).toBeLessThan(1e-7);
  });
});

describe('each loss on onnxruntime equals the one on TensorFlow.js', () => {
  const kinds: HardLoss[] = [
    { kind: 'bce' },
    { kind: 'focal', gamma: 2, alpha: null },
    { kind: 'focal', gamma: 0.5, alpha: 0.25 },
    ...(['stable', 'timm', 'original'] as const).flatMap((variant): HardLoss[] => [
      { kind: 'asymmetric', gammaPositive: 1, gammaNegative: 4, margin: 0.05, variant },
      { kind: 'asymmetric', gammaPositive: 0, gammaNegative: 0.5, margin: 0, variant },
    ]),
  ];
  const shape = [6, 7] as const;
  const count = shape[0] * shape[1];
  // Soft labels like those of MixUp, an unknown entry, and logits from confident to hopeless.
  const soft: Batch = {
    shape,
    logits: fill('loss.logits', shape, 0, 25),
    labels: fill('loss.labels', shape, 0.5, 0.5),
    teacherLogits: fill('loss.teacher', shape, 0, 6),
    weights: fill('loss.weights', shape, 0.1, 0.05).map((weight, i) => (i === 3 ? 0 : weight)),
  };
  test.each(kinds.flatMap((hard) => [null, distillation].map((distils) => ({ hard, distillation: distils }))))(
    '$hard with soft, smoothed and weighted labels, $distillation',
    async ({ hard, distillation: distils }) => {
      const spec: LossSpec = {
        hard,
        labelSmoothing: 0.1,
        positiveWeights: [1, 2, 0.5, 3, 10, 1, 1],
        distillation: distils,
      };
      const [ours, theirs] = [await onnx(spec, soft), await tfjs(spec, soft)];
      expect(Math.abs(ours.loss / theirs.loss - 1)).toBeLessThan(2e-6);
      expect(Math.abs(ours.hardLoss / theirs.hardLoss - 1)).toBeLessThan(2e-6);
      expect(ours.gradient.length).toBe(count);
      expect(ours.gradient[3]).toBeCloseTo(0, 12);
      expect(largestDifference(ours.gradient, theirs.gradient)).toBeLessThan(1e-5);
    },
  );

  test.each(kinds)('a soft label mixes the losses of present and absent as in MixUp, with $kind', async (hard) => {
    const at = async (label: number): Promise<Result> =>
      onnx({ ...PLAIN_BCE, hard }, { ...soft, labels: new Float32Array(count).fill(label) });
    const [absent, present, mixed] = [await at(0), await at(1), await at(0.3)];
    expect(Math.abs(mixed.loss / (0.3 * present.loss + 0.7 * absent.loss) - 1)).toBeLessThan(1e-6);
    expect(
      largestDifference(
        mixed.gradient,
        present.gradient.map((slope, i) => 0.3 * slope + 0.7 * absent.gradient[i]!),
      ),
    ).toBeLessThan(1e-6);
  });
});
