import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EngineSpeed } from '../../../shared/contract/studio.ts';
import { forgetSpeed, knownSpeed, rememberedSpeeds, rememberSpeed } from './speeds.ts';

let folder = '';
const before = process.env.DESTILA_STATE;
beforeEach(() => {
  process.env.DESTILA_STATE = folder = mkdtempSync(path.join(tmpdir(), 'speeds-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  if (before === undefined) delete process.env.DESTILA_STATE;
  else process.env.DESTILA_STATE = before;
});

const network = { architecture: 'efficientnet-lite0', inputSize: 96, batchSize: 8 };
const speed = (day: number): EngineSpeed => ({
  measuredAt: `2026-01-0${day}T00:00:00.000Z`,
  teacher: network,
  student: network,
  threads: 0,
  adapter: null,
  seconds: { 'onnx-cpu': 2, 'onnx-webgpu': null },
});

test('speeds are stored by key, listed newest first, and removed one by one or all at once', async () => {
  expect(await rememberedSpeeds()).toEqual([]);
  await rememberSpeed('a', speed(1));
  await rememberSpeed('c', speed(3));
  await rememberSpeed('b', speed(2));
  expect(await knownSpeed('b')).toEqual(speed(2));
  expect((await rememberedSpeeds()).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  await forgetSpeed('b');
  expect(await knownSpeed('b')).toBeNull();
  expect((await rememberedSpeeds()).map(({ id }) => id)).toEqual(['c', 'a']);
  await forgetSpeed(null);
  expect(JSON.parse(readFileSync(path.join(folder, 'engine-speeds.json'), 'utf8'))).toEqual({});
});

test('a damaged file, or one of an older format, counts as empty and is replaced', async () => {
  writeFileSync(
    path.join(folder, 'engine-speeds.json'),
    JSON.stringify({ a: { measuredAt: 'then', seconds: { 'onnx-cpu': 1 } } }),
  );
  expect(await rememberedSpeeds()).toEqual([]);
  await rememberSpeed('a', speed(1));
  expect(await knownSpeed('a')).toEqual(speed(1));
});
