import { expect, test } from 'vitest';
import type { Problem } from '../../../shared/problem.ts';
import { divergedLoss, requireFiniteParameters, requireFiniteScores } from './diverged.ts';

const problemOf = (work: () => void): Problem | null => {
  try {
    work();
    return null;
  } catch (error) {
    return error as Problem;
  }
};
const weights = (...values: number[]) =>
  new Map([
    ['stem.kernel', { shape: [2], data: Float32Array.of(1, -3.4e38) }],
    ['head.bias', { shape: [values.length], data: Float32Array.from(values) }],
  ]);

test('finite weights and scores pass, however large', () => {
  expect(problemOf(() => requireFiniteParameters('teacher', weights(0, 3.4e38), 0))).toBeNull();
  expect(problemOf(() => requireFiniteScores('teacher', Float32Array.of(-1e30, 1e30)))).toBeNull();
});

test.each([
  ['teacher', ['teacher.lr_finetune', 'teacher.lr_head']],
  ['student', ['student.lr_finetune', 'student.lr_head']],
  ['qat', ['qat.lr']],
] as const)('a value that is not a number ends the training of %s and names the learning rates', (stage, settings) => {
  for (const value of [NaN, Infinity, -Infinity]) {
    expect(problemOf(() => requireFiniteParameters(stage, weights(0, value), 2))).toMatchObject({
      kind: 'engine',
      code: 'engine.divergedWeights',
      params: { epoch: 3, weights: 'head.bias', settings },
    });
    expect(problemOf(() => requireFiniteScores(stage, Float32Array.of(0, value)))).toMatchObject({
      kind: 'engine',
      code: 'engine.divergedScores',
      params: { settings },
    });
  }
  expect(divergedLoss(stage, 2, 4)).toMatchObject({
    code: 'engine.divergedLoss',
    params: { epoch: 3, step: 5, settings },
  });
});
