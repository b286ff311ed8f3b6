import { expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { Problem } from '../../../shared/problem.ts';
import { requireMeasurableMonitors } from './monitors.ts';

const config = (teacher: string, student: string, qat: string, epochs = 1) =>
  configSchema.parse({ teacher: { monitor: teacher }, student: { monitor: student }, qat: { monitor: qat, epochs } });

/** The settings that are refused; null when none is. */
const refused = (...args: Parameters<typeof requireMeasurableMonitors>): unknown => {
  try {
    requireMeasurableMonitors(...args);
    return null;
  } catch (error) {
    expect(error).toMatchObject({ kind: 'data', code: 'data.monitorNotMeasurable' });
    return (error as Problem).params?.settings;
  }
};

test('with one labeled validation image every monitor is allowed', () => {
  expect(refused(config('macro_ap', 'macro_f1', 'macro_ap'), true)).toBeNull();
});

test('without one, each setting that cannot be measured is named', () => {
  expect(refused(config('macro_ap', 'val_loss', 'macro_f1'), false)).toEqual([
    'teacher.monitor: macro_ap',
    'qat.monitor: macro_f1',
  ]);
  expect(refused(config('val_loss', 'macro_ap', 'val_loss'), false)).toEqual(['student.monitor: macro_ap']);
});

test('the loss needs no labels, and a stage without epochs needs no monitor', () => {
  expect(refused(config('val_loss', 'val_loss', 'val_loss'), false)).toBeNull();
  expect(refused(config('val_loss', 'val_loss', 'macro_ap', 0), false)).toBeNull();
});
