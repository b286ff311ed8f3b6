import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { complaint } from '../../docker/healthcheck.ts';

const now = new Date('2026-05-01T12:00:00Z');
let project: string;
beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), 'health-'));
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function run(id: string, record: object, minutesAgo: number): void {
  const folder = path.join(project, 'runs', id);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of [
    ['run.json', JSON.stringify(record)],
    ['log.jsonl', ''],
  ] as const) {
    writeFileSync(path.join(folder, name), text);
    const time = new Date(now.getTime() - minutesAgo * 60_000);
    utimesSync(path.join(folder, name), time, time);
  }
}

test('a container without a run, with one that writes, and with one that is done is healthy', () => {
  expect(complaint(project, now)).toBeNull();
  run('2026-05-01-090000', { state: 'running', problem: null }, 10);
  expect(complaint(project, now)).toBeNull();
  run('2026-05-01-100000', { state: 'finished', problem: null }, 600);
  expect(complaint(project, now)).toBeNull();
});

test('a run that is silent or failed is not, and says why', () => {
  run('2026-05-01-090000', { state: 'running', problem: null }, 90);
  expect(complaint(project, now)).toBe('Run 2026-05-01-090000 has written nothing for 90 minutes.');
  run('2026-05-01-100000', { state: 'failed', problem: { kind: 'data', message: 'train.txt is gone.' } }, 90);
  expect(complaint(project, now)).toBe('Run 2026-05-01-100000 failed: train.txt is gone.');
});
