import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { JobCommand, RunEvent } from '../../../shared/events.ts';
import { Problem } from '../../../shared/problem.ts';
import { quoted } from '../../../shared/message.ts';
import type { Job } from '../../jobs/startJob.ts';
import type { RunRecord } from '../../pipeline/storage/runFolder.ts';
import { createRun, readRun, writeRun } from '../../pipeline/storage/runFolder.ts';
import { openRunQueue } from './runQueue.ts';
import type { RunQueue } from './runQueue.ts';

const home = mkdtempSync(path.join(tmpdir(), 'queue-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Begun {
  readonly folder: string;
  readonly commands: JobCommand[];
  cancelled: boolean;
  send(event: RunEvent): void;
  end(value: unknown): void;
  fail(problem: Problem): void;
}

interface Behavior {
  readonly pid?: number | null;
  readonly polite?: boolean;
  readonly started?: Promise<void>;
}

/** A queue whose jobs end when the test ends them. */
async function open(state: string, { pid = 1, polite = false, started = Promise.resolve() }: Behavior = {}) {
  const begun: Begun[] = [];
  const ended: string[] = [];
  const events: string[] = [];
  const changes: string[] = [];
  const queue = await openRunQueue(
    state,
    {
      onEvent: (project, run, { type }) => void events.push(`${project} ${run} ${type}`),
      onChange: (entries) => void changes.push(entries.map(({ run, state: now }) => `${run} ${now}`).join(', ')),
      onEnd: (project, run) => {
        expect(project).toBe('p');
        ended.push(run);
      },
      polite: () => polite,
    },
    (folder, { onEvent }): Job => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const job: Begun = { folder, commands: [], cancelled: false, send: onEvent!, end: resolve, fail: reject };
      begun.push(job);
      return {
        pid,
        started,
        result: promise,
        send: (command) => {
          job.commands.push(command);
          if (command.type === 'stop') reject(new Problem('cancelled.work'));
        },
        cancel: () => {
          job.cancelled = true;
          reject(new Problem('cancelled.work'));
        },
      };
    },
  );
  await nextTurn(); // runs left in the queue start in the next turn of the event loop
  return { queue, begun, ended, events, changes };
}

let states = 0;
const newState = (): string => mkdtempSync(path.join(home, `state-${states++}-`));
const entry = (run: string, folder = `/runs/${run}`) => ({ project: 'p', run, name: `Run ${run}`, folder });
const namesIn = (queue: RunQueue): string[] => queue.entries().map(({ run, state }) => `${run} ${state}`);
const stored = (state: string): { run: string; starts: number }[] =>
  JSON.parse(readFileSync(path.join(state, 'queue.json'), 'utf8')) as { run: string; starts: number }[];

async function runFolder(state: RunRecord['state'] = 'running'): Promise<string> {
  const folder = await createRun(path.join(home, 'runs'), {
    project: home,
    preset: null,
    config: configSchema.parse({}),
    versions: {},
  });
  await writeRun(folder, { ...(await readRun(folder)), state });
  return folder;
}

/** Waits for the work that follows the end of a job: reading run.json and writing the queue. */
const until = async (there: () => boolean): Promise<void> => {
  while (!there()) await nextTurn();
};

test('runs train one at a time, in the order in which they were added', async () => {
  const { queue, begun, ended } = await open(newState());
  for (const run of ['a', 'b', 'c']) await queue.add(entry(run));
  expect(namesIn(queue)).toEqual(['a running', 'b waiting', 'c waiting']);
  expect(begun.map(({ folder }) => folder)).toEqual(['/runs/a']);
  begun[0]!.end(null);
  await until(() => begun.length === 2);
  expect(namesIn(queue)).toEqual(['b running', 'c waiting']);
  expect(ended).toEqual(['a']);
  begun[1]!.fail(new Problem('engine.npmMissing'));
  await until(() => begun.length === 3);
  expect(begun[2]!.folder).toBe('/runs/c');
  expect(ended).toEqual(['a', 'b']);
});

test('a run is in the queue once', async () => {
  const { queue, begun } = await open(newState());
  await queue.add(entry('a'));
  await expect(queue.add(entry('a'))).rejects.toMatchObject({ kind: 'busy' });
  expect(begun).toHaveLength(1);
});

test('canceling removes a waiting run, and ends the running one so that the next starts', async () => {
  const { queue, begun } = await open(newState());
  for (const run of ['a', 'b', 'c']) await queue.add(entry(run));
  await queue.cancel('b');
  expect(namesIn(queue)).toEqual(['a running', 'c waiting']);
  await queue.cancel('a');
  expect(begun[0]!.cancelled).toBe(true);
  await until(() => begun.length === 2);
  expect(begun[1]!.folder).toBe('/runs/c');
});

