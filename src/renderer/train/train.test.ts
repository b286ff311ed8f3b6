import { describe, expect, test } from 'vitest';
import { translator } from '../../shared/locales/translate.ts';
import { configSchema } from '../../shared/config.ts';
import { createFormat } from '../i18n/format.ts';
import { smoothed, smoothedSteps, stageEpochs, stageSteps, trend, withSteps } from './curves.ts';
import { differences, sections, valueAt, withValue } from './settings.ts';
import { settingMeaning, settingName } from '../../shared/settingWords.ts';

const config = configSchema.parse({});
const spanish = translator('es');
const english = translator('en');

describe('the form', () => {
  const fields = sections().flatMap((section) => section.fields);

  test('has every setting of the schema, each with a name and a meaning in both languages', () => {
    const keys = Object.entries(config).flatMap(([name, value]) =>
      typeof value === 'object' ? Object.keys(value as object).map((key) => `${name}.${key}`) : [name],
    );
    expect(fields.map(({ key }) => key).sort()).toEqual(keys.sort());
    for (const { key } of fields)
      for (const t of [english, spanish])
        for (const text of [settingName(key, t), settingMeaning(key, t)])
          expect(text, key).not.toMatch(/^(setting\.|$)/);
  });

  test('rejects what the schema rejects, and says why', () => {
    expect(withValue(config, 'student.alpha', 1.5)).toMatchObject({ issue: { code: 'too_big' } });
    expect(withValue(config, 'teacher.input_size', 12.5)).toMatchObject({ issue: { code: 'invalid_type' } });
    expect(withValue(config, 'student.alpha', 0.5)).toMatchObject({ config: { student: { alpha: 0.5 } } });
    expect(valueAt(config, 'student.alpha')).toBe(0.7);
  });

  test('offers as students what can be quantized', () => {
    const options = (key: string): readonly string[] =>
      fields.flatMap((field) => (field.key === key && field.type.kind === 'choice' ? field.type.options : []));
    expect(options('student.architecture')).toEqual([
      ...[0, 1, 2, 3, 4].map((member) => `efficientnet-lite${member}`),
      'mobilenetv4-conv-small',
    ]);
    expect(options('teacher.architecture')).toContain('efficientnet-b7');
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
    const phase = (name: string, epochs: number) => ({
      stage: 'teacher' as const,
      phase: name,
      stepsPerEpoch: 2,
      plannedEpochs: 3,
      steps: { at: [0.5, 1], loss: [1, 0.5], learningRate: [0.1, 0.2] },
      epochs: Array.from({ length: epochs }, (_, epoch) => ({
        epoch,
        best: true,
        metrics: { macro_ap: 0.5 },
        perClassAp: null,
      })),
    });
    const phases = [phase('head', 3), phase('finetune', 2)];
    const { epochs, planned } = stageEpochs(phases, 'teacher');
    expect(epochs.map(({ x }) => x)).toEqual([1, 2, 3, 4, 5]);
    expect(planned).toBe(6);
    expect(stageSteps(phases, 'teacher').loss.raw.map(({ x }) => x)).toEqual([0.5, 1, 3.5, 4]);
  });

  test('a long curve becomes few points that keep its extremes and its mean', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => i);
    const loss = many.map((i) => (i === 77_777 ? 9 : i === 1234 ? -9 : i % 2));
    const { loss: curve } = stageSteps(
      [
        {
          stage: 'student',
          phase: 'finetune',
          stepsPerEpoch: 1000,
          plannedEpochs: 100,
          steps: { at: many.map((i) => i / 1000), loss, learningRate: loss },
          epochs: [],
        },
      ],
      'student',
    );
    expect(curve.means.length).toBeLessThanOrEqual(500);
    expect(curve.raw.length).toBe(2 * curve.means.length);
    const ys = curve.raw.map(({ y }) => y);
    expect([Math.min(...ys), Math.max(...ys)]).toEqual([-9, 9]);
    expect(curve.raw.every(({ x }, i, all) => i === 0 || x > all[i - 1]!.x)).toBe(true);
    expect(curve.means[100]!.y).toBeCloseTo(0.5, 10);
    // Means of many steps are smooth already: they are not smoothed a second time.
    expect(smoothedSteps(curve, 0.9)[250]!.y).toBeCloseTo(curve.means[250]!.y, 4);
  });

  test('steps reported since the history was read are added once', () => {
    const before = {
      stage: 'teacher' as const,
      phase: 'finetune',
      stepsPerEpoch: 4,
      plannedEpochs: 2,
      steps: { at: [0.25, 0.5], loss: [3, 2], learningRate: [0.1, 0.2] },
      epochs: [],
    };
    const step = (epoch: number, at: number, loss: number) => ({
      type: 'step' as const,
      stage: 'teacher' as const,
      phase: 'finetune',
      epoch,
      step: at,
      metrics: { loss, learning_rate: 0.3 },
    });
    const [after] = withSteps(
      [before],
      [step(0, 2, 99), step(0, 4, 1), { ...step(1, 1, 0.5), metrics: {} }, { ...step(1, 2, 7), phase: 'head' }],
    );
    expect(after!.steps).toEqual({
      at: [0.25, 0.5, 1, 1.25],
      loss: [3, 2, 1, null],
      learningRate: [0.1, 0.2, 0.3, null],
    });
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
  test('scores drop the 0 in English only', () =>
    expect([en.score(0.387), es.score(0.387), en.score(1, 2), en.score(null)]).toEqual(['.387', '0,387', '1.00', '–']));
  test('bytes and durations', () => {
    expect([en.bytes(0), en.bytes(999), en.bytes(1500), en.bytes(4_953_844), es.bytes(1500)]).toEqual([
      '0 B',
      '999 B',
      '1.5 kB',
      '5.0 MB',
      '1,5 kB',
    ]);
    expect([en.duration(35), en.duration(64), en.duration(4020), en.duration(100_000)]).toEqual([
      '35 s',
      '1 min 4 s',
      '1 h 7 min',
      '1 d 3 h',
    ]);
  });
});
