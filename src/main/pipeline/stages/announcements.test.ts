import { expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { Stage } from '../../../shared/events.ts';
import { stages } from '../../../shared/events.ts';
import { announcementOf } from './announcements.ts';

const codeOf = (stage: Stage, config: object): string | undefined =>
  announcementOf(stage, configSchema.parse(config)).code;

test('without epochs the quantization stage does not claim to train', () => {
  expect(codeOf('qat', { qat: { epochs: 0 } })).toBe('stage.quantize');
  expect(codeOf('qat', { qat: { epochs: 1 } })).toBe('stage.quantizeWithTraining');
});

test('a student with alpha 1 learns from the labels only, any other from the teacher as well', () => {
  expect(codeOf('student', { student: { alpha: 1 } })).toBe('stage.studentOnLabelsOnly');
  for (const alpha of [0, 0.5, 0.99]) expect(codeOf('student', { student: { alpha } })).toBe('stage.student');
});

test('each stage announces its own work', () => {
  const texts = stages.map((stage) => announcementOf(stage, configSchema.parse({})).text);
  expect(new Set(texts).size).toBe(stages.length);
  expect(texts.filter((text) => !/^[A-Z].+\.$/.test(text))).toEqual([]);
});
