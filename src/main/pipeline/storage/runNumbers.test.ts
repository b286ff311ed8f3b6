import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

test('a deleted run does not change the numbers of others, and its own is not reused', async () => {
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

test('after the clock was set back, the newest run has the highest number, and numbers stay unique', async () => {
  const project = await mkdtemp(path.join(tmpdir(), 'destila-clock-'));
  const folder = path.join(project, 'runs');
  await mkdir(folder);
  const about = { project, preset: null, config: configSchema.parse({}), versions: {} };
  const times = ['10:00', '10:30', '09:30', '09:40', '10:30'];
  for (const time of times) await createRun(folder, about, new Date(`2026-11-28T${time}:00Z`));
  // Worked out by hand: made in this order, whatever the clock said.
  expect((await listRuns(folder)).map((run) => [path.basename(run.folder), run.number])).toEqual([
    ['2026-11-28-100000', 1],
    ['2026-11-28-103000', 2],
    ['2026-11-28-093000', 3],
    ['2026-11-28-094000', 4],
    ['2026-11-28-103000-2', 5],
  ]);
  await rm(project, { recursive: true });
});
