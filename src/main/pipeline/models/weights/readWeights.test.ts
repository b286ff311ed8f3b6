import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rawZip } from '../../../../../tests/bundle/rawZip.ts';
import { parameterValues } from '../../../../../tests/golden/formula.ts';
import { goldenJson } from '../../../../../tests/golden/golden.ts';
import type { Architecture } from '../../../../shared/architectures.ts';
import type { Model, ParameterRole, Tensor } from '../../graph/graph.ts';
import { readSafetensors, writeSafetensors } from '../../storage/safetensors.ts';
import { buildModel } from '../registry.ts';
import { initialParameters } from '../initialParameters.ts';
import { writeModelFile } from '../modelFile.ts';
import type { Hdf5Layer } from './hdf5.ts';
import { readHdf5, writeKerasHdf5 } from './hdf5.ts';
import { IMAGENET_MEAN, IMAGENET_STD } from '../pixelNormalizations.ts';
import { efficientNetPyTorchNames, kerasName, timmName } from '../families/efficientnetNames.ts';
import { keras3Places } from './keras.ts';
import { readWeights } from './readWeights.ts';
import { fromTorch, torchShape } from './torch.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'weights-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const roleOf = (layout: string): ParameterRole =>
  (({ conv: 'kernel', depthwise: 'depthwiseKernel', dense: 'denseKernel' }) as const)[layout] ?? 'bias';

describe.each(['tiny_lite', 'tiny_b3', 'tiny_shallow'])('%s, as timm writes it', (name) => {
  const { parameters } = goldenJson<{ parameters: { name: string; timm: string; layout: string; shape: number[] }[] }>(
    `weights/${name}_timm`,
  );
  const { tensors } = readSafetensors(
    readFileSync(path.join(import.meta.dirname, '../../../../../tests/golden/weights', `${name}.safetensors`)),
  );

  test('every parameter is found by its name and has its values, in our layout', () => {
    expect(parameters.length).toBeGreaterThan(100);
    for (const { name: neutral, timm, layout, shape } of parameters) {
      expect(timmName(neutral)).toBe(timm);
      const parameter = { role: roleOf(layout), shape };
      const stored = tensors.get(timm)!;
      expect(stored.shape).toEqual(torchShape(parameter));
      expect(
        Buffer.from(fromTorch(stored.data, parameter).data.buffer).equals(
          Buffer.from(parameterValues(neutral, shape).buffer),
        ),
      ).toBe(true);
    }
  });
});

describe.each(['tiny_shallow_notop.h5', 'tiny_shallow_notop.weights.h5'])('%s, as Keras writes it', (name) => {
  const manifest = goldenJson<{ parameters: { name: string; layout: string; shape: number[] }[] }>(
    'weights/tiny_shallow_timm',
  );
  const parameters = manifest.parameters
    .map((parameter) => ({ ...parameter, role: roleOf(parameter.layout) }))
    .filter((parameter) => !parameter.name.startsWith('classifier'));
  const file = path.join(import.meta.dirname, '../../../../../tests/golden/weights', name);

  test('every parameter is found and has its values', async () => {
    const datasets = new Map(
      [...(await readHdf5(readFileSync(file), name))].map(([place, tensor]) => [
        place
          .replace(/:0$/, '')
          .split('/')
          .slice(name.includes('weights') ? -3 : -2)
          .join('/'),
        tensor,
      ]),
    );
    const places = name.includes('weights')
      ? keras3Places({ parameters })
      : new Map(parameters.map((parameter) => [parameter.name, kerasName(parameter.name)]));
    expect(parameters.length).toBeGreaterThan(100);
    for (const { name: neutral, shape } of parameters) {
      const stored = datasets.get(places.get(neutral)!);
      expect(stored?.shape, neutral).toEqual(shape);
      expect(
        Buffer.from(Float32Array.from(stored!.data).buffer).equals(Buffer.from(parameterValues(neutral, shape).buffer)),
        neutral,
      ).toBe(true);
    }
  });

  test('its normalization is the one that is computed here', async () => {
    const [mean, deviation] = name.includes('weights')
      ? ['layers/normalization/vars/0', 'layers/normalization/vars/1']
      : ['normalization/normalization/mean:0', 'normalization/normalization/variance:0'];
    const datasets = await readHdf5(readFileSync(file), name);
    IMAGENET_MEAN.forEach((value, c) => {
      expect(datasets.get(mean)!.data[c]).toBeCloseTo(value, 6);
    });
    IMAGENET_STD.forEach((value, c) => {
      expect(datasets.get(deviation)!.data[c]).toBeCloseTo(value, 6);
    });
  });

  test('is refused for another network', async () => {
    await expect(readWeights(file, built('efficientnet-b3'))).rejects.toMatchObject({
      code: 'mismatch.weightsOfUnknownNetwork',
      params: { expected: 'efficientnet-b3' },
    });
  });
});

