import { expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { Problem } from '../../../shared/problem.ts';
import { requireMeasurableMonitors } from './monitors.ts';

const config = (teacher: string, student: string, qat: string, epochs = 1) =>
  configSchema.parse({ teacher: { monitor: teacher }, student: { monitor: student }, qat: { monitor: qat, epochs } });

const refusal = (...args: Parameters<typeof requireMeasurableMonitors>): string | null => {
  try {
    requireMeasurableMonitors(...args);
    return null;
  } catch (error) {
    return (error as Problem).message;
  }
};

test('one labeled validation image is enough to measure anything', () => {
  expect(refusal(config('macro_ap', 'macro_f1', 'macro_ap'), true)).toBeNull();
});

test('without any, each setting that cannot be measured is named, with the file and the way out', () => {
  const message = refusal(config('macro_ap', 'val_loss', 'macro_f1'), false);
  expect(message).toContain('val.txt');
  expect(message).toContain('teacher.monitor: macro_ap, qat.monitor: macro_f1');
  expect(message).not.toContain('student');
  expect(message).toContain('val_loss');
  expect(refusal(config('val_loss', 'macro_ap', 'val_loss'), false)).toContain('student.monitor: macro_ap');
});

test('a loss can be measured without labels; a stage without epochs follows no figure', () => {
  expect(refusal(config('val_loss', 'val_loss', 'val_loss'), false)).toBeNull();
  expect(refusal(config('val_loss', 'val_loss', 'macro_ap', 0), false)).toBeNull();
});
