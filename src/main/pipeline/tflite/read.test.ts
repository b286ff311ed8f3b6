import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTflite } from './read.ts';

const golden = (file: string): Buffer =>
  readFileSync(new URL(`../../../../tests/golden/weights/${file}`, import.meta.url));
const bytes = new Uint8Array(golden('tiny_lite_fp32.tflite'));
const manifest = JSON.parse(golden('tiny_lite_tflite.json').toString()) as {
  readonly ops: Readonly<Record<string, number>>;
  readonly tensors: readonly {
    readonly index: number;
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: string;
  }[];
  readonly layers: readonly {
    readonly name: string;
    readonly op: string;
    readonly weights: number;
    readonly bias: number;
  }[];
};

describe("reading what TensorFlow's converter wrote", () => {
  const file = readTflite(bytes);

  it('finds every tensor with its name, shape and type', () => {
    // Nameless tensors belong to the interpreter, not to the file.
    const named = manifest.tensors.filter(({ name }) => name !== '');
    expect(file.tensors).toHaveLength(named.length);
    for (const { index, name, shape, dtype } of named) {
      expect(file.tensors[index], name).toMatchObject({ name, shape, type: dtype });
    }
  });

  it('finds the operators and their options', () => {
    const counts: Record<string, number> = {};
    for (const { operator } of file.ops) counts[operator] = (counts[operator] ?? 0) + 1;
    expect(counts).toEqual(manifest.ops);
    const [stem] = file.ops;
    expect(stem).toMatchObject({
      operator: 'CONV_2D',
      options: { type: 'Conv2DOptions', values: { padding: 0, strideW: 2, strideH: 2, activation: 3, dilationW: 1 } },
    });
    expect(file.ops.find(({ operator }) => operator === 'MEAN')?.options).toEqual({
      type: 'ReducerOptions',
      values: { keepDims: false },
    });
  });

  it('gives the constants of each layer', () => {
    const convolutions = file.ops.filter(({ operator }) => operator.endsWith('CONV_2D'));
    const ours = convolutions.map(({ operator, inputs }) => ({ op: operator, weights: inputs[1], bias: inputs[2] }));
    expect(ours).toEqual(manifest.layers.map(({ op, weights, bias }) => ({ op, weights, bias })).slice(0, ours.length));
    for (const { weights, bias } of manifest.layers) {
      for (const tensor of [file.tensors[weights]!, file.tensors[bias]!]) {
        expect(tensor.data!.length).toBe(4 * tensor.shape.reduce((a, b) => a * b, 1));
      }
    }
  });

  it('finds inputs, outputs and the signature, and no labels', () => {
    expect(file.inputs.map((i) => file.tensors[i]!.shape)).toEqual([[1, 64, 64, 3]]);
    expect(file.outputs.map((i) => file.tensors[i]!.shape)).toEqual([[1, 5]]);
    expect(file.signatures.map(({ key }) => key)).toEqual(['serving_default']);
    expect([file.metadata, file.labels, file.schemaVersion, file.subgraphs]).toEqual([null, null, 3, 1]);
  });

  it('reads the same from the middle of a larger buffer', () => {
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const again = readTflite(shifted.subarray(3));
    expect(again.tensors[130]!.data).toEqual(file.tensors[130]!.data);
    expect(again.bufferOffsets).toEqual(file.bufferOffsets);
  });
});

describe('reading something that is not a model', () => {
  it.each([
    ['nothing', new Uint8Array(0), { code: 'file.modelTooShort', params: { part: 'Model', found: 0 } }],
    [
      'text',
      new TextEncoder().encode('<!doctype html><p>Not found'),
      { params: { part: 'Model', identifier: 'TFL3' } },
    ],
    [
      'a cut file',
      bytes.slice(0, 300_000),
      { detail: expect.stringMatching(/^Model\.\S+ should be .* but the file ends at byte 300000$/) as string },
    ],
  ])('%s is refused with the reason', (_, broken, problem) => {
    expect(() => readTflite(broken)).toThrow(expect.objectContaining(problem));
  });
});
