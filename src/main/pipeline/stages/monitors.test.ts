import { expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { Problem } from '../../../shared/problem.ts';
import { requireMeasurableMonitors } from './monitors.ts';

const labeled = { labels: Int8Array.of(0, 1) };
const none = { labels: Int8Array.of(0, 0) };
const unknown = { labels: Int8Array.of(-1, -1) };
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
  expect(refusal(config('macro_ap', 'macro_f1', 'macro_ap'), [none, unknown, labeled])).toBeNull();
});

test('without any, each setting that cannot be measured is named, with the file and the way out', () => {
  const message = refusal(config('macro_ap', 'val_loss', 'macro_f1'), [none, unknown]);
  expect(message).toContain('val.txt');
  expect(message).toContain('teacher.monitor: macro_ap, qat.monitor: macro_f1');
  expect(message).not.toContain('student');
  expect(message).toContain('val_loss');
  expect(refusal(config('val_loss', 'macro_ap', 'val_loss'), [])).toContain('student.monitor: macro_ap');
});

test('a loss can be measured without labels; a stage without epochs follows no figure', () => {
  expect(refusal(config('val_loss', 'val_loss', 'val_loss'), [none])).toBeNull();
  expect(refusal(config('val_loss', 'val_loss', 'macro_ap', 0), [none])).toBeNull();
});