test("Keras's names are those of the published B3", () => {
  for (const { name, keras } of goldenJson<{ parameters: { name: string; keras: string }[] }>('models/names_b3')
    .parameters)
    expect(kerasName(name)).toBe(keras);
});

const { networks } = goldenJson<{ networks: Record<string, Record<string, number[]>> }>(
  'models/names_efficientnet_pytorch',
);

describe.each(Object.entries(networks))('%s of efficientnet_pytorch', (name, shapes) => {
  const architecture = name as Architecture;

  test('has the names and shapes that the package gives it', () => {
    const { parameters } = built(architecture, 1000);
    const names = efficientNetPyTorchNames({ parameters });
    expect(parameters.map((parameter) => [names.get(parameter.name), torchShape(parameter)])).toEqual(
      Object.entries(shapes),
    );
  });

  test('fills the backbone, and is refused for another network', async () => {
    const tensors = Object.entries(shapes).map(([key, shape], i) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(i);
      return [key, { shape, data }] as const;
    });
    const file = path.join(folder, `${name}.safetensors`);
    writeFileSync(file, writeSafetensors(new Map(tensors), {}));
    const read = await readWeights(file, built(architecture));
    expect(read).toMatchObject({
      source: { code: 'weights.fromEfficientNetPyTorch' },
      head: null,
      normalization: null,
    });
    const order = Object.keys(shapes);
    expect(read.tensors.get('block2b.project.bn.variance')!.data[0]).toBe(
      order.indexOf(`_blocks.${name === 'efficientnet-b3' ? 3 : 2}._bn2.running_var`),
    );
    expect(read.tensors.get('head.conv.kernel')!.data[0]).toBe(order.indexOf('_conv_head.weight'));
    const other = architecture === 'efficientnet-lite1' ? 'efficientnet-lite3' : 'efficientnet-lite1';
    await expect(readWeights(file, built(other))).rejects.toMatchObject({
      code: 'mismatch.weightsOfOtherNetwork',
      params: { found: name, expected: other },
    });
  });
});

const built = (architecture: Architecture, classes = 3): Model =>
  buildModel(architecture, { inputSize: 64, classes, dropout: 0, dropPath: 0 });

function timmFile(name: string, architecture: Architecture, drop: string | null = null): string {
  const tensors = new Map<string, Tensor>(
    built(architecture)
      .parameters.filter((parameter) => parameter.name !== drop)
      .map((parameter) => {
        const shape = torchShape(parameter);
        return [
          timmName(parameter.name)!,
          { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5) },
        ];
      }),
  );
  const file = path.join(folder, name);
  writeFileSync(file, writeSafetensors(tensors, {}));
  return file;
}

