import { describe, expect, test } from 'vitest';
import { architectures, traitsOf } from '../../../shared/architectures.ts';
import { foldBatchNorm } from '../graph/foldBatchNorm.ts';
import { insertFakeQuant } from '../graph/insertFakeQuant.ts';
import { LITE } from './pixelNormalizations.ts';
import { buildModel, familyOf } from './registry.ts';

describe.each(architectures)('%s', (architecture) => {
  const model = buildModel(architecture, { inputSize: 32, classes: 2, dropout: 0.1, dropPath: 0.1 });
  const shared = traitsOf(architecture);
  const family = familyOf(architecture);

  test('can be a student exactly when its graph can be quantized', () => {
    // Only the kinds of the remaining nodes matter, not their values.
    const none = new Map(model.parameters.map(({ name, shape }) => [name, { shape, data: new Float32Array() }]));
    const quantize = (): unknown => insertFakeQuant(foldBatchNorm(model, none).model).nodes.length;
    if (shared.quantizable) {
      expect(quantize()).toBeGreaterThan(0);
      expect(family.normalization).toEqual(LITE);
    } else expect(quantize).toThrow('can be quantized');
  });

  test('has the tensors and layers that the pipeline looks up by name', () => {
    const names = model.nodes.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['stem.conv', 'stem.bn', 'features', 'pooled']));
    expect(model.nodes.find(({ name }) => name === 'pooled')!.shape).toHaveLength(1);
    expect(model.parameters.at(-1)).toMatchObject({ name: 'classifier.bias', shape: [2] });
  });

  test('has the parameter names of timm and, where Keras has the network, of Keras', () => {
    const distinct = (nameOf: (name: string) => string | null): number =>
      new Set(model.parameters.flatMap(({ name }) => nameOf(name) ?? [])).size;
    expect(distinct(family.timm.parameter)).toBe(model.parameters.length);
    expect(family.keras === null).toBe(shared.keras === 'none');
    if (family.keras !== null) expect(distinct(family.keras.parameter)).toBe(model.parameters.length);
  });

  test('has no convolution that onnxruntime computes wrongly on WebGPU', () => {
    const channels = new Map(model.nodes.map(({ name, shape }) => [name, shape.at(-1)!]));
    const spatial = model.nodes.flatMap((node) => (node.op === 'conv2d' && node.kernelSize > 1 ? [node.input] : []));
    expect(spatial.length).toBeGreaterThan(0);
    for (const input of spatial) expect(channels.get(input) === 3 || channels.get(input)! % 4 === 0, input).toBe(true);
  });
});
