import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/main/pipeline/engine/engine.ts';
import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import type { Model, Normalization, Parameters, Tensor } from '../../src/main/pipeline/graph/graph.ts';
import { IMAGENET } from '../../src/main/pipeline/models/pixelNormalizations.ts';
import { buildModel, familyOf } from '../../src/main/pipeline/models/registry.ts';
import { fitNormalization } from '../../src/main/pipeline/models/weights/normalization.ts';
import { readWeights } from '../../src/main/pipeline/models/weights/readWeights.ts';
import { toTorch } from '../../src/main/pipeline/models/weights/torch.ts';
import { writeSafetensors } from '../../src/main/pipeline/storage/safetensors.ts';
import { parameterValues, picture } from '../golden/formula.ts';
import { goldenJson, loadGolden } from '../golden/golden.ts';

const NAME = 'mobilenetv4-conv-small';
const folder = mkdtempSync(path.join(tmpdir(), 'mobilenet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let engine: Engine;
beforeAll(async () => {
  engine = await createOnnxCpuEngine({ threads: 2 });
});

const built = (inputSize: number, classes: number, normalization: Normalization | null = null): Model =>
  buildModel(NAME, { inputSize, classes, dropout: 0, dropPath: 0, normalization });
const byFormula = ({ parameters }: Model): Map<string, Tensor> =>
  new Map(parameters.map(({ name, shape }) => [name, { shape, data: parameterValues(name, shape) }]));

async function computed(model: Model, parameters: Parameters, outputs: string[]): Promise<Float32Array[]> {
  const session = await engine.createInference({ model, parameters, batchSize: 1, outputs });
  const result = await session.run(picture(model.inputSize, model.inputSize));
  await session.dispose();
  return outputs.map((name) => result.outputs.get(name)!);
}
function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  return Array.from(found).reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i]!)), 0);
}

// timm pads as PyTorch does; sizes of 32 k + 1 are padded the same way by TensorFlow, other sizes with timm's
// pad_type='same'.
test.each([64, 65])('computes what timm computes on %i px', async (size) => {
  const golden = loadGolden<{ taps: { tap: string; float32MaxAbsError: number }[] }>(`models/mobilenetv4_${size}`);
  const model = built(size, 20);
  const last = model.nodes.find(({ name }) => name === 'head.pool')!;
  const [map, features, logits] = await computed(model, byFormula(model), [
    'input' in last ? last.input : '',
    'pooled',
    model.logits,
  ]);
  const found = { last_map: map!.filter((_, i) => (i % 960) % 16 === 0), features: features!, logits: logits! };
  for (const { tap, float32MaxAbsError } of golden.manifest.taps)
    // PyTorch's own error in float32, with room for another order of summation.
    expect(largestDifference(found[tap as keyof typeof found], golden.floats(tap))).toBeLessThan(
      10 * float32MaxAbsError,
    );
});

test("a safetensors file with timm's names is read, and computes what timm computes on ImageNet's normalization", async () => {
  const golden = goldenJson<{
    px: number;
    classes: number;
    logits: number[];
    parameters: { name: string; timm: string; shape: number[] }[];
  }>('models/names_mobilenetv4');
  const model = built(golden.px, golden.classes, IMAGENET);
  const parameters = byFormula(model);
  expect(golden.parameters.map(({ name, shape }) => `${name} ${shape.join('x')}`).sort()).toEqual(
    model.parameters.map(({ name, shape }) => `${name} ${shape.join('x')}`).sort(),
  );
  const file = path.join(folder, 'timm.safetensors');
  const tensors = golden.parameters.map(({ name, timm }): [string, Tensor] => {
    const parameter = model.parameters.find((each) => each.name === name)!;
    return [timm, toTorch(parameters.get(name)!.data, parameter)];
  });
  writeFileSync(file, writeSafetensors(new Map(tensors), {}));
  const read = await readWeights(file, model);
  expect(read.source.text).toContain(NAME);
  const [logits] = await computed(model, new Map([...parameters, ...read.tensors]), [model.logits]);
  const scale = Math.max(...golden.logits.map(Math.abs));
  expect(largestDifference(logits!, golden.logits) / scale).toBeLessThan(1e-5);
  // As a student it sees (x - 127) / 128, so the difference to what timm's weights saw goes into the first convolution.
  const fitted = fitNormalization(read.tensors, familyOf(NAME), read.normalization, 'auto');
  expect(fitted.normalization).toBeNull();
  expect(fitted.note!.text).toContain('(x - 127) / 128');
});
