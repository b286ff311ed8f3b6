import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readRun } from '../../src/main/pipeline/storage/runFolder.ts';
import { makeTinyProject, tinyConfig } from '../e2e/tinyProject.ts';

const root = mkdtempSync(path.join(tmpdir(), 'signals-'));
const project = path.join(root, 'photos');
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(async () => {
  await makeTinyProject(project);
  // As by default, so that only the signal makes a checkpoint.
  writeFileSync(path.join(project, 'destila.yaml'), stringify(tinyConfig((c) => ({ ...c, checkpoint_minutes: 60 }))));
});

const environment = {
  ...process.env,
  DESTILA_CACHE: path.join(root, 'cache'),
  DESTILA_STATE: path.join(root, 'state'),
};

const runs = (): string[] => readdirSync(path.join(project, 'runs')).sort();

/** Runs the command line in a process group of its own, as a terminal does, and lets `act` watch its output. */
function destila(
  args: string[],
  act: (text: string, pid: number) => void,
): Promise<{ code: number | null; err: string }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, '../../bin/destila.mjs'), ...args], {
    detached: true,
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString('utf8');
    act(err, child.pid!);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, err })));
}

test.skipIf(process.platform === 'win32').each([
  // A launcher passes Ctrl-C on, although the terminal has sent it to the whole group already.
  ['SIGINT, to the whole group and once more', ['SIGINT', 'SIGINT'], [-1, 1]],
  ['SIGTERM, to all processes of a service', ['SIGTERM'], [-1]],
  ['SIGHUP, to the whole group as a closed terminal sends it', ['SIGHUP'], [-1]],
  ['SIGQUIT, to the whole group as Ctrl-\\ sends it', ['SIGQUIT'], [-1]],
] as const)('%s writes a checkpoint and stops', async (_, signals, targets) => {
  let sent = false;
  const { code, err } = await destila(['run', project, '--stage', 'data', '--stage', 'teacher'], (text, pid) => {
    if (sent || !text.includes('epoch 1/2')) return;
    sent = true;
    signals.forEach((signal, i) => process.kill(pid * targets[i]!, signal));
  });
  const folder = path.join(project, 'runs', runs().at(-1)!);
  expect([code, err.match(/Stopping at a checkpoint/g)?.length]).toEqual([130, 1]);
  expect(await readRun(folder)).toMatchObject({ state: 'stopped', problem: null });
  // In the middle of the second epoch: the first one's end has a checkpoint of its own.
  expect(readdirSync(path.join(folder, 'checkpoints')).sort().at(-1)).toMatch(/-e00001-s0*[1-9]\d*\.safetensors$/);
  expect(readdirSync(folder)).not.toContain('lock.json');
});

test.skipIf(process.platform === 'win32')('a reader of the output that goes away does not end a training', async () => {
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, '../../bin/destila.mjs'), 'run', project, '--stage', 'data', '--stage', 'teacher'],
    { env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  child.stdout.destroy();
  child.stderr.destroy();
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(0);
  const { stages } = await readRun(path.join(project, 'runs', runs().at(-1)!));
  expect([stages.data.state, stages.teacher.state]).toEqual(['finished', 'finished']);
});
