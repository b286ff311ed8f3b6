import { beforeAll, expect, test } from 'vitest';
import { parameterValues, picture } from '../../../../../tests/golden/formula.ts';
import { goldenJson } from '../../../../../tests/golden/golden.ts';
import type { Architecture } from '../../../../shared/architectures.ts';
import type { WeightsNormalization } from '../../../../shared/config.ts';
import type { Engine } from '../../engine/engine.ts';
import { createOnnxCpuEngine } from '../../engine/onnx/engine.ts';
import type { Model, Normalization, Parameters, Tensor } from '../../graph/graph.ts';
import { IMAGENET, LITE } from '../pixelNormalizations.ts';
import { buildModel, familyOf } from '../registry.ts';
import { fitNormalization } from './normalization.ts';

const { px, classes, cases } = goldenJson<{
  px: number;
  classes: number;
  cases: { architecture: Architecture; normalization: Exclude<WeightsNormalization, 'auto'>; logits: number[] }[];
}>('weights/normalizations');

const [b, lite] = [familyOf('efficientnet-b0'), familyOf('efficientnet-lite0')];

let engine: Engine;
beforeAll(async () => {
  engine = await createOnnxCpuEngine({ threads: 1 });
});

const built = (architecture: Architecture, normalization: Normalization | null = null): Model =>
  buildModel(architecture, { inputSize: px, classes, dropout: 0, dropPath: 0, normalization });
const byFormula = ({ parameters }: Model): Map<string, Tensor> =>
  new Map(parameters.map(({ name, shape }) => [name, { shape, data: parameterValues(name, shape) }]));

async function computed(model: Model, parameters: Parameters, output: string): Promise<Float32Array> {
  const session = await engine.createInference({ model, parameters, batchSize: 1, outputs: [output] });
  const { outputs } = await session.run(picture(px, px));
  await session.dispose();
  return outputs.get(output)!;
}
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

test.each(cases.filter(({ architecture }) => architecture === 'efficientnet-b0'))(
  '$architecture trained on $normalization computes what PyTorch computes on it',
  async ({ architecture, normalization: chosen, logits }) => {
    const { tensors, normalization, note } = fitNormalization(byFormula(built(architecture)), b, null, chosen);
    expect(note === null).toBe(chosen === 'imagenet');
    const model = built(architecture, normalization);
    expect(largest(await computed(model, tensors, model.logits), logits)).toBeLessThan(1e-6);
  },
);

// A Lite network keeps (x - 127) / 128, so it is compared where the difference can be absorbed: everywhere in the first
// convolution except where it sees padding.
test.each(['imagenet', 'half', 'unit'] as const)(
  'weights of a Lite network trained on %s are absorbed exactly inside the image',
  async (chosen) => {
    const own = built('efficientnet-lite0');
    const parameters = byFormula(own);
    const fitted = fitNormalization(parameters, lite, null, chosen);
    expect(fitted.normalization).toBeNull();
    expect(fitted.note?.code).toBe('weights.normalizationAbsorbed');
    const other = built(
      'efficientnet-lite0',
      fitNormalization(parameters, b, null, chosen === 'imagenet' ? 'auto' : chosen).normalization ?? IMAGENET,
    );
    const [expected, found, untouched] = [
      await computed(other, parameters, 'stem.bn'),
      await computed(own, fitted.tensors, 'stem.bn'),
      await computed(own, parameters, 'stem.bn'),
    ];
    const side = px / 2,
      filters = 32;
    const inside = (values: Float32Array): Float32Array =>
      values.filter((_, i) => Math.floor(i / filters / side) < side - 1 && Math.floor(i / filters) % side < side - 1);
    expect(largest(inside(found), inside(expected))).toBeLessThan(1e-5);
    expect(largest(inside(untouched), inside(expected))).toBeGreaterThan(1e-2);
  },
);

test.each(cases.filter(({ architecture }) => architecture === 'efficientnet-lite0'))(
  'all of a Lite trained on $normalization is much nearer to PyTorch than without',
  async ({ architecture, normalization: chosen, logits }) => {
    const own = built(architecture);
    const parameters = byFormula(own);
    const { tensors } = fitNormalization(parameters, lite, null, chosen);
    const [with_, without] = [
      largest(await computed(own, tensors, own.logits), logits),
      largest(await computed(own, parameters, own.logits), logits),
    ];
    // The rest is the edge, 6 % of the first convolution's positions at this size.
    expect(with_).toBeLessThan(without / 5);
  },
);

test('the file decides unless the settings do, and the normalization of the family changes nothing', () => {
  const parameters = byFormula(built('efficientnet-lite0'));
  const half = { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };
  expect(fitNormalization(parameters, b, half, 'auto').normalization).toEqual(half);
  expect(fitNormalization(parameters, b, half, 'imagenet').normalization).toBeNull();
  expect(fitNormalization(parameters, lite, LITE, 'auto').tensors).toBe(parameters);
  expect(fitNormalization(parameters, lite, null, 'auto').tensors).toBe(parameters);
});
