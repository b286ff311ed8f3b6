import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { takeLock } from '../../pipeline/storage/lock.ts';
import { createRun, lockFile, readRun, writeRun } from '../../pipeline/storage/runFolder.ts';
import { openRunQueue } from './runQueue.ts';

const home = mkdtempSync(path.join(tmpdir(), 'destila-queue-lock-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('a run that another process trains does not become failed when the queue cannot lock it', async () => {
  const project = path.join(home, 'photos');
  mkdirSync(project);
  const about = { project, preset: null, config: configSchema.parse({ engine: { name: 'onnx-cpu' } }), versions: {} };
  const folder = await createRun(path.join(project, 'runs'), about);
  await writeRun(folder, { ...(await readRun(folder)), state: 'running' });
  const lock = await takeLock(lockFile(folder), 'training');
  const ended = Promise.withResolvers<string>();
  const queue = await openRunQueue(path.join(home, 'state'), {
    onEvent: () => undefined,
    onChange: () => undefined,
    onEnd: (_, run) => ended.resolve(run),
    polite: () => false,
  });
  await queue.add({ project: 'p', run: path.basename(folder), name: 'Run 1', folder });
  expect(await ended.promise).toBe(path.basename(folder));
  expect(await readRun(folder)).toMatchObject({ state: 'running', problem: null });
  await lock.release();
});
