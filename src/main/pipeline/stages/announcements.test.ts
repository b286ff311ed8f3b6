import { expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { Stage } from '../../../shared/events.ts';
import { stages } from '../../../shared/events.ts';
import { announcementOf } from './run.ts';

const said = (stage: Stage, config: object): string => announcementOf(stage, configSchema.parse(config));

test('without epochs in the loop the quantization stage does not claim to train', () => {
  expect(said('qat', { qat: { epochs: 0 } })).toBe('Quantizing the trained student.');
  expect(said('qat', { qat: { epochs: 1 } })).toBe('Quantizing the student with quantization-aware training.');
});

test('a student with alpha 1 learns from the labels alone, any other from the teacher as well', () => {
  expect(said('student', { student: { alpha: 1 } })).toBe('Training the student on the labels alone.');
  for (const alpha of [0, 0.5, 0.99])
    expect(said('student', { student: { alpha } })).toBe('Training the student on the labels and the teacher.');
});

test('each stage announces its own work', () => {
  const all = stages.map((stage) => said(stage, {}));
  expect(new Set(all).size).toBe(stages.length);
  expect(all.filter((text) => !/^[A-Z].+\.$/.test(text))).toEqual([]);
  expect(said('test', {})).toBe('Scoring the test split, once.');
});
