import { describe, expect, test } from 'vitest';
import { configSchema } from '../../shared/config.ts';
import { createFormat } from '../i18n/format.ts';
import { smoothed, stageCurves, trend } from './curves.ts';
import { differences, sections, valueAt, withValue } from './settings.ts';
import { settingMeaning, settingName } from './settingWords.ts';

const config = configSchema.parse({});
const spanish = (_: string, es: string): string => es;
const english = (en: string): string => en;

describe('the form', () => {
  const fields = sections().flatMap((section) => section.fields);

  test('has every setting of the schema, each with a name and a meaning in both languages', () => {
    const keys = Object.entries(config).flatMap(([name, value]) => (typeof value === 'object' ? Object.keys(value as object).map((key) => `${name}.${key}`) : [name]));
    expect(fields.map(({ key }) => key).sort()).toEqual(keys.sort());
    for (const { key, meaning } of fields) {
      expect(meaning, key).not.toBe('');
      expect(settingName(key, english), key).not.toBe(key);
      expect(settingMeaning(key, meaning, spanish), key).not.toBe(meaning);
    }
  });

  test('refuses what the schema refuses, and says why', () => {
    expect(withValue(config, 'student.alpha', 1.5)).toHaveProperty('complaint');
    expect(withValue(config, 'teacher.input_size', 12.5)).toHaveProperty('complaint');
    expect(withValue(config, 'student.alpha', 0.5)).toMatchObject({ config: { student: { alpha: 0.5 } } });
    expect(valueAt(config, 'student.alpha')).toBe(0.7);
  });

  test('knows what was changed', () => {
    const changed = configSchema.parse({ seed: 4, student: { alpha: 0.5 } });
    expect(differences(config, changed)).toEqual(['student.alpha', 'seed']);
  });
});

describe('curves', () => {
  test('smoothing keeps a straight line and does not lag', () => {
    const line = Array.from({ length: 50 }, (_, x) => ({ x, y: 2 * x }));
    const smooth = smoothed(line, 0.6);
    expect(smooth[25]!.y).toBeCloseTo(50, 3);
    expect(smoothed(line, 0)).toEqual(line);
  });

  test('phases of a stage follow each other', () => {
    const phase = (name: string, epochs: number) => ({ stage: 'teacher' as const, phase: name, stepsPerEpoch: 2, steps: { at: [0.5, 1], loss: [1, 0.5], learningRate: [0.1, 0.2] }, epochs: Array.from({ length: epochs }, (_, epoch) => ({ epoch, best: true, metrics: { macro_ap: 0.5 }, perClassAp: null })) });
    const { epochs, loss } = stageCurves({ run: '', vocabulary: [], valPositives: [], phases: [phase('head', 3), phase('finetune', 2)], watched: [], notes: [] }, 'teacher');
    expect(epochs.map(({ x }) => x)).toEqual([1, 2, 3, 4, 5]);
    expect(loss.map(({ x }) => x)).toEqual([0.5, 1, 3.5, 4]);
  });

  test('the trend in a word', () => {
    const rising = (step: number) => Array.from({ length: 8 }, (_, x) => ({ x, y: 0.5 + step * x }));
    expect(trend(rising(0.02)).kind).toBe('better');
    expect(trend(rising(0.001)).kind).toBe('slowly');
    expect(trend(rising(0)).kind).toBe('flat');
    expect(trend(rising(-0.01)).kind).toBe('worse');
    expect(trend(rising(0).slice(0, 2)).kind).toBe('starting');
  });
});

describe('numbers as each language writes them', () => {
  const [en, es] = [createFormat('en'), createFormat('es')];
  test('scores drop the 0 in English only', () => expect([en.score(0.387), es.score(0.387), en.score(1, 2), en.score(null)]).toEqual(['.387', '0,387', '1.00', '–']));
  test('bytes and durations', () => {
    expect([en.bytes(0), en.bytes(999), en.bytes(1500), en.bytes(4_953_844), es.bytes(1500)]).toEqual(['0 B', '999 B', '1.5 kB', '5.0 MB', '1,5 kB']);
    expect([en.duration(35), en.duration(64), en.duration(4020), en.duration(100_000)]).toEqual(['35 s', '1 min 4 s', '1 h 7 min', '1 d 3 h']);
  });
});
