import { message } from '../../../shared/message.ts';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { randomStream } from '../../../shared/random.ts';
import { decide, histogram, searchThresholds } from '../../../shared/metrics/thresholds.ts';
import { METRICS_FORMAT_VERSION } from '../eval/metricsReport.ts';
import { evaluateSplit } from '../eval/splitMetrics.ts';
import { buildReport } from './build.ts';
import { classIntervals } from './classIntervals.ts';
import { calibrationCsv, classesCsv, csv, networksCsv, runCsv, sensitivityCsv } from './csv.ts';
import { calibration, confusionPairs, cooccurrencePairs, operatingPoints } from './figures.ts';
import { modelCard } from './modelCard.ts';
import { reportPage } from './page.ts';
import { waitedShares } from './waiting.ts';
import type { Report } from './schema.ts';
import { reportSchema } from './schema.ts';

interface Golden {
  readonly classes: number;
  readonly labels: number[];
  readonly codes: number[];
  readonly curves: {
    readonly precision: number[];
    readonly recall: number[];
    readonly fpr: number[];
    readonly tpr: number[];
  }[];
  readonly calibration: { readonly of: number[]; readonly observed: number[]; readonly meanScore: number[] }[];
}
const golden = JSON.parse(
  readFileSync(new URL('../../../../tests/golden/report/curves.json', import.meta.url), 'utf8'),
) as Golden;
const scored = { codes: Uint8Array.from(golden.codes), labels: Int8Array.from(golden.labels), classes: golden.classes };

const expectClose = (found: readonly number[], expected: readonly number[]): void => {
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 12);
  });
};

describe('against scikit-learn', () => {
  test.each(golden.curves.map((curve, c) => [c, curve] as const))(
    'curves of class %i',
    (c, { precision, recall, fpr, tpr }) => {
      const points = operatingPoints(histogram(scored.codes, scored.labels, scored.classes, c));
      expectClose(
        points.map((point) => point.precision),
        precision,
      );
      expectClose(
        points.map((point) => point.recall),
        recall,
      );
      expectClose(
        points.map((point) => point.falsePositiveRate),
        fpr,
      );
      expectClose(
        points.map((point) => point.recall),
        tpr,
      );
    },
  );

  test.each(golden.calibration)('calibration of classes $of', ({ of, observed, meanScore }) => {
    const { bins, ece } = calibration(scored, new Set(of));
    expectClose(
      bins.map((bin) => bin.observed),
      observed,
    );
    expectClose(
      bins.map((bin) => bin.meanScore),
      meanScore,
    );
    const total = bins.reduce((sum, { count }) => sum + count, 0);
    expect(total).toBe(of.length * 60);
    expect(ece).toBeCloseTo(
      observed.reduce((sum, share, i) => sum + bins[i]!.count * Math.abs(share - meanScore[i]!), 0) / total,
      12,
    );
  });
});

test('confusions and co-occurrences, counted image by image', () => {
  // Images: a predicted as b; a and b both found; c missed; a unknown and b predicted wrongly.
  const labels = Int8Array.of(1, 0, 0, 1, 1, 0, 0, 0, 1, -1, 0, 0);
  const predicted = Uint8Array.of(0, 1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0);
  expect([...confusionPairs({ labels, codes: predicted, classes: 3 }, predicted)]).toEqual([
    [1, 1],
    [0, 1],
    [4, 1],
  ]);
  expect([...cooccurrencePairs(labels, 3)]).toEqual([[1, 1]]);
  expect([...cooccurrencePairs(predicted, 3)]).toEqual([[1, 2]]);
});

const names = ['apple', '<script>alert(1)</script>', 'تفاح 🍎', 'never seen'];
const images = 80;

