import { expect, test } from 'vitest';
import { translate } from '../../../shared/spanish/translate.ts';
import type { Problem } from '../../../shared/problem.ts';
import { requireFiniteParameters, requireFiniteScores } from './diverged.ts';

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
  ['teacher', 'teacher.lr_finetune, teacher.lr_head'],
  ['student', 'student.lr_finetune, student.lr_head'],
  ['qat', 'qat.lr'],
] as const)('what is not a number ends the training of %s with the setting to lower', (stage, setting) => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const found = [
      problemOf(() => requireFiniteParameters(stage, weights(0, value), 2)),
      problemOf(() => requireFiniteScores(stage, Float32Array.of(0, value))),
    ];
    for (const problem of found) {
      expect(problem).toMatchObject({ kind: 'engine' });
      expect(problem!.message).toContain('Training diverged');
      expect(problem!.message).toContain(setting);
      expect(problem!.message.includes('lr_head')).toBe(stage !== 'qat');
      expect(translate(problem!.message), problem!.message).not.toBeNull();
    }
    expect(found[0]!.message).toContain('after epoch 3');
    expect(found[0]!.message).toContain('head.bias');
  }
});
