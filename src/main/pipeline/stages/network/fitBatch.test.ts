import { expect, test } from 'vitest';
import { configSchema } from '../../../../shared/config.ts';
import { fitBatches } from './fitBatch.ts';

const config = configSchema.parse({
  teacher: { batch_size: 16 },
  student: { batch_size: 16, accumulation_steps: 2 },
  qat: { batch_size: 16 },
});

test('a machine with room keeps the settings as they are', () => {
  expect(fitBatches(config, 10, 64e9)).toEqual({ config, notes: [] });
});

test('where a batch does not fit it is halved, more are added up, and each change is said', () => {
  const { config: fitted, notes } = fitBatches(config, 10, 4e9);
  expect([fitted.teacher.batch_size, fitted.teacher.accumulation_steps]).toEqual([2, 8]);
  expect([fitted.student.batch_size, fitted.student.accumulation_steps]).toEqual([8, 4]);
  expect(fitted.qat.batch_size).toBe(8);
  expect(notes).toHaveLength(2);
  // A resumed run finds what was fitted, and leaves it.
  expect(fitBatches(fitted, 10, 4e9)).toEqual({ config: fitted, notes: [] });
});

test('low memory leaves room for larger batches', () => {
  const low = configSchema.parse({ ...config, engine: { memory: 'low' } });
  expect(fitBatches(low, 10, 4e9).config.teacher.batch_size).toBeGreaterThan(2);
});
