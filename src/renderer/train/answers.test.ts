import { quoted } from '../../shared/message.ts';
import { describe, expect, test, vi } from 'vitest';
import { configSchema } from '../../shared/config.ts';
import type { RunHistory, RunSummary } from '../../shared/contract/runs.ts';
import type { QueueEntry } from '../../shared/contract/studio.ts';
import { wording } from '../i18n/words.ts';

vi.mock('../api/client.ts', () => ({ call: vi.fn(), listen: () => undefined, chooseFolder: null }));
const { liveAnswer } = await import('./liveAnswer.ts');

const english = wording('en');

describe('the live answer', () => {
  const run = (state: RunSummary['state'], part: Partial<RunSummary> = {}): RunSummary => ({
    id: 'r',
    project: 'p',
    number: 3,
    name: 'Run 3',
    createdAt: '',
    preset: null,
    config: configSchema.parse({}),
    state,
    problem: null,
    stages: [],
    engine: null,
    note: '',
    pinned: false,
    trashed: false,
    seconds: 90,
    expected: [],
    val: { teacherAp: 0.6, studentAp: 0.55, int8Ap: 0.537, int8F1: 0.5 },
    valFingerprint: '',
    testFingerprint: '',
    testOpened: 0,
    exported: false,
    bytes: 0,
    freeableBytes: 0,
    pretrained: false,
    ...part,
  });
  const history = (aps: readonly number[]): RunHistory => ({
    run: 'r',
    vocabulary: ['a'],
    valPositives: [1],
    watched: [],
    notes: [],
    phases: [
      {
        stage: 'student',
        phase: 'finetune',
        stepsPerEpoch: 1,
        plannedEpochs: 9,
        steps: { at: [], loss: [], learningRate: [] },
        epochs: aps.map((ap, epoch) => ({ epoch, best: false, metrics: { macro_ap: ap }, perClassAp: null })),
      },
    ],
  });
  const entry = (state: QueueEntry['state']) => ({ project: 'p', run: 'r', name: 'Run 3', state });
  const answer = (
    of: RunSummary,
    more: { entry?: QueueEntry; history?: RunHistory; progress?: Parameters<typeof liveAnswer>[1]['progress'] } = {},
  ) => liveAnswer(english, { run: of, entry: null, history: null, progress: null, stage: 'student', ...more });

  test('done is not green: mAP 53.7 is a figure, not a verdict', () =>
    expect(answer(run('finished'))).toEqual({
      tone: 'plain',
      headline: 'Run 3 is done: INT8 mAP 53.7 on validation.',
      reason: 'Took 1 min 30 s. Quantization cost 1.3.',
    }));

  test('says nothing about the cost of quantizing where a figure is missing, and no cost where there is none', () => {
    const val = { teacherAp: null, studentAp: null, int8Ap: null, int8F1: null };
    expect(answer(run('finished', { val })).reason.trim()).toBe('Took 1 min 30 s.');
    expect(answer(run('finished', { val: { ...val, studentAp: 0.5, int8Ap: 0.5 } })).reason).toContain(
      'Quantization cost nothing.',
    );
  });

  test.each([
    ['failed', 'bad'],
    ['interrupted', 'warn'],
    ['created', 'plain'],
    ['running', 'plain'],
    ['stopped', 'warn'],
  ] as const)('%s is %s', (state, tone) => expect(answer(run(state)).tone).toBe(tone));

  test('a failure before the first epoch has learned nothing; later ones keep what was learned', () => {
    expect(answer(run('failed'), { history: history([]) }).headline).toContain('before it learned anything');
    expect(answer(run('failed'), { history: history([0.1]) }).headline).toContain('What it learned is kept');
  });

  test.each([
    ['waiting', 'plain', 'Run 3 is waiting in the queue.'],
    ['paused', 'warn', 'Run 3 is paused.'],
  ] as const)('in the queue: %s', (state, tone, headline) =>
    expect(answer(run('created'), { entry: entry(state) })).toMatchObject({ tone, headline }),
  );

  test.each([
    [[0.1, 0.12], 'plain', /^Run 3 is running/],
    [[0.1, 0.2, 0.3], 'plain', 'Getting better.'],
    [[0.3, 0.305, 0.31], 'plain', 'Still getting better, slowly.'],
    [[0.3, 0.3, 0.3], 'plain', 'No longer getting better.'],
    [[0.3, 0.28, 0.2], 'warn', 'Getting worse: the best epoch is kept.'],
  ] as const)('while it trains, after %j', (aps, tone, headline) => {
    const found = answer(run('running'), { entry: entry('running'), history: history(aps) });
    expect(found.tone).toBe(tone);
    expect(found.headline).toMatch(headline);
  });

  test('another stage than the one that is shown is named, with what is left of it', () => {
    const progress = {
      type: 'progress' as const,
      stage: 'qat' as const,
      activity: quoted(''),
      done: 1,
      total: 2,
      unit: 'steps' as const,
      rate: null,
      secondsLeft: 75,
    };
    expect(
      answer(run('running'), { entry: entry('running'), history: history([0.1, 0.2, 0.3]), progress }),
    ).toMatchObject({ reason: '1 min 15 s left in this stage.' });
  });
});
