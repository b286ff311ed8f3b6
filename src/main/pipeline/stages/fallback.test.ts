import { describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Engine } from '../engine/engine.ts';
import type { FallbackLevel } from './fallback.ts';
import { withFallback } from './fallback.ts';

const engineOf = ({ name, parts }: FallbackLevel): Engine => ({ name: `${name}/${parts}` }) as Engine;

/** Runs work that fails on the named engines; returns the engines tried, the messages and the outcome. */
async function runOn(fails: Readonly<Record<string, Problem>>, refuses: readonly string[] = []) {
  const [tried, messages]: [string[], Message[]] = [[], []];
  const level: FallbackLevel = { name: 'onnx-webgpu', parts: 1 };
  const start = (next: FallbackLevel): Promise<Engine> =>
    refuses.includes(`${next.name}/${next.parts}`)
      ? Promise.reject(Problem.from({ kind: 'engine', message: 'no adapter' }))
      : Promise.resolve(engineOf(next));
  const end = await withFallback(
    { level, engine: engineOf(level) },
    { start, onFallback: (text) => messages.push(text) },
    ({ name }) => {
      tried.push(name);
      return fails[name] === undefined ? Promise.resolve('done') : Promise.reject(fails[name]);
    },
  ).then(
    ({ result, at }) => ({ result, at: `${at.level.name}/${at.level.parts}` }),
    (error: unknown) => error,
  );
  return { tried, messages, end };
}

const full = Problem.from({ kind: 'outOfMemory', message: 'full' }),
  lost = Problem.from({ kind: 'deviceLost', message: 'lost' });

describe('when a graphics card fails', () => {
  test('too little memory halves the batch until it fits', async () => {
    const { tried, messages, end } = await runOn({ 'onnx-webgpu/1': full });
    expect(tried).toEqual(['onnx-webgpu/1', 'onnx-webgpu/2']);
    expect(messages).toEqual([message('fallback.cardMemoryParts', { engine: 'onnx-webgpu', parts: 2 })]);
    expect(end).toEqual({ result: 'done', at: 'onnx-webgpu/2' });
  });

  test('at every batch size, the CPU takes over', async () => {
    const { tried, messages, end } = await runOn({
      'onnx-webgpu/1': full,
      'onnx-webgpu/2': lost,
      'onnx-webgpu/4': full,
    });
    expect(tried).toEqual(['onnx-webgpu/1', 'onnx-webgpu/2', 'onnx-webgpu/4', 'onnx-cpu/1']);
    expect(messages.map(({ code }) => code)).toEqual([
      'fallback.cardMemoryParts',
      'fallback.cardLostParts',
      'fallback.cardMemoryProcessor',
    ]);
    expect(end).toEqual({ result: 'done', at: 'onnx-cpu/1' });
  });

  test('and does not start again, the CPU takes over', async () => {
    const { tried, end } = await runOn({ 'onnx-webgpu/1': lost }, ['onnx-webgpu/2', 'onnx-webgpu/4']);
    expect(tried).toEqual(['onnx-webgpu/1', 'onnx-cpu/1']);
    expect(end).toEqual({ result: 'done', at: 'onnx-cpu/1' });
  });

  test('a run that fails for another reason is not repeated', async () => {
    const diverged = Problem.from({ kind: 'engine', message: 'Training diverged' });
    const { tried, end } = await runOn({ 'onnx-webgpu/1': diverged });
    expect(tried).toEqual(['onnx-webgpu/1']);
    expect(end).toBe(diverged);
  });

  test('the CPU is the last level', async () => {
    const { end } = await runOn({
      'onnx-webgpu/1': full,
      'onnx-webgpu/2': full,
      'onnx-webgpu/4': full,
      'onnx-cpu/1': full,
    });
    expect(end).toBe(full);
  });
});
