import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { createRun, listRuns } from './runFolder.ts';

let runs: string;
beforeAll(async () => {
  runs = await mkdtemp(path.join(tmpdir(), 'destila-numbers-'));
});
afterAll(() => rm(runs, { recursive: true }));

const make = (second: number): Promise<string> =>
  createRun(
    runs,
    { project: '/p', preset: null, config: configSchema.parse({}), versions: {} },
    new Date(2026, 0, 1, 12, 0, second),
  );
const numbers = async (): Promise<number[]> => (await listRuns(runs)).map(({ number }) => number);

test("a deleted run changes nobody's number, nor gives its own away", async () => {
  await make(1);
  const second = await make(2);
  const third = await make(3);
  await rm(second, { recursive: true });
  expect(await numbers()).toEqual([1, 3]);
  await make(4);
  expect(await numbers()).toEqual([1, 3, 4]);
  // One from before numbers were kept comes after the one before it.
  const file = path.join(third, 'run.json');
  await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), number: null }));
  expect(await numbers()).toEqual([1, 2, 4]);
});
