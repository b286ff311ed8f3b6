import { expect, test } from 'vitest';
import { configSchema } from '../../shared/config.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { rowsWithRepeats } from './seeds.ts';

const run = (
  id: string,
  int8Ap: number | null,
  settings: object,
  testFingerprint = 't',
  valFingerprint = 'v',
): RunSummary => ({
  id,
  project: 'p',
  number: 1,
  name: id,
  createdAt: '',
  preset: null,
  config: configSchema.parse(settings),
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
const shown = (runs: readonly RunSummary[]): string[] =>
  rowsWithRepeats(runs).map(({ run: { id }, follows }) => `${follows ? '> ' : ''}${id}`);

test('repeats over seeds stand together where the first stands, with their mean and sample deviation', () => {
  const rows = rowsWithRepeats([
    run('a', 0.5, { seed: 1 }),
    run('b', 0.9, { seed: 1, student: { alpha: 0.5 } }),
    run('c', 0.6, { seed: 2 }),
    run('d', 0.7, { seed: 3 }),
  ]);
  expect(rows.map(({ run: { id }, follows }) => `${follows ? '> ' : ''}${id}`)).toEqual(['a', '> c', '> d', 'b']);
  expect(rows[0]!.repeats!.mean).toBeCloseTo(0.6, 12);
  expect(rows[0]!.repeats!.spread).toBeCloseTo(0.1, 12);
  expect(rows.slice(1).every(({ repeats }) => repeats === null)).toBe(true);
});

test('the same seed twice, another test or validation set, and runs without scores are no repeats', () => {
  expect(
    shown([
      run('a', 0.5, { seed: 1 }),
      run('b', 0.9, { seed: 9 }, 'other'),
      run('c', 0.5, { seed: 1 }),
      run('d', null, { seed: 3 }),
      run('e', 0.9, { seed: 4 }, 't', 'other'),
    ]),
  ).toEqual(['a', 'b', 'c', 'd', 'e']);
});
