import { quoted } from '../../shared/message.ts';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../../shared/config.ts';
import { stages } from '../../shared/events.ts';
import type { Stage } from '../../shared/events.ts';
import { stageParts } from './stageParts.ts';
import { secondsLeftOfRun } from './timeLeft.ts';

type Known = Partial<Record<Stage, { state: 'running' | 'finished'; seconds: number }>>;
const run = (known: Known, expected: readonly [Stage, number][], config = configSchema.parse({})) => ({
  config,
  stages: stages.map((stage) => ({
    stage,
    state: known[stage]?.state ?? ('pending' as const),
    seconds: known[stage]?.seconds ?? 0,
    summary: {},
  })),
  expected: expected.map(([stage, seconds]) => ({ stage, seconds })),
});
const progress = (stage: Stage, phase: string, done: number, rate: number | null = 1) => ({
  type: 'progress' as const,
  stage,
  phase,
  activity: quoted(''),
  done,
  total: 100,
  unit: 'steps' as const,
  rate,
  secondsLeft: rate === null ? null : (100 - done) / rate,
});
const measured: [Stage, number][] = [
  ['teacher', 50],
  ['student', 200],
  ['qat', 40],
  ['thresholds', 4],
  ['test', 4],
  ['export', 2],
];

describe('the time left of a run', () => {
  test('this stage at its own rate, the later ones as measured and stretched by how this one compares', () => {
    // 100 steps at 1 a second where 50 s were expected: twice as slow.
    expect(
      secondsLeftOfRun(
        run({ teacher: { state: 'running', seconds: 0 } }, measured),
        progress('teacher', 'finetune', 40),
      ),
    ).toBeCloseTo(60 + 2 * 250, 6);
  });
  test('finished stages say it better than the one that has just begun', () => {
    expect(
      secondsLeftOfRun(
        run({ teacher: { state: 'finished', seconds: 25 }, student: { state: 'running', seconds: 0 } }, measured),
        progress('student', 'finetune', 40),
      ),
    ).toBeCloseTo(60 + 0.5 * 50, 6);
  });
  test('after the head phase all layers are still to come', () => {
    const pretrained = configSchema.parse({ teacher: { weights: 'a', epochs_head: 5, epochs_finetune: 18 } });
    expect(
      secondsLeftOfRun(
        run({ teacher: { state: 'running', seconds: 0 } }, measured, pretrained),
        progress('teacher', 'head', 40),
      ),
    ).toBeCloseTo(60 + 50 * (18 / 20) + 250, 6);
  });
  test('nothing is promised where nothing was measured, or no rate is known', () => {
    expect(secondsLeftOfRun(run({}, []), progress('teacher', 'finetune', 40))).toBeNull();
    expect(secondsLeftOfRun(run({}, measured), progress('teacher', 'finetune', 0, null))).toBeNull();
    expect(secondsLeftOfRun(run({}, measured), null)).toBeNull();
  });
});

describe('the parts of the stage track', () => {
  const pretrained = configSchema.parse({
    teacher: { weights: 'a', epochs_head: 5 },
    student: { weights: 'b', epochs_head: 0 },
  });
  const shown = (known: Known, now: ReturnType<typeof progress> | null) =>
    stageParts(run(known, measured, pretrained), now)
      .filter(({ stage }) => stage === 'teacher' || stage === 'student')
      .map(({ stage, phase, state }) => [stage, phase, state].join(' '));
  test('two phases only where the stage starts from weights and has head epochs', () => {
    expect(shown({ teacher: { state: 'running', seconds: 0 } }, progress('teacher', 'head', 1))).toEqual([
      'teacher head running',
      'teacher finetune pending',
      'student  pending',
    ]);
    expect(shown({ teacher: { state: 'running', seconds: 0 } }, progress('teacher', 'finetune', 1))).toEqual([
      'teacher head finished',
      'teacher finetune running',
      'student  pending',
    ]);
    expect(shown({ teacher: { state: 'finished', seconds: 9 } }, null)).toEqual([
      'teacher head finished',
      'teacher finetune finished',
      'student  pending',
    ]);
  });
  test('a finished stage tells its time once', () => {
    expect(
      stageParts(run({ teacher: { state: 'finished', seconds: 9 } }, measured, pretrained), null)
        .filter(({ stage }) => stage === 'teacher')
        .map(({ seconds }) => seconds),
    ).toEqual([null, 9]);
  });
});
