import { expect, test } from 'vitest';
import { configSchema } from '../../shared/config.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { gainOver } from './refusal.ts';

const run = (int8Ap: number | null, valFingerprint = 'v', testFingerprint = 't'): RunSummary => ({
  id: 'r',
  project: 'p',
  number: 1,
  name: 'Run 1',
  createdAt: '',
  preset: null,
  config: configSchema.parse({}),
  state: 'finished',
  problem: null,
  stages: [],
  expected: [],
  engine: null,
  note: '',
  pinned: false,
  trashed: false,
  seconds: 0,
  val: { teacherAp: null, studentAp: null, int8Ap, int8F1: null },
  valFingerprint,
  testFingerprint,
  testOpened: 0,
  exported: false,
  bytes: 0,
  freeableBytes: 0,
  pretrained: false,
});
const baseline = run(0.5);

test('a run is compared with the baseline only when both were evaluated on the same images and labels', () => {
  expect(gainOver(baseline, run(0.75))).toEqual({ gain: 0.25 });
  expect(gainOver(baseline, run(0.75, 'other'))).toEqual({ refused: 'validation' });
  expect(gainOver(baseline, run(0.75, 'v', 'other'))).toEqual({ refused: 'test' });
});

test('without a baseline, scores or another run there is nothing to say', () => {
  expect([
    gainOver(null, run(0.5)),
    gainOver(baseline, baseline),
    gainOver(baseline, run(null, 'other')),
    gainOver(run(null), run(0.5, 'other')),
  ]).toEqual([null, null, null, null]);
});