test('commands only reach the running run; a pause is shown', async () => {
  const { queue, begun } = await open(newState());
  for (const run of ['a', 'b']) await queue.add(entry(run));
  await queue.command('a', { type: 'pause' });
  expect(namesIn(queue)).toEqual(['a paused', 'b waiting']);
  await queue.command('a', { type: 'continue' });
  expect(namesIn(queue)).toEqual(['a running', 'b waiting']);
  expect(begun[0]!.commands).toEqual([{ type: 'pause' }, { type: 'continue' }]);
  await expect(queue.command('b', { type: 'pause' })).rejects.toMatchObject({ kind: 'busy' });
});

test.each([
  ['cancelled', new Problem('cancelled.work'), 'stopped', null],
  ['killed', new Problem('outOfMemory.training', {}, 'the end'), 'failed', 'outOfMemory.training'],
] as const)('a run that was %s is recorded as such in its run.json', async (_, problem, state, code) => {
  const folder = await runFolder();
  const { queue, begun, ended } = await open(newState());
  await queue.add(entry('a', folder));
  begun[0]!.fail(problem);
  await until(() => ended.length === 1);
  const record = await readRun(folder);
  expect(record.state).toBe(state);
  expect(record.problem?.code ?? null).toBe(code);
});

test('a run that recorded its own end keeps it', async () => {
  const folder = await runFolder('stopped');
  const { queue, begun, ended } = await open(newState());
  await queue.add(entry('a', folder));
  begun[0]!.fail(new Problem('engine.npmMissing'));
  await until(() => ended.length === 1);
  expect((await readRun(folder)).state).toBe('stopped');
});

test.each(['stop', 'kill'] as const)(
  'closing with "%s" waits for the job, starts no other, and keeps all runs for later',
  async (how) => {
    const state = newState();
    const { queue, begun, ended } = await open(state);
    for (const run of ['a', 'b']) await queue.add(entry(run));
    await queue.close(how);
    expect(how === 'stop' ? begun[0]!.commands : begun[0]!.cancelled).toEqual(
      how === 'stop' ? [{ type: 'stop' }] : true,
    );
    expect(begun).toHaveLength(1);
    expect(ended).toEqual(['a']);
    // An orderly end is not a crash and does not count against the run.
    expect(stored(state)).toMatchObject([
      { run: 'a', starts: 0 },
      { run: 'b', starts: 0 },
    ]);
    const later = await open(state);
    expect(later.begun.map(({ folder }) => folder)).toEqual(['/runs/a']);
  },
);

test('a run that finishes while the studio closes is not started again', async () => {
  const state = newState();
  const { queue, begun } = await open(state);
  await queue.add(entry('a'));
  begun[0]!.end(null);
  await queue.close('stop');
  expect(stored(state)).toEqual([]);
});

test('a run is resumed after one crash; after a second one the user decides', async () => {
  const state = newState();
  const folder = await runFolder();
  const first = await open(state);
  await first.queue.add(entry('a', folder));
  await first.queue.add(entry('b'));
  await until(() => stored(state)[0]!.starts === 1);
  // The studio crashes, so nothing of the first queue runs any more.
  const second = await open(state);
  expect(second.begun.map((job) => job.folder)).toEqual([folder]);
  await until(() => stored(state)[0]!.starts === 2);
  const third = await open(state);
  expect(third.begun.map((job) => job.folder)).toEqual(['/runs/b']);
  expect(namesIn(third.queue)).toEqual(['b running']);
  expect(await readRun(folder)).toMatchObject({ state: 'failed', problem: { kind: 'internal' } });
  // On request it is resumed like any other run.
  await third.queue.add(entry('a', folder));
  expect(namesIn(third.queue)).toEqual(['b running', 'a waiting']);
});

test('an unreadable queue counts as empty; in one of an earlier version no run has been started', async () => {
  const state = newState();
  writeFileSync(path.join(state, 'queue.json'), '{');
  expect((await open(state)).queue.entries()).toEqual([]);
  writeFileSync(path.join(state, 'queue.json'), JSON.stringify([entry('a')]));
  expect((await open(state)).begun).toHaveLength(1);
});

test('events are reported with their project and run, and so is every change of the queue', async () => {
  const { queue, begun, events, changes } = await open(newState());
  await queue.add(entry('a'));
  await queue.add(entry('b'));
  begun[0]!.send({ type: 'note', stage: 'teacher', level: 'info', message: quoted('words') });
  expect(events).toEqual(['p a note']);
  await queue.command('a', { type: 'pause' });
  await queue.command('a', { type: 'continue' });
  await queue.command('a', { type: 'stop' });
  await until(() => begun.length === 2);
  expect(changes.filter((change, i) => change !== changes[i - 1])).toEqual([
    'a waiting',
    'a running',
    'a running, b waiting',
    'a paused, b waiting',
    'a running, b waiting',
    'b waiting',
    'b running',
  ]);
});

test('a paused run stays paused after other commands', async () => {
  const { queue } = await open(newState());
  await queue.add(entry('a'));
  await queue.command('a', { type: 'pause' });
  await queue.command('a', { type: 'finishPhase' });
  expect(namesIn(queue)).toEqual(['a paused']);
});

