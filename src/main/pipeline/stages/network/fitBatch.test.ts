import { expect, test } from 'vitest';
import { configSchema } from '../../../../shared/config.ts';
import { fitBatches } from './fitBatch.ts';

const config = configSchema.parse({
  teacher: { batch_size: 16 },
  student: { batch_size: 16, accumulation_steps: 2 },
  qat: { batch_size: 16 },
});

test('a machine with enough memory keeps the settings as they are', () => {
  expect(fitBatches(config, 10, 64e9)).toEqual({ config, notes: [] });
});

test('a batch that does not fit is halved, more are accumulated, and a note explains each change', () => {
  const { config: fitted, notes } = fitBatches(config, 10, 4e9);
  expect([fitted.teacher.batch_size, fitted.teacher.accumulation_steps]).toEqual([2, 8]);
  expect([fitted.student.batch_size, fitted.student.accumulation_steps]).toEqual([8, 4]);
  expect(fitted.qat.batch_size).toBe(8);
  expect(notes.map(({ params }) => [params?.wanted, params?.batch, params?.steps])).toEqual([
    [16, 2, 8],
    [16, 8, 4],
  ]);
  // A resumed run finds settings that fit, and keeps them.
  expect(fitBatches(fitted, 10, 4e9)).toEqual({ config: fitted, notes: [] });
});

test('in low-memory mode larger batches fit', () => {
  const low = configSchema.parse({ ...config, engine: { memory: 'low' } });
  expect(fitBatches(low, 10, 4e9).config.teacher.batch_size).toBeGreaterThan(2);
});
