import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ProcessEnd } from './processEnd.ts';
import { processEndProblem } from './processEnd.ts';
import { startJob } from './startJob.ts';

const of = (end: Partial<ProcessEnd>, type: 'run' | 'measure' | 'verify' = 'run') =>
  processEndProblem(type, 'teacher', { code: null, signal: null, errorText: '', ...end });

test.each<[string, Partial<ProcessEnd>, string]>([
  ['killed by the system or a person', { signal: 'SIGKILL' }, 'outOfMemory.runKilled'],
  ['killed, as a container reports it', { code: 137 }, 'outOfMemory.runKilled'],
  [
    "V8's heap is full",
    {
      signal: 'SIGABRT',
      errorText: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    },
    'outOfMemory.runEnded',
  ],
  [
    'a C++ library gets no memory',
    { signal: 'SIGABRT', errorText: "terminate called after throwing an instance of 'std::bad_alloc'" },
    'outOfMemory.runEnded',
  ],
  ['Windows: no memory (STATUS_NO_MEMORY)', { code: 3221225495 }, 'outOfMemory.runEnded'],
  ['Windows: no page file (STATUS_COMMITMENT_LIMIT)', { code: 3221225773 }, 'outOfMemory.runEnded'],
  ['the disk is full', { code: 1, errorText: 'Error: ENOSPC: no space left on device, write' }, 'diskFull.runEnded'],
  ['an assertion of a native library', { signal: 'SIGABRT' }, 'engine.runCrashed'],
  ['a bad address', { signal: 'SIGSEGV' }, 'engine.runCrashed'],
  ['an instruction that this processor lacks', { signal: 'SIGILL' }, 'engine.runCrashed'],
  ['Windows: access violation', { code: 3221225477 }, 'engine.runCrashed'],
  ['Windows: abort', { code: 3221226505 }, 'engine.runCrashed'],
  ['an exit', { code: 1 }, 'engine.runEnded'],
  ['a request to end', { signal: 'SIGTERM' }, 'engine.runEnded'],
  ['never started', { errorText: 'spawn node ENOENT' }, 'internal.jobNotStarted'],
])('%s', (_, end, code) => {
  expect(of(end)).toMatchObject({ code, params: { work: { code: 'stages.teacher' } }, detail: end.errorText });
});

test('a crash is named by its signal, or by what Windows calls it', () => {
  expect(of({ code: 128 + constants.signals.SIGSEGV }).params).toMatchObject({ cause: 'SIGSEGV' });
  expect(of({ code: 0xc00000fd }).params).toMatchObject({ cause: 'stack overflow' });
});

test('only for a run does the advice mention its settings and the checkpoint', () => {
  for (const end of [{ code: 137 }, { signal: 'SIGABRT', errorText: 'std::bad_alloc' }] as const) {
    expect(of(end, 'verify').message).not.toMatch(/batch_size|checkpoint/);
    expect(of(end, 'measure').message).toMatch(/batch_size/);
    expect(of(end, 'measure').message).not.toMatch(/checkpoint/);
  }
});

test.skipIf(process.platform === 'win32')('a real crash of a job reaches the one who started it', async () => {
  const job = startJob({ type: 'doctor', folder: tmpdir(), enginesFolder: tmpdir() });
  process.kill(job.pid!, 'SIGSEGV');
  await expect(job.result).rejects.toMatchObject({ code: 'engine.jobCrashed', params: { cause: 'SIGSEGV' } });
});

test('no job outlives a studio that is killed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'orphan-'));
  const sample = path.join(folder, 'sample');
  const start = `
    const { startJob } = await import(${JSON.stringify(path.join(import.meta.dirname, 'startJob.ts'))});
    let begun = false;
    startJob({ type: 'sample', folder: ${JSON.stringify(sample)} }, {
      onEvent: () => {
        if (!begun) process.send('begun');
        begun = true;
      },
    });`;
  const studio = spawn(process.execPath, ['--input-type=module', '-e', start], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  await once(studio, 'message');
  studio.kill('SIGKILL');
  // The job inherits the studio's output, so that the output only closes when the job has ended as well.
  studio.stdout?.resume();
  await once(studio, 'close');
  expect(existsSync(sample)).toBe(false);
  rmSync(folder, { recursive: true, force: true });
});
