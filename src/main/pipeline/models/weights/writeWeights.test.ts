import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Architecture } from '../../../../shared/architectures.ts';
import { readSafetensors } from '../../storage/safetensors.ts';
import { buildModel } from '../registry.ts';
import { initialParameters } from '../initialParameters.ts';
import type { StoredModel } from '../modelFile.ts';
import { readHdf5 } from './hdf5.ts';
import { readWeights } from './readWeights.ts';
import { timmName } from '../families/efficientnetNames.ts';
import { fromTorch } from './torch.ts';
import { writeWeights } from './writeWeights.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'written-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const labels = ['a', 'b', 'c'];
const modelOf = (architecture: Architecture) =>
  buildModel(architecture, { inputSize: 64, classes: labels.length, dropout: 0, dropPath: 0 });
const storedOf = (architecture: Architecture): StoredModel => ({
  architecture,
  inputSize: 64,
  labels,
  parameters: initialParameters(modelOf(architecture), 7),
  ranges: null,
});

describe.each(['efficientnet-lite0', 'efficientnet-b0'] as const)('%s written and read again', (architecture) => {
  test.each([
    ['timm', 'safetensors'],
    ['keras', 'h5'],
  ] as const)('as %s has every number of the backbone', async (format, ending) => {
    const stored = storedOf(architecture);
    const file = path.join(folder, `${architecture}.${ending}`);
    writeFileSync(file, await writeWeights(stored, format));
    const { tensors } = await readWeights(file, modelOf(architecture));
    expect(tensors.size).toBeGreaterThan(200);
    for (const [name, { data }] of tensors)
      expect(
        Buffer.compare(
          Buffer.from(Float32Array.from(data).buffer),
          Buffer.from(Float32Array.from(stored.parameters.get(name)!.data).buffer),
        ),
        name,
      ).toBe(0);
  });

  test("has the classifier too, in each library's layout", async () => {
    const stored = storedOf(architecture);
    const kernel = modelOf(architecture).parameters.find(({ name }) => name === 'classifier.kernel')!;
    const timm = readSafetensors(await writeWeights(stored, 'timm')).tensors.get(timmName('classifier.kernel')!)!;
    expect(timm.shape).toEqual([3, 1280]);
    expect(fromTorch(timm.data, kernel).data).toEqual(stored.parameters.get('classifier.kernel')!.data);
    const keras = (await readHdf5(await writeWeights(stored, 'keras'), 'keras')).get(
      'predictions/predictions/kernel:0',
    )!;
    expect(keras.shape).toEqual([1280, 3]);
  });
});

test('a quantized network is refused, because it has no BatchNorm', async () => {
  await expect(writeWeights({ ...storedOf('efficientnet-lite0'), ranges: new Map() }, 'timm')).rejects.toThrow(
    /no BatchNorm/,
  );
});