function example(): Report {
  const stream = randomStream(1, 'report page');
  const labels = Int8Array.from({ length: images * names.length }, (_, i) =>
    i % names.length < 3 && stream() < 0.3 ? 1 : 0,
  );
  const codes = Uint8Array.from(labels, (label) => Math.floor(60 + 50 * label + 120 * stream()));
  const found = searchThresholds(codes, labels, names.length, {
    goal: 'max_f1',
    min_precision: 0.9,
    min_recall: 0.9,
    smoothing: 0,
  });
  const thresholds = { globalK: found.globalK, perClassK: found.perClass.map(({ k }) => k) };
  const int8 = evaluateSplit({ labels, codes, logits: null, classes: names.length, thresholds, seed: 1 });
  const own = { teacher: int8, student: int8, int8 };
  const agreement = { decisions: 1, scoreDifference: 0 };
  const goals = names.map(() => ({ goal: 'max_f1' as const, min_precision: 0.9, min_recall: 0.9 }));
  return buildReport({
    metrics: {
      formatVersion: METRICS_FORMAT_VERSION,
      labels: names,
      images: { train: 1, val: images, test: images },
      fingerprints: { train: 'a', val: 'b', test: 'c' },
      thresholds,
      val: own,
      test: own,
      agreement: { val: agreement, test: agreement },
      goals,
    },
    run: {
      id: 'run',
      project: 'Fruit & <b>veg</b>',
      createdAt: '2026-01-02T03:04:05Z',
      notes: '',
      seed: 1,
      testOpenings: 1,
      teacher: 'b3',
      student: 'lite1',
      pretrained: { teacher: true, student: false },
      trainedWhileQuantized: null,
    },
    dataset: Object.fromEntries(
      (['train', 'val', 'test'] as const).map((split) => [
        split,
        { images, meanLabels: 0.9, noLabelRate: 0.3, labelsPerImage: [24, 40, 16] },
      ]),
    ) as Report['dataset'],
    test: { codes, labels, classes: names.length },
    trainPositives: [30, 30, 30, 0],
    goals,
    leftOut: 7,
    postTraining: { codes, labels },
    errors: [
      {
        path: 'images/"><img src=x>.jpg',
        label: names[1]!,
        kind: 'falsePositive',
        score: 0.9,
        threshold: 0.5,
        truth: [],
        picture: null,
      },
    ],
    config: configSchema.parse({}),
    stages: { teacher: 5000, test: 30 },
    waited: { teacher: 0.023 },
    hardware: {
      processor: 'cpu',
      cores: 2,
      memoryBytes: 2 ** 34,
      system: 'Linux',
      engine: message('engines.cpuPlain', { count: 2 }),
    },
    versions: { destila: '1' },
  });
}

const cardModel = { architecture: 'efficientnet-lite1', inputSize: 240, bytes: 4_000_000, sha256: '0123' };

