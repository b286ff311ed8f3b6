import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../shared/events.ts';
import { stages } from '../../shared/events.ts';
import { translator } from '../../shared/locales/translate.ts';
import { say } from '../../shared/message.ts';
import type { Launch, LaunchedProcess } from './launch.ts';
import { processEndProblem } from './processEnd.ts';
import type { JobRequest } from './protocol.ts';
import { jobRequestSchema } from './protocol.ts';
import type { JobWatcher } from './startJob.ts';
import { startJob, startJobWhen } from './startJob.ts';

type End = Parameters<Parameters<LaunchedProcess['onEnd']>[0]>[0];
const predict: JobRequest = { type: 'predict', bundle: '/bundle', folder: '/photos' };

/** Starts a job whose process is played by the test. */
function begun(request: JobRequest = predict, watcher: JobWatcher = {}) {
  const child = {
    sent: [] as unknown[],
    killed: 0,
    say: (() => undefined) as (message: unknown) => void,
    end: (() => undefined) as (end: End) => void,
  };
  const launch: Launch = () => ({
    pid: 7,
    send: (message) => void child.sent.push(message),
    onMessage: (listener) => (child.say = listener),
    onEnd: (listener) => (child.end = listener),
    kill: () => {
      child.killed++;
      child.end({ code: null, signal: 'SIGKILL', errorText: '' });
    },
  });
  return { child, job: startJob(request, watcher, launch) };
}

test('events and output reach the watcher, and the result resolves the promise', async () => {
  const heard: unknown[] = [];
  const { child, job } = begun(predict, {
    onEvent: (event) => void heard.push(event.type),
    onOutput: (text) => void heard.push(text),
  });
  expect(child.sent).toEqual([{ type: 'start', request: predict }]);
  child.say({ type: 'event', event: { type: 'finished', seconds: 1 } });
  child.say({ type: 'output', text: 'a,b\n' });
  child.say({ type: 'result', value: { images: 2 } });
  child.end({ code: 0, signal: null, errorText: '' });
  expect(await job.result).toEqual({ images: 2 });
  expect(heard).toEqual(['finished', 'a,b\n']);
});

test('metrics that are not finite arrive as null, in every event that has metrics', () => {
  const events: RunEvent[] = [];
  const { child } = begun(predict, { onEvent: (event) => void events.push(event) });
  const place = { stage: 'teacher', phase: 'finetune', epoch: 0, step: 1 };
  const metrics = { loss: 0.5, gradient_norm: Infinity, macro_ap: -Infinity, val_loss: NaN, macro_f1: null };
  child.say({ type: 'event', event: { type: 'step', ...place, metrics } });
  child.say({ type: 'event', event: { type: 'epoch', ...place, epochs: 2, best: true, metrics } });
  child.say({ type: 'event', event: { type: 'stageFinished', stage: 'teacher', seconds: 3, summary: metrics } });
  const work = { stage: 'test', activity: 'scoring', done: 1, total: 2, unit: 'images' };
  child.say({ type: 'event', event: { type: 'progress', ...work, rate: Infinity, secondsLeft: NaN } });
  const figures = { loss: 0.5, gradient_norm: null, macro_ap: null, val_loss: null, macro_f1: null };
  expect(events).toMatchObject([
    { metrics: figures },
    { metrics: figures },
    { summary: figures },
    { rate: null, secondsLeft: null },
  ]);
});

const nonsense: readonly unknown[] = [
  undefined,
  'words',
  {},
  { type: 'event' },
  { type: 'event', event: { type: 'finished', seconds: NaN } },
  { type: 'event', event: { type: 'unheard of' } },
  { type: 'problem', problem: 'none' },
];
test.each(nonsense)('an invalid message (%j) ends its own job and does not throw', async (message) => {
  const heard: RunEvent[] = [];
  const { child, job } = begun(predict, { onEvent: (event) => void heard.push(event) });
  expect(() => child.say(message)).not.toThrow();
  await expect(job.result).rejects.toMatchObject({ name: 'Problem', kind: 'internal' });
  expect(child.killed).toBe(1);
  expect(heard).toEqual([]);
});

