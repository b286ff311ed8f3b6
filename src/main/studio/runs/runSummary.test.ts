import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { RunRecord } from '../../pipeline/storage/runFolder.ts';
import { createRun, readRun, writeRun } from '../../pipeline/storage/runFolder.ts';
import { runsFolder } from '../state/places.ts';
import { summarizeRuns } from './runSummary.ts';

const home = mkdtempSync(path.join(tmpdir(), 'summaries-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function made(state: RunRecord['state'], checkpointBytes: number): Promise<string> {
  const folder = await createRun(runsFolder(home), {
    project: home,
    preset: null,
    config: configSchema.parse({}),
    versions: {},
  });
  await writeRun(folder, { ...(await readRun(folder)), state });
  mkdirSync(path.join(folder, 'checkpoints'));
  if (checkpointBytes > 0)
    writeFileSync(path.join(folder, 'checkpoints', 'last.safetensors'), Buffer.alloc(checkpointBytes));
  return folder;
}

test('only a finished run has something to free, and only while its checkpoints are there', async () => {
  await made('finished', 1000);
  await made('finished', 0);
  await made('stopped', 1000);
  expect((await summarizeRuns('p', home)).map(({ freeableBytes }) => freeableBytes)).toEqual([1000, 0, 0]);
});

test('what a run was judged on is read from its snapshot; before that there is none', async () => {
  const folder = await made('finished', 0);
  mkdirSync(path.join(folder, 'data'));
  const [train, val, test] = ['a', 'b', 'c'].map((digit) => digit.repeat(64));
  writeFileSync(
    path.join(folder, 'data', 'snapshot.json'),
    JSON.stringify({ formatVersion: 1, root: '/', fingerprints: { train, val, test } }),
  );
  const summaries = await summarizeRuns('p', home);
  expect(summaries.at(-1)).toMatchObject({ valFingerprint: val, testFingerprint: test });
  expect(summaries[0]).toMatchObject({ valFingerprint: '', testFingerprint: '' });
});