describe('the report', () => {
  const report = example();

  test('matches its schema and survives a round trip through JSON', () => {
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    const { precision, recall, f1, curve } = report.classes[0]!;
    // The table shows the point of the curve at the threshold.
    const point = curve.findLast(({ k }) => k >= report.classes[0]!.k)!;
    expect([point.precision, point.recall]).toEqual([precision, recall]);
    expect((2 * precision! * recall!) / (precision! + recall!)).toBeCloseTo(f1!, 12);
    expect(report.classes[3]).toMatchObject({ averagePrecision: null, curve: [] });
  });

  test('has each figure inside its interval', () => {
    const { f1, f1Interval, averagePrecision, averagePrecisionInterval } = report.classes[0]!;
    expect(f1Interval.low! < f1! && f1! < f1Interval.high!).toBe(true);
    expect(
      averagePrecisionInterval.low! < averagePrecision! && averagePrecision! < averagePrecisionInterval.high!,
    ).toBe(true);
  });

  test('moves all thresholds; a shift of 0 gives the figures of the report', () => {
    expect(report.sensitivity.find(({ shift }) => shift === 0)!.microF1).toBe(
      report.metrics.test.int8.at.per_class.microF1,
    );
    expect(report.sensitivity.at(-1)!.microRecall).toBeLessThan(report.sensitivity[0]!.microRecall!);
  });

  test.each(['en', 'es'] as const)(
    'is a self-contained page in %s: it fetches nothing, and text that people wrote never becomes markup',
    (language) => {
      const page = reportPage(report, language);
      expect(page).toContain(`<html lang="${language}">`);
      expect(page).not.toMatch(/<script|<img src=x|<b>veg|https?:\/\/|NaN|undefined/);
      expect(page).toContain('&lt;script&gt;');
      expect(page).toContain('تفاح 🍎');
    },
  );

  test('has the same tables, rows and figures in both languages', () => {
    const count = (language: 'en' | 'es', mark: RegExp): number => reportPage(report, language).match(mark)!.length;
    for (const mark of [/<table/g, /<tr/g, /<svg/g, /<section/g]) expect(count('es', mark)).toBe(count('en', mark));
  });

  test('has CSV for spreadsheets, whatever the labels are', () => {
    expect(
      csv([
        ['a"b', 1.5, null],
        ['c,d', 'e\nf', 2],
      ]),
    ).toBe('\uFEFF"a""b",1.5,\r\n"c,d","e\nf",2\r\n');
    expect(classesCsv(report).trim().split('\r\n')).toHaveLength(1 + names.length);
  });

  test('has every number of the page as CSV', () => {
    const rows = (text: string): string[] => text.trim().split('\r\n').slice(1);
    expect(rows(networksCsv(report))).toHaveLength(2 * 3 * 3);
    expect(rows(networksCsv(report))[8]).toBe(
      `test,int8,per_class,${[report.metrics.test.int8.macroAp, ...(['macroPrecision', 'macroRecall', 'macroF1', 'microF1', 'noLabelRate'] as const).map((figure) => report.metrics.test.int8.at.per_class[figure])].join(',')}`,
    );
    expect(rows(calibrationCsv(report))).toHaveLength(report.calibration.bins.length);
    expect(rows(sensitivityCsv(report)).map((row) => row.split(',')[0])).toEqual(
      report.sensitivity.map(({ shift }) => String(shift)),
    );
    const run = rows(runCsv(report));
    for (const row of [
      `calibration.ece,${report.calibration.ece}`,
      `dataset.test.images,${images}`,
      'dataset.test.labelsPerImage,24 40 16',
      'stage_seconds.teacher,5000',
      'waited_share.teacher,0.023',
      'hardware.cores,2',
      'config.student.architecture,efficientnet-lite1',
      'config.data.padding_color,0 0 0',
      'config.teacher.weights,',
      'run.pretrained.teacher,true',
    ])
      expect(run).toContain(row);
  });

  test('names the engine, and how long steps waited for images, in the language of the page', () => {
    // Reports of earlier versions have the engine as plain text, which stays as it is.
    const hardware = { ...report.hardware, engine: 'onnxruntime on the CPU, 2 threads' };
    const earlier = reportSchema.parse(JSON.parse(JSON.stringify({ ...report, hardware })));
    for (const language of ['en', 'es'] as const)
      expect(reportPage(earlier, language)).toContain('onnxruntime on the CPU, 2 threads');
    expect([reportPage(report, 'en').includes('2.3%'), reportPage(report, 'es').includes('2,3 %')]).toEqual([
      true,
      true,
    ]);
  });

  test('leaves a label without a positive image out of every average and lists it', () => {
    const { int8 } = report.metrics.test;
    expect(report.classes[3]).toMatchObject({
      precision: null,
      recall: null,
      f1: null,
      ece: null,
      images: { test: 0 },
    });
    expect(report.classes[3]!.quality.verdict).toBeNull();
    // The mean over the three measured labels, computed from their counts.
    const f1s = int8.at.per_class.perClass
      .slice(0, 3)
      .map(({ confusion: { tp, fp, fn } }) => (2 * tp) / (2 * tp + fp + fn));
    expect(int8.at.per_class.macroF1).toBeCloseTo((f1s[0]! + f1s[1]! + f1s[2]!) / 3, 12);
    expect(reportPage(report, 'en')).toContain('Test: 1 label is not measured.');
    expect(reportPage(report, 'es')).toContain('1 etiqueta no está medida.');
    expect(classesCsv(report).trim().split('\r\n').at(-1)).toMatch(/^never seen,.*,f1,0\.8,,not measured,,,,,,$/);
    expect(modelCard(report, cardModel)).toContain('Not measured on test (1): `never seen`.');
  });

  test('counts the images that are not labeled yet', () => {
    expect(reportPage(report, 'en')).toContain('Images without labels: 7, not labeled yet');
    expect(modelCard(report, cardModel)).toContain('not labeled yet: 7 images');
  });

  test('begins with the verdict on the model, computed by hand from the confusion counts', () => {
    const below = report.metrics.test.int8.at.per_class.perClass
      .slice(0, 3)
      .filter(({ confusion: { tp, fp, fn } }) => (2 * tp) / (2 * tp + fp + fn) < 0.8).length;
    expect(below).toBeGreaterThan(0);
    const verdict = `${below} of 3 labels ${below === 1 ? 'is below its' : 'are below their'} goal`;
    expect(reportPage(report, 'en')).toContain(verdict);
    expect(modelCard(report, cardModel)).toContain(verdict);
  });

  test('has a model card with the facts about the model file', () => {
    const card = modelCard(report, cardModel);
    expect(card).toContain('- efficientnet-lite1, 240 x 240 RGB, INT8, 4.0 MB, SHA-256 `0123`.\n');
    expect(card).toContain('trained from scratch');
    expect(card).not.toMatch(/NaN|undefined/);
  });

  test.each([
    [{ epochs: 0, kept: false, alpha: 0.7 }, 'Distilled from', 'quantized without further training'],
    [{ epochs: 2, kept: false, alpha: 0.7 }, 'Distilled from', 'quantized without further training'],
    [{ epochs: 2, kept: true, alpha: 1 }, 'Trained on the labels alone', 'quantization-aware training'],
    [{ epochs: 2, kept: null, alpha: 1 }, 'Trained on the labels alone', 'quantization-aware training'],
  ])('claims only the training that ships: %o', ({ epochs, kept, alpha }, learned, quantized) => {
    const { config, run } = report;
    const made = {
      ...report,
      run: { ...run, trainedWhileQuantized: kept },
      config: { ...config, qat: { ...config.qat, epochs }, student: { ...config.student, alpha } },
    };
    const card = modelCard(made, cardModel);
    expect(card).toContain(learned);
    expect(card).toContain(quantized);
    expect(reportPage(made, 'en').includes('PTQ, val')).toBe(epochs > 0);
  });
});

