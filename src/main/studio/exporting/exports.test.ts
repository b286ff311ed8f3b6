import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { exportSchema } from '../../../shared/contract/exports.ts';
import type { RunEvent } from '../../../shared/events.ts';
import { message } from '../../../shared/message.ts';
import { createRun, readRun, writeRun } from '../../pipeline/storage/runFolder.ts';
import { sha256 } from '../../pipeline/export/bundle/writeBundle.ts';
import type { Launch } from '../../jobs/launch.ts';
import * as launching from '../../jobs/launch.ts';
import { checkExport, predictToCsv } from './exports.ts';

const home = mkdtempSync(path.join(tmpdir(), 'exports-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Spied on, so that a test can play the process of a job. */
vi.mock('../../jobs/launch.ts', { spy: true });
afterEach(() => void vi.mocked(launching.launchEntry).mockReset());

test('an existing bundle is verified as it is: the results are stored, and nothing else is written', async () => {
  const folder = await createRun(path.join(home, 'runs'), {
    project: home,
    preset: null,
    config: configSchema.parse({}),
    versions: {},
  });
  await writeRun(folder, { ...(await readRun(folder)), state: 'finished', export: 'export/small-2026-01-01' });
  const bundle = path.join(folder, 'export', 'small-2026-01-01');
  mkdirSync(bundle, { recursive: true });
  writeFileSync(path.join(bundle, 'labels.txt'), 'a\n');
  writeFileSync(path.join(bundle, 'SHA256SUMS'), `${sha256(Buffer.from('a\n'))}  labels.txt\n`);
  const before = readdirSync(bundle);
  const record = readFileSync(path.join(folder, 'run.json'), 'utf8');
  const events: RunEvent[] = [];
  await checkExport(folder, { onEvent: (event) => void events.push(event) });
  const checks = exportSchema.shape.checks.parse(
    JSON.parse(readFileSync(path.join(folder, 'export', 'checks.json'), 'utf8')),
  );
  expect(checks).toEqual([
    {
      name: message('bundle.checkFiles'),
      ok: false,
      detail: message('file.bundleFileMissing', { file: 'model_int8.tflite' }),
    },
    { name: message('bundle.checkSums'), ok: true, detail: null },
  ]);
  expect(events).toEqual(
    checks.map(({ name, ok, detail }) => ({ type: 'check', name, fault: ok ? null : detail, note: null })),
  );
  expect(readdirSync(bundle)).toEqual(before);
  expect(readFileSync(path.join(folder, 'run.json'), 'utf8')).toBe(record);
});

describe('scoring a folder into a CSV', () => {
  /** A run with a bundle, and a job whose process the test plays. */
  async function scoring() {
    const folder = await createRun(path.join(home, 'scored'), {
      project: home,
      preset: null,
      config: configSchema.parse({}),
      versions: {},
    });
    await writeRun(folder, { ...(await readRun(folder)), state: 'finished', export: 'export/small' });
    const child = { killed: 0, send: (() => undefined) as (message: unknown) => void };
    const started = Promise.withResolvers<undefined>();
    const launch: Launch = () => {
      let end: (end: { code: number | null; signal: NodeJS.Signals | null; errorText: string }) => void;
      return {
        pid: 1,
        send: () => started.resolve(undefined),
        onMessage: (listener) => (child.send = listener),
        onEnd: (listener) => (end = listener),
        kill: () => {
          child.killed++;
          end({ code: null, signal: 'SIGKILL', errorText: '' });
        },
      };
    };
    vi.mocked(launching.launchEntry).mockImplementation(launch);
    return { folder, child, started: started.promise };
  }
  const done = { type: 'result', value: { images: 1, unreadable: 0 } };

  test('writes the lines of the job to a file whose name fits every file system', async () => {
    const { folder, child, started } = await scoring();
    const scored = predictToCsv(folder, `/photos/${'ü'.repeat(250)}`, {});
    await started;
    child.send({ type: 'output', text: 'image,apple\n' });
    child.send({ type: 'output', text: 'a.jpg,0.5\n' });
    child.send(done);
    const { csv, images } = await scored;
    expect(images).toBe(1);
    expect(readFileSync(csv, 'utf8')).toBe('image,apple\na.jpg,0.5\n');
    expect(Buffer.byteLength(path.basename(csv))).toBeLessThanOrEqual(255);
  });

  test('a CSV that cannot be written is a Problem and ends the job', async () => {
    const { folder, child, started } = await scoring();
    mkdirSync(path.join(folder, 'predictions'));
    // The name is already a folder, so the stream fails to open, as on a full or broken disk.
    const taken = predictToCsv(folder, 'photos', {}, () => 'taken.csv');
    mkdirSync(path.join(folder, 'predictions', 'taken.csv'), { recursive: true });
    await expect(taken).rejects.toMatchObject({ name: 'Problem', kind: 'file' });
    await started;
    expect(child.killed).toBe(1);
  });

  test('cancelling ends the process and leaves no partial CSV', async () => {
    const { folder, child, started } = await scoring();
    const controller = new AbortController();
    const scored = predictToCsv(folder, '/photos', { signal: controller.signal });
    await started;
    child.send({ type: 'output', text: 'image,apple\n' });
    controller.abort();
    await expect(scored).rejects.toMatchObject({ kind: 'cancelled' });
    expect(child.killed).toBeGreaterThan(0);
    expect(readdirSync(path.join(folder, 'predictions'))).toEqual([]);
  });
});
