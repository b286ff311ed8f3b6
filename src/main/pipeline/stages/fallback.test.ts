import { describe, expect, test } from 'vitest';
import { Problem } from '../../../shared/problem.ts';
import type { Engine } from '../engine/engine.ts';
import type { Rung } from './fallback.ts';
import { withFallback } from './fallback.ts';

const engineOf = ({ name, parts }: Rung): Engine => ({ name: `${name}/${parts}` }) as Engine;

/** Runs work that fails on the engines named; returns what was tried and said. */
async function climb(fails: Readonly<Record<string, Problem>>, refuses: readonly string[] = []) {
  const tried: string[] = [],
    said: string[] = [];
  const rung: Rung = { name: 'onnx-webgpu', parts: 1 };
  const start = (next: Rung): Promise<Engine> =>
    refuses.includes(`${next.name}/${next.parts}`)
      ? Promise.reject(new Problem('engine', 'no adapter'))
      : Promise.resolve(engineOf(next));
  const end = await withFallback(
    { rung, engine: engineOf(rung) },
    { start, say: (message) => said.push(message) },
    ({ name }) => {
      tried.push(name);
      return fails[name] === undefined ? Promise.resolve('done') : Promise.reject(fails[name]);
    },
  ).then(
    ({ result, at }) => ({ result, at: `${at.rung.name}/${at.rung.parts}` }),
    (error: unknown) => error,
  );
  return { tried, said, end };
}

const full = new Problem('outOfMemory', 'full'),
  lost = new Problem('deviceLost', 'lost');

describe('a graphics card that gives up', () => {
  test('whose memory is too small gets smaller batches, as small as is needed', async () => {
    const { tried, said, end } = await climb({ 'onnx-webgpu/1': full });
    expect(tried).toEqual(['onnx-webgpu/1', 'onnx-webgpu/2']);
    expect(said).toEqual([
      'The memory of the graphics card ran out. The run goes on from its last checkpoint, on onnx-webgpu with each batch in 2 parts.',
    ]);
    expect(end).toEqual({ result: 'done', at: 'onnx-webgpu/2' });
  });

  test('at any size leaves the work to the processor', async () => {
    const { tried, said, end } = await climb({ 'onnx-webgpu/1': full, 'onnx-webgpu/2': lost, 'onnx-webgpu/4': full });
    expect(tried).toEqual(['onnx-webgpu/1', 'onnx-webgpu/2', 'onnx-webgpu/4', 'onnx-cpu/1']);
    expect(said[1]).toContain('stopped answering');
    expect(said[2]).toContain('on the processor');
    expect(end).toEqual({ result: 'done', at: 'onnx-cpu/1' });
  });

  test('and does not come back is not waited for', async () => {
    const { tried, end } = await climb({ 'onnx-webgpu/1': lost }, ['onnx-webgpu/2', 'onnx-webgpu/4']);
    expect(tried).toEqual(['onnx-webgpu/1', 'onnx-cpu/1']);
    expect(end).toEqual({ result: 'done', at: 'onnx-cpu/1' });
  });

  test('is no reason to do a run again that failed for another', async () => {
    const diverged = new Problem('engine', 'Training diverged');
    const { tried, end } = await climb({ 'onnx-webgpu/1': diverged });
    expect(tried).toEqual(['onnx-webgpu/1']);
    expect(end).toBe(diverged);
  });

  test('has nothing below the processor', async () => {
    const { end } = await climb({
      'onnx-webgpu/1': full,
      'onnx-webgpu/2': full,
      'onnx-webgpu/4': full,
      'onnx-cpu/1': full,
    });
    expect(end).toBe(full);
  });
});