test('an interval of F1 equals the one of the drawn images', () => {
  const stream = randomStream(2, 'intervals');
  const labels = Int8Array.from({ length: 400 }, () => (stream() < 0.5 ? 1 : 0));
  const codes = Uint8Array.from(labels, (label) => Math.floor(100 * stream() + 100 * label));
  const { f1 } = classIntervals({ labels, codes, classes: 1 }, decide(codes, [128]), 1)[0]!;
  // Draws the images one by one.
  const values: number[] = [];
  for (let replicate = 0; replicate < 1000; replicate++) {
    const draws = randomStream(1, replicate, 'bootstrap');
    let [tp, wrong] = [0, 0];
    for (let i = 0; i < 400; i++) {
      const image = Math.floor(draws() * 400);
      const predicted = codes[image]! >= 128 ? 1 : 0;
      if (predicted === 1 && labels[image] === 1) tp++;
      else if (predicted !== labels[image]) wrong++;
    }
    values.push((2 * tp) / (2 * tp + wrong));
  }
  values.sort((a, b) => a - b);
  expect(f1.low).toBeCloseTo(values[Math.round(0.025 * 999)]!, 12);
  expect(f1.high).toBeCloseTo(values[Math.round(0.975 * 999)]!, 12);
});

test('the share of waiting is that of all phases of the stage', () => {
  const epoch = (phase: string, seconds: number, waited: number): string =>
    JSON.stringify({ type: 'epoch', stage: 'teacher', phase, seconds, waited_seconds: waited, loss: 1 });
  const lines = [
    JSON.stringify({ type: 'step', stage: 'teacher', loss: 1 }),
    epoch('head', 10, 1),
    epoch('head', 20, 0),
    epoch('finetune', 60, 2),
    epoch('finetune', 80, 2),
    '',
  ];
  expect(waitedShares(lines.join('\n'))).toEqual({ teacher: 5 / 100 });
});
