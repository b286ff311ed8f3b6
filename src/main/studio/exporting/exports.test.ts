import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { RunEvent } from '../../../shared/events.ts';
import { createRun, readRun, writeRun } from '../../pipeline/storage/runFolder.ts';
import { sha256 } from '../../pipeline/export/bundle/writeBundle.ts';
import { checkExport } from './exports.ts';

const home = mkdtempSync(path.join(tmpdir(), 'exports-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('the bundle that is there is checked as it is: what is found is remembered, and nothing is written anew', async () => {
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
  await checkExport(folder, (event) => events.push(event));
  const checks = JSON.parse(readFileSync(path.join(folder, 'export', 'checks.json'), 'utf8')) as {
    name: string;
    ok: boolean;
    detail: string;
  }[];
  expect(checks).toEqual([
    {
      name: 'it is one bundle: no file is missing and none is extra',
      ok: false,
      detail: 'model_int8.tflite is missing.',
    },
    { name: 'every file is as it was written (SHA256SUMS)', ok: true, detail: '' },
  ]);
  expect(events).toEqual(
    checks.map(({ name, ok, detail }) => ({ type: 'check', name, fault: ok ? null : detail, note: null })),
  );
  expect(readdirSync(bundle)).toEqual(before);
  expect(readFileSync(path.join(folder, 'run.json'), 'utf8')).toBe(record);
});
