import { expect, test } from 'vitest';
import { labelGoalSchema } from './goal.ts';

const bounds = { min_precision: 0.9, min_recall: 0.5 };

test.each([
  { goal: 'max_f1', ...bounds },
  { goal: 'precision', ...bounds, min_precision: 0 },
  { goal: 'recall', ...bounds, min_recall: 1 },
  { goal: 'cost', missCost: 0.25 },
])('%j is a goal', (goal) => expect(labelGoalSchema.parse(goal)).toEqual(goal));

test.each([
  { goal: 'accuracy', ...bounds },
  { goal: 'precision', ...bounds, min_precision: 1.01 },
  { goal: 'recall', ...bounds, min_recall: -0.01 },
  { goal: 'recall', min_precision: 0.9 },
  { goal: 'cost', ...bounds },
  { goal: 'cost', missCost: 0 },
  { ...bounds },
])('%j is none', (goal) => expect(labelGoalSchema.safeParse(goal).success).toBe(false));
