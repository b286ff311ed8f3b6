import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLitert } from './litert.ts';
import type { Litert } from './litert.ts';

// A network written by TensorFlow's own converter, with its reference interpreter's logits for an image that a formula
// defines: tests/golden/weights/tiny_lite_tflite.json.
const golden = (file: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../../../tests/golden/weights/${file}`, import.meta.url)));
const modelBytes = golden('tiny_lite_fp32.tflite');
const logits = new Float32Array(golden('tiny_lite_tflite.bin').buffer);
const SIDE = 64;

/** The golden files' image: p[y][x][c] = (3x + 5y + 40c + noise) mod 256, as (p - 127) / 128. */
function goldenInput(): Float32Array {
  const start = 0xf9d86f7b; // FNV-1a of "input"
  return Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    let bits = (start + Math.imul(i, 0x9e3779b9)) >>> 0;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    bits = (bits ^ (bits >>> 16)) >>> 0;
    const channel = i % 3;
    const x = Math.floor(i / 3) % SIDE;
    const y = Math.floor(i / 3 / SIDE);
    return (((3 * x + 5 * y + 40 * channel + (bits >>> 27)) % 256) - 127) / 128;
  });
}

describe('LiteRT in Node', () => {
  let model: Litert;
  const input = goldenInput();
  beforeAll(async () => {
    model = await createLitert(modelBytes);
  });
  afterAll(() => model.dispose());

  it('reports the types and shapes of input and output', () => {
    expect([model.inputType, model.inputShape, model.outputType, model.outputShape]).toEqual([
      'float32',
      [1, SIDE, SIDE, 3],
      'float32',
      [1, 5],
    ]);
  });

  it('computes the same logits as TensorFlow', async () => {
    const output = await model.run(input);
    expect(output).toBeInstanceOf(Float32Array);
    output.forEach((value, i) => expect(Math.abs(value - logits[i]!)).toBeLessThan(1e-4));
  });

  it('runs several models and calls at once, each with its own result', async () => {
    const second = await createLitert(modelBytes);
    const other = input.map((value) => -value);
    const expected = [await model.run(input), await model.run(other)];
    const results = await Promise.all([model.run(input), second.run(other), model.run(other), second.run(input)]);
    second.dispose();
    expect(results).toEqual([expected[0], expected[1], expected[1], expected[0]]);
    expect(expected[0]).not.toEqual(expected[1]);
    expect(await model.run(input)).toEqual(expected[0]);
  });

  it('refuses input of another type or size and keeps running', async () => {
    await expect(model.run(new Uint8Array(input.length))).rejects.toMatchObject({
      kind: 'export',
      code: 'export.inputSize',
      params: { expected: 49152, type: 'float32', shape: '1 x 64 x 64 x 3', found: 12288, array: 'Uint8Array' },
    });
    await expect(model.run(input.slice(1))).rejects.toMatchObject({ kind: 'export' });
    expect(await model.run(input)).toHaveLength(5);
  });

  it('refuses bytes that are not a model and keeps running', async () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(500), modelBytes.slice(0, 100_000)]) {
      await expect(createLitert(bytes)).rejects.toMatchObject({
        name: 'Problem',
        kind: 'export',
        code: 'export.litertRefused',
      });
    }
    expect(await model.run(input)).toHaveLength(5);
  });

  it('finishes runs requested before it is disposed of, and refuses later ones', async () => {
    const doomed = await createLitert(modelBytes);
    const last = doomed.run(input);
    doomed.dispose();
    expect(await last).toHaveLength(5);
    await expect(doomed.run(input)).rejects.toMatchObject({ code: 'internal.modelDisposed' });
    doomed.dispose();
  });

  it('leaks no memory over many models and runs', async () => {
    const cycle = async (models: number, runs: number): Promise<number> => {
      for (let i = 0; i < models; i++) {
        const made = await createLitert(modelBytes);
        await made.run(input);
        made.dispose();
      }
      for (let i = 0; i < runs; i++) await model.run(input);
      return process.memoryUsage().rss / 2 ** 20;
    };
    const before = await cycle(10, 100);
    // A leaked model costs at least 0.6 MB, a leaked input 0.05 MB: together at least 90 and 50 MB.
    expect((await cycle(150, 1000)) - before).toBeLessThan(30);
  });

  it('runs in a worker thread', async () => {
    const script = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData.module).then(async ({ createLitert }) => {
        const model = await createLitert(workerData.modelBytes);
        parentPort.postMessage(await model.run(workerData.input));
        model.dispose();
      });`;
    const worker = new Worker(script, {
      eval: true,
      workerData: { module: new URL('./litert.ts', import.meta.url).href, modelBytes, input },
    });
    const output = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    expect(output).toEqual(await model.run(input));
    await worker.terminate();
  });
});