test('a watcher that throws ends its own job and does not throw', async () => {
  const { child, job } = begun(predict, {
    onOutput: () => {
      throw new Error('the window is gone');
    },
  });
  expect(() => child.say({ type: 'output', text: 'a\n' })).not.toThrow();
  await expect(job.result).rejects.toMatchObject({ message: 'the window is gone' });
  expect(child.killed).toBe(1);
});

test('an aborted signal ends the process; before the start none is started, after the end it has no effect', async () => {
  const controller = new AbortController();
  const { child, job } = begun(predict, { signal: controller.signal });
  controller.abort();
  await expect(job.result).rejects.toMatchObject({ kind: 'cancelled' });
  expect(child.killed).toBe(1);

  let launched = 0;
  const late = startJobWhen(Promise.resolve(predict), { signal: controller.signal }, () => {
    launched++;
    throw new Error('nothing may start');
  });
  await expect(late.result).rejects.toMatchObject({ kind: 'cancelled' });
  expect(launched).toBe(0);

  const other = new AbortController();
  const done = begun(predict, { signal: other.signal });
  done.child.say({ type: 'result', value: 1 });
  await done.job.result;
  other.abort();
  expect(done.child.killed).toBe(0);
});

test('the problem of a killed run names its stage', async () => {
  const run: JobRequest = {
    type: 'run',
    runFolder: '/runs/a',
    stages: null,
    cacheFolder: '/cache',
    engine: { name: 'onnx-cpu', why: null },
    enginesFolder: '/engines',
    takeOver: false,
  };
  const { child, job } = begun(run);
  child.say({ type: 'event', event: { type: 'stageStarted', stage: 'teacher', message: 'words' } });
  child.say({ type: 'event', event: { type: 'stageStarted', stage: 'export', message: 'words' } });
  child.end({ code: null, signal: 'SIGKILL', errorText: 'last words' });
  await expect(job.result).rejects.toMatchObject({
    code: 'outOfMemory.runKilled',
    params: { work: { code: 'stages.export' } },
    detail: 'last words',
  });
});

const spanish = translator('es');
const types = jobRequestSchema.options.map((option) => option.shape.type.value);
test.each(types.filter((type) => type !== 'run'))(
  'the problem of a killed %s names its own work and does not mention training or checkpoints',
  (type) => {
    const killed = processEndProblem(type, null, { code: null, signal: 'SIGKILL', errorText: '' });
    const crashed = processEndProblem(type, null, { code: 134, signal: null, errorText: '' });
    expect(killed).toMatchObject({ kind: 'outOfMemory', detail: undefined });
    expect(crashed).toMatchObject({ kind: 'engine', message: expect.stringContaining('(SIGABRT)') });
    for (const problem of [killed, crashed]) {
      expect(problem.message).not.toMatch(/training|checkpoint|resume/i);
      expect(say(spanish, problem)).not.toBe(problem.message);
    }
  },
);

test('every job and every stage of a run is described differently', () => {
  const crash = { code: 1, signal: null, errorText: '' };
  const problems = [
    ...types.map((type) => processEndProblem(type, null, crash)),
    ...stages.map((stage) => processEndProblem('run', stage, crash)),
  ];
  for (const t of [translator('en'), spanish])
    expect(new Set(problems.map((problem) => say(t, problem))).size).toBe(types.length + stages.length);
});

test('canceling a job ends its process', async () => {
  const controller = new AbortController();
  const folder = mkdtempSync(path.join(tmpdir(), 'cancelled-'));
  const job = startJob(
    { type: 'sample', folder: path.join(folder, 'sample') },
    { signal: controller.signal, onEvent: () => controller.abort() },
  );
  await expect(job.result).rejects.toMatchObject({ kind: 'cancelled' });
  expect(() => process.kill(job.pid!, 0)).toThrow(/ESRCH/);
  rmSync(folder, { recursive: true, force: true });
});