describe('weights for a model', () => {
  test("with timm's names fill the backbone but not the classifier", async () => {
    const model = built('efficientnet-b0');
    const { source, tensors } = await readWeights(timmFile('b0.safetensors', 'efficientnet-b0'), model);
    expect(source).toMatchObject({ code: 'weights.fromTimm', params: { architecture: 'efficientnet-b0' } });
    expect([...tensors.keys()]).toEqual(
      model.parameters.map(({ name }) => name).filter((name) => !name.startsWith('classifier')),
    );
    expect([...tensors.values()].every(({ data }) => data.every((value) => value === 0.5))).toBe(true);
  });

  test('of another network are refused with both names', async () => {
    const file = timmFile('lite2.safetensors', 'efficientnet-lite2');
    await expect(readWeights(file, built('efficientnet-lite1'))).rejects.toMatchObject({
      code: 'mismatch.weightsOfOtherNetwork',
      params: { file, found: 'efficientnet-lite2', expected: 'efficientnet-lite1' },
    });
  });

  test('that lack a tensor are refused and say which one', async () => {
    const file = timmFile('torn.safetensors', 'efficientnet-lite0', 'block3a.depthwise.bn.gamma');
    await expect(readWeights(file, built('efficientnet-lite0'))).rejects.toMatchObject({
      kind: 'mismatch',
      detail: 'blocks.2.0.bn2.weight: missing, expected 144',
    });
  });

  test("of an own run come with the classifier and its labels, from the file or from the run's folder", async () => {
    const model = built('efficientnet-lite0');
    const parameters = initialParameters(model, 4);
    const normalization = { mean: [0, 0, 0], std: [255, 255, 255] };
    const run = path.join(folder, 'run');
    const file = path.join(run, 'models', 'student_best.safetensors');
    mkdirSync(path.dirname(file), { recursive: true });
    await writeModelFile(file, {
      architecture: 'efficientnet-lite0',
      inputSize: 64,
      labels: ['a', 'b', 'c'],
      parameters,
      normalization,
      ranges: null,
    });
    await writeModelFile(path.join(run, 'models', 'teacher_best.safetensors'), {
      architecture: 'efficientnet-b0',
      inputSize: 64,
      labels: ['a', 'b', 'c'],
      parameters: initialParameters(built('efficientnet-b0'), 4),
      ranges: null,
    });
    for (const place of [file, run]) {
      const { tensors, head, normalization: kept } = await readWeights(place, built('efficientnet-lite0', 2));
      expect(head).toEqual({
        labels: ['a', 'b', 'c'],
        kernel: parameters.get('classifier.kernel'),
        bias: parameters.get('classifier.bias'),
      });
      expect(tensors.get('stem.conv.kernel')).toEqual(parameters.get('stem.conv.kernel'));
      expect(kept).toEqual(normalization);
    }
    expect((await readWeights(run, built('efficientnet-b0'))).source.params).toEqual({
      architecture: 'efficientnet-b0',
    });
    await expect(readWeights(file, built('efficientnet-b0'))).rejects.toMatchObject({
      params: { found: 'efficientnet-lite0', expected: 'efficientnet-b0' },
    });
    await expect(readWeights(run, built('efficientnet-lite3'))).rejects.toMatchObject({
      code: 'mismatch.runOfOtherNetwork',
      params: { found: ['efficientnet-lite0', 'efficientnet-b0'], expected: 'efficientnet-lite3' },
    });
    await expect(readWeights(folder, model)).rejects.toMatchObject({ code: 'file.noNetworkInFolder' });
  });

  test('of a quantized network are refused, because its BatchNorm is folded', async () => {
    const file = path.join(folder, 'quantized.safetensors');
    await writeModelFile(file, {
      architecture: 'efficientnet-lite0',
      inputSize: 64,
      labels: ['a'],
      parameters: new Map(),
      ranges: new Map([['x', [0, 1]]]),
    });
    await expect(readWeights(file, built('efficientnet-lite0'))).rejects.toMatchObject({
      code: 'mismatch.weightsQuantized',
    });
  });

  test.each([
    ['page.safetensors', '<!DOCTYPE html><html>', /is a web page/],
    ['pointer.h5', 'version https://git-lfs.github.com/spec/v1', /Git LFS pointer/],
    ['model.keras', rawZip([{ name: 'config.json', data: Buffer.from('{}') }]), /zip archive/],
    ['cut.pth', 'PK\x03\x04', /cannot be read as a zip/],
    ['torn.tflite', '\x1c\0\0\0TFL3', /damaged/],
    ['torn.h5', Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 1, 2]), /damaged or incomplete HDF5/],
    ['text.safetensors', 'x', /not a complete safetensors file/],
    [
      'foreign.safetensors',
      writeSafetensors(new Map([['layer.weight', { shape: [1], data: Float32Array.of(1) }]]), {}),
      /not in a format that can be read/,
    ],
  ])('in %s are refused with a reason', async (name, content, reason) => {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    await expect(readWeights(file, built('efficientnet-lite0'))).rejects.toThrow(reason);
  });

  test('that do not exist are named', async () => {
    await expect(readWeights(path.join(folder, 'none.safetensors'), built('efficientnet-lite0'))).rejects.toThrow(
      /none\.safetensors cannot be read/,
    );
  });
});

test.each(['normalization', 'normalization_3'])(
  "Keras's %s layer, numbered by the networks that a session built before, says how pixels were normalized",
  async (layer) => {
    const model = buildModel('efficientnet-b0', { inputSize: 64, classes: 2, dropout: 0, dropPath: 0 });
    const layers = new Map<string, Hdf5Layer['weights'][number][]>([
      [
        layer,
        [
          { name: 'mean', shape: [3], data: Float32Array.of(0.5, 0.25, 0.125) },
          { name: 'variance', shape: [3], data: Float32Array.of(0.25, 0.25, 0.0625) },
        ],
      ],
    ]);
    const values = initialParameters(model, 1);
    for (const { name, shape } of model.parameters.filter(({ name }) => !name.startsWith('classifier'))) {
      const [of, weight] = kerasName(name)!.split('/') as [string, string];
      layers.set(of, [...(layers.get(of) ?? []), { name: weight, shape, data: values.get(name)!.data }]);
    }
    const file = path.join(folder, `${layer}.h5`);
    writeFileSync(file, await writeKerasHdf5([...layers].map(([name, weights]) => ({ name, weights }))));
    expect((await readWeights(file, model)).normalization).toEqual({
      mean: [127.5, 63.75, 31.875],
      std: [127.5, 127.5, 63.75],
    });
  },
);
