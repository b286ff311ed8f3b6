import { quoted } from '../../shared/message.ts';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../../shared/config.ts';
import type { PhaseHistory, RunHistory, RunSummary } from '../../shared/contract/runs.ts';
import type { QueueEntry } from '../../shared/contract/studio.ts';
import { wording } from '../i18n/words.ts';
import type { Progress } from '../stores/studio.ts';
import { liveAnswer } from './liveAnswer.ts';

const english = wording('en');
const run = (part: Partial<RunSummary> = {}): RunSummary => ({
  id: 'r',
  project: 'p',
  number: 1,
  name: 'Run 1',
  createdAt: '',
  preset: null,
  config: configSchema.parse({}),
  state: 'stopped',
  problem: null,
  stages: [],
  engine: null,
  note: '',
  pinned: false,
  trashed: false,
  seconds: 90,
  expected: [],
  val: { teacherAp: null, studentAp: null, int8Ap: null, int8F1: null },
  valFingerprint: '',
  testFingerprint: '',
  testOpened: 0,
  exported: false,
  bytes: 0,
  freeableBytes: 0,
  pretrained: false,
  ...part,
});
const entry = (state: QueueEntry['state']): QueueEntry => ({ state }) as QueueEntry;
/** A student with one mAP per epoch. */
const history = (...aps: number[]): RunHistory => ({
  run: 'r',
  vocabulary: [],
  valPositives: [],
  phases: [
    {
      stage: 'student',
      phase: 'all',
      stepsPerEpoch: 1,
      plannedEpochs: null,
      steps: { at: [], loss: [], learningRate: [] },
      epochs: aps.map((ap, epoch) => ({ epoch, best: false, metrics: { macro_ap: ap }, perClassAp: null })),
    } satisfies PhaseHistory,
  ],
  watched: [],
  notes: [],
});
const progress = (stage: Progress['stage'], secondsLeft: number | null = 60): Progress => ({
  type: 'progress',
  stage,
  activity: quoted(''),
  done: 1,
  total: 2,
  unit: 'steps',
  rate: null,
  secondsLeft,
});
const facts = { entry: null, history: null, progress: null, stage: 'student' } as const;

describe('a run that does not run here', () => {
  test.each([
    ['created', 'plain', /has not started/],
    ['stopped', 'warn', /is stopped/],
    ['interrupted', 'warn', /Run 1 was/],
    ['running', 'plain', /elsewhere/],
    ['failed', 'bad', /kept/],
  ] as const)('%s', (state, tone, headline) => {
    const answer = liveAnswer(english, { ...facts, run: run({ state }) });
    expect(answer.tone).toBe(tone);
    expect(answer.headline).toMatch(headline);
  });
  test('failed before it learned anything does not claim that something is kept', () => {
    const answer = liveAnswer(english, { ...facts, run: run({ state: 'failed' }), history: history() });
    expect(answer.headline).not.toMatch(/kept/);
    expect(liveAnswer(english, { ...facts, run: run({ state: 'failed' }), history: history(0.1) }).headline).toMatch(
      /kept/,
    );
  });
  test.each([
    ['a loss of more than .001 is named in points', 0.9, 0.88, /2\.0/],
    ['less is nothing', 0.9, 0.8995, /nothing/],
    ['a gain is nothing lost', 0.88, 0.9, /nothing/],
  ])('finished: %s', (_, studentAp, int8Ap, reason) => {
    const val = { teacherAp: null, studentAp, int8Ap, int8F1: null };
    const answer = liveAnswer(english, { ...facts, run: run({ state: 'finished', val }) });
    expect(answer.reason).toMatch(reason);
    expect(answer.reason).toMatch(/1 min 30 s/);
  });
  test('finished without a figure claims no loss', () =>
    expect(liveAnswer(english, { ...facts, run: run({ state: 'finished' }) }).reason).not.toMatch(/cost/i));
});

describe('a run in the queue', () => {
  test('waits or is paused, whatever state it was in', () => {
    const failed = run({ state: 'failed' });
    expect(liveAnswer(english, { ...facts, run: failed, entry: entry('waiting') })).toMatchObject({ tone: 'plain' });
    expect(liveAnswer(english, { ...facts, run: failed, entry: entry('paused') })).toMatchObject({ tone: 'warn' });
  });
  const going = (aps: readonly number[], now: Progress | null) =>
    liveAnswer(english, {
      ...facts,
      run: run({ state: 'running' }),
      entry: entry('running'),
      history: history(...aps),
      progress: now,
    });
  // Over the last five epochs: more than +.02, more than +.002, less than -.01.
  test.each([
    ['too short to tell', [0.1, 0.9], /is running/, 'plain'],
    ['rising', [0.5, 0.5, 0.521], /^Getting better/, 'plain'],
    ['rising slowly', [0.5, 0.5, 0.519], /slowly/, 'plain'],
    ['flat', [0.5, 0.5, 0.5015], /No longer/, 'plain'],
    ['a little down', [0.5, 0.5, 0.491], /No longer/, 'plain'],
    ['falling', [0.5, 0.5, 0.489], /worse/, 'warn'],
    ['rising long ago', [0.1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5], /No longer/, 'plain'],
  ])('%s', (_, aps, headline, tone) => {
    const answer = going(aps, progress('student'));
    expect(answer.headline).toMatch(headline);
    expect(answer.tone).toBe(tone);
    expect(answer.reason).toMatch(/1 min/);
  });
  test('says nothing of a curve while another stage works, and no time when none is known', () => {
    expect(going([0.5, 0.5, 0.6], progress('qat', null)).headline).toMatch(/is running/);
    expect(going([0.5, 0.5, 0.6], progress('qat', null)).reason).toBe('');
    expect(going([0.1], null).headline).toMatch(/starting/);
  });
});