test('the process id is that of the running job', async () => {
  const { queue, begun, ended } = await open(newState(), { pid: 4321 });
  expect(queue.runningPid()).toBeNull();
  await queue.add(entry('a'));
  expect(queue.runningPid()).toBe(4321);
  begun[0]!.end(null);
  await until(() => ended.length === 1);
  expect(queue.runningPid()).toBeNull();
});

test('canceling a run that is not in the queue changes nothing', async () => {
  const { queue, begun } = await open(newState());
  await queue.add(entry('a'));
  await queue.cancel('b');
  expect(namesIn(queue)).toEqual(['a running']);
  expect(begun[0]!.cancelled).toBe(false);
});

describe('the priority of a new job', () => {
  const jobProcess = () =>
    spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  test.each([
    [true, 10],
    [false, getPriority()],
  ])('with polite %s is %i', async (polite, priority) => {
    const child = jobProcess();
    try {
      const { queue } = await open(newState(), { pid: child.pid!, polite });
      await queue.add(entry('a'));
      await nextTurn();
      expect(getPriority(child.pid)).toBe(priority);
    } finally {
      child.stdin.end();
      await once(child, 'exit');
    }
  });

  test('stays that of the studio for a job without a process', async () => {
    const before = getPriority();
    const { queue } = await open(newState(), { pid: null, polite: true });
    await queue.add(entry('a'));
    await nextTurn();
    expect(namesIn(queue)).toEqual(['a running']);
    expect(getPriority()).toBe(before);
  });

  test('is not set for a job that never started', async () => {
    const start = Promise.withResolvers<undefined>();
    const { queue } = await open(newState(), { polite: true, pid: process.pid, started: start.promise });
    const before = getPriority();
    await queue.add(entry('a'));
    start.reject(new Error('no process'));
    await nextTurn();
    expect(getPriority()).toBe(before);
  });

  test('of a process that has already ended is ignored', async () => {
    const child = jobProcess();
    child.stdin.end();
    await once(child, 'exit');
    const { queue } = await open(newState(), { pid: child.pid!, polite: true });
    await queue.add(entry('a'));
    await nextTurn();
    expect(namesIn(queue)).toEqual(['a running']);
  });
});

describe('a queue file that cannot be written', () => {
  const blocked = (state: string): string => {
    rmSync(path.join(state, 'queue.json'), { force: true });
    mkdirSync(path.join(state, 'queue.json', 'in the way'), { recursive: true }); // a file cannot replace a folder
    return state;
  };

  test('rejects a new run, which is then not in the queue', async () => {
    const { queue, begun } = await open(blocked(newState()));
    await expect(queue.add(entry('a'))).rejects.toThrow();
    expect(namesIn(queue)).toEqual([]);
    expect(begun).toEqual([]);
  });

  test('loses no run that is already in it, and closes normally', async () => {
    const state = newState();
    const { queue, begun } = await open(state);
    await queue.add(entry('a'));
    await queue.add(entry('b'));
    await until(() => stored(state)[0]!.starts === 1);
    blocked(state);
    begun[0]!.end(null);
    await until(() => begun.length === 2);
    expect(namesIn(queue)).toEqual(['b running']);
    await queue.close('kill');
    expect(begun[1]!.cancelled).toBe(true);
  });

  test('is written again as soon as possible', async () => {
    const state = newState();
    const { queue } = await open(blocked(state));
    await expect(queue.add(entry('a'))).rejects.toThrow();
    rmSync(path.join(state, 'queue.json'), { recursive: true });
    await queue.add(entry('b'));
    expect(stored(state).map(({ run }) => run)).toEqual(['b']);
  });
});

test('a run that fails while the studio closes is not started again', async () => {
  const state = newState();
  const { queue, begun } = await open(state);
  await queue.add(entry('a'));
  begun[0]!.fail(new Problem('engine.npmMissing'));
  await queue.close('stop');
  expect(stored(state)).toEqual([]);
});

test('a run that is canceled while the studio stays open is not in the queue at the next start', async () => {
  const state = newState();
  const { queue, ended } = await open(state);
  await queue.add(entry('a'));
  await queue.cancel('a');
  await until(() => ended.length === 1);
  await queue.close('stop');
  expect(stored(state)).toEqual([]);
});

test('an empty queue closes', async () => {
  for (const how of ['stop', 'kill'] as const) {
    const { queue, begun } = await open(newState());
    await queue.close(how);
    expect(begun).toEqual([]);
  }
});

test('the details of a failure are stored, and a finished run has no problem', async () => {
  const [broken, whole] = [await runFolder(), await runFolder()];
  const { queue, begun, ended } = await open(newState());
  await queue.add(entry('a', broken));
  await queue.add(entry('b', whole));
  begun[0]!.fail(new Problem('outOfMemory.training', {}, 'the end'));
  await until(() => begun.length === 2);
  begun[1]!.end(null);
  await until(() => ended.length === 2);
  expect((await readRun(broken)).problem).toMatchObject({
    kind: 'outOfMemory',
    code: 'outOfMemory.training',
    detail: 'the end',
  });
  expect(await readRun(whole)).toMatchObject({ state: 'running', problem: null }); // a finished job records its own end
});
