import { beforeAll, describe, expect, test } from 'vitest';
import { smallBundle, smallLabels } from '../../../../../tests/bundle/smallBundle.ts';
import { smallIntegerModel } from '../../../../../tests/parity/tfliteModel.ts';
import { message } from '../../../../shared/message.ts';
import type { MetricsReport } from '../../eval/metricsReport.ts';
import { writeTflite } from '../../tflite/write.ts';
import type { InferenceConfig } from './inferenceConfig.ts';
import type { ThresholdRecommendation } from './thresholdRecommendation.ts';
import {
  codeFault,
  configFault,
  fileIn,
  jsonFile,
  metricsFault,
  modelIn,
  pagesFault,
  thresholdsFault,
} from './verifyTexts.ts';

let base: ReadonlyMap<string, Buffer>;
beforeAll(async () => {
  base = await smallBundle();
});

const CONFIG = 'inference_config.json';
const THRESHOLDS = 'threshold_recommendation.json';
const METRICS = 'metrics.json';
type Writable<T> = { -readonly [K in keyof T]: Writable<T[K]> };
interface Bundle {
  readonly config: Writable<InferenceConfig>;
  readonly thresholds: Writable<ThresholdRecommendation>;
  readonly metrics: Writable<MetricsReport>;
}
/** The bundle with changes to its JSON files. */
function changed(change: (bundle: Bundle) => unknown, also: Record<string, string | Uint8Array> = {}) {
  const json = (name: string): unknown => JSON.parse(base.get(name)!.toString());
  const bundle = { config: json(CONFIG), thresholds: json(THRESHOLDS), metrics: json(METRICS) } as Bundle;
  change(bundle);
  const files = new Map<string, Uint8Array>(base);
  files.set(CONFIG, jsonFile(bundle.config)).set(THRESHOLDS, jsonFile(bundle.thresholds));
  files.set(METRICS, Buffer.from(`${JSON.stringify(bundle.metrics)}\n`));
  for (const [name, data] of Object.entries(also)) files.set(name, Buffer.from(data as Uint8Array));
  return files;
}
const unchanged = (also: Record<string, string | Uint8Array>) => changed(() => undefined, also);
const textOf = (name: string): string => base.get(name)!.toString();

test('a bundle as the studio writes it has no fault', async () => {
  expect([configFault(base), thresholdsFault(base), metricsFault(base), pagesFault(base)]).toEqual(Array(4).fill(null));
  expect(await codeFault(base)).toBeNull();
});

test('a missing file is named', () => {
  expect(() => fileIn(base, 'x.txt')).toThrow(
    expect.objectContaining({ code: 'file.bundleFileMissing', params: { file: 'x.txt' } }),
  );
});

describe('the configuration', () => {
  test('has the labels of the model', () => {
    const labels = textOf('labels.txt').replace('apple', 'apples');
    expect(configFault(unchanged({ 'labels.txt': labels }))).toEqual(
      message('bundle.labelsDiffer', { file: 'labels.txt' }),
    );
  });

  test('needs a model that the studio described', () => {
    const model = writeTflite(smallIntegerModel(1), {
      ...{ inputType: 'uint8', outputType: 'uint8', labels: smallLabels, name: 'small', version: '1' },
      description: 'a model, "mine"',
    });
    const files = unchanged({ 'model_int8.tflite': model });
    expect(modelIn(files)).toMatchObject({ labels: smallLabels, inputSize: 32 });
    expect(configFault(files)).toEqual(
      message('bundle.descriptionUnknown', { description: '"a model, \\"mine\\""', size: 32, labels: 7 }),
    );
  });

  test('needs a threshold for each label', () => {
    expect(configFault(changed(({ thresholds }) => thresholds.perClass.pop()))).toEqual(
      message('bundle.thresholdCount', { file: THRESHOLDS, found: 6, labels: 7 }),
    );
  });

  test('differs from the model by its first entry that does', () => {
    const files = changed(({ config }) => {
      config.thresholds.globalK = 7;
      config.model.classes = 9;
    });
    expect(configFault(files)).toEqual(
      message('bundle.differsFromModel', {
        ...{ file: CONFIG, path: 'model.classes', found: '9', expected: '7', other: THRESHOLDS },
      }),
    );
  });

  test('may have another padding color, which the parity images check', () => {
    expect(configFault(changed(({ config }) => (config.preprocessing.letterbox.paddingColor = [9, 8, 7])))).toBeNull();
  });

  test('is formatted as the studio writes it', () => {
    expect(configFault(unchanged({ [CONFIG]: `${textOf(CONFIG)}\n` }))).toEqual(
      message('bundle.layout', { file: CONFIG }),
    );
  });
});

describe('the recommended thresholds', () => {
  const faultOf = (change: (bundle: Bundle) => unknown) => {
    const fault = thresholdsFault(changed(change));
    if (fault === null) return null;
    expect(fault).toMatchObject({
      code: 'bundle.differsFromModel',
      params: { file: THRESHOLDS, other: METRICS },
    });
    return (fault.params as { path: string }).path;
  };

  test.each<readonly [string, (bundle: Bundle) => unknown]>([
    ['foundOn.images', ({ thresholds }) => (thresholds.foundOn.images = 5)],
    ['foundOn.images', ({ metrics }) => (metrics.images.val = 5)],
    ['global.k', ({ thresholds }) => (thresholds.global.k = 1)],
    ['global.score', ({ thresholds }) => (thresholds.global.score = 0.9)],
    ['global.k', ({ metrics }) => (metrics.thresholds.globalK = 1)],
    ['perClass[6].label', ({ thresholds }) => (thresholds.perClass[6]!.label = 'x')],
    ['perClass[5].k', ({ thresholds }) => (thresholds.perClass[5]!.k = 0)],
    ['perClass[4].score', ({ thresholds }) => (thresholds.perClass[4]!.score = 0.9)],
    ['perClass[3].valPositives', ({ thresholds }) => (thresholds.perClass[3]!.valPositives = 99)],
    ['perClass[2].valPrecision', ({ thresholds }) => (thresholds.perClass[2]!.valPrecision = 0.999)],
    ['perClass[1].valRecall', ({ thresholds }) => (thresholds.perClass[1]!.valRecall = 0.999)],
    ['perClass[0].valF1', ({ thresholds }) => (thresholds.perClass[0]!.valF1 = 0.999)],
    ['perClass[0].valF1', ({ metrics }) => (metrics.val.int8.at.per_class.perClass[0]!.f1 = 0.999)],
  ])('have the %s of the metrics', (path, change) => expect(faultOf(change)).toBe(path));

  test('keep figures of their own where the metrics have none', () => {
    expect(
      faultOf(({ metrics, thresholds }) => {
        Object.assign(metrics.val.int8.at.per_class.perClass[0]!, { precision: null, recall: null, f1: null });
        Object.assign(thresholds.perClass[0]!, { valPrecision: 0.1, valRecall: 0.2, valF1: 0.3 });
      }),
    ).toBeNull();
  });

  test('have a minimum exactly if their goal needs one', () => {
    const goal = (kind: 'max_f1' | 'recall', minimum: number | null) =>
      thresholdsFault(changed(({ thresholds }) => Object.assign(thresholds.goal, { kind, minimum })));
    const fault = (found: string, of: string) => message('bundle.goalMinimum', { file: THRESHOLDS, found, goal: of });
    expect(goal('max_f1', 0.9)).toEqual(fault('0.9', 'max_f1'));
    expect(goal('recall', null)).toEqual(fault('null', 'recall'));
    expect([goal('max_f1', null), goal('recall', 0.9)]).toEqual([null, null]);
  });
});

describe('the metrics', () => {
  const faultOf = (change: (metrics: Bundle['metrics']) => unknown) => {
    const fault = metricsFault(changed(({ metrics }) => change(metrics)));
    if (fault === null) return null;
    expect(fault).toMatchObject({ code: 'bundle.differsFromCounts', params: { file: METRICS } });
    return (fault.params as { path: string }).path;
  };

  test.each<readonly [string, (metrics: Bundle['metrics']) => unknown]>([
    ['labels[3]', (metrics) => (metrics.labels[3] = 'x')],
    ['labels[7]', (metrics) => metrics.labels.push('x')],
    ['val.teacher.images', (metrics) => (metrics.val.teacher.images = 31)],
    ['test.int8.images', (metrics) => (metrics.test.int8.images = 21)],
    ['val.student.macroAp', (metrics) => (metrics.val.student.macroAp = 0.999)],
    ['test.int8.macroAp', (metrics) => (metrics.test.int8.perClass[0]!.averagePrecision = 0.999)],
    ['test.int8.macroAp', (metrics) => (metrics.test.int8.perClass[0]!.averagePrecision = null)],
    ['val.teacher.classesLeftOut', (metrics) => (metrics.val.teacher.classesLeftOut = 3)],
    ['test.student.trueNoLabelRate', (metrics) => (metrics.test.student.trueNoLabelRate = 0.999)],
    ['val.teacher.perClass[2].support', (metrics) => (metrics.val.teacher.perClass[2]!.support = 0)],
    ['test.student.at.0.5.macroF1', (metrics) => (metrics.test.student.at['0.5'].macroF1 = 0.999)],
    ['val.int8.at.global.microRecall', (metrics) => (metrics.val.int8.at.global.microRecall = 0.999)],
    ['test.int8.at.per_class.perClass[1].f1', (metrics) => (metrics.test.int8.at.per_class.perClass[1]!.f1 = 0.999)],
    ['val.int8.at.global.perClass[0].confusion.fn', ({ val }) => (val.int8.at.global.perClass[0]!.confusion.fn += 1)],
    ['val.int8.at.global.perClass[0].confusion.tn', ({ val }) => (val.int8.at.global.perClass[0]!.confusion.tn += 1)],
  ])('follow from the counts: %s', (path, change) => expect(faultOf(change)).toBe(path));

  test('may have fewer images that lack a label, because unknown labels are not counted', () => {
    expect(faultOf(({ val }) => (val.int8.at.global.perClass[0]!.confusion.tn -= 1))).toBeNull();
  });

  test('may have any share of images without a predicted label', () => {
    expect(faultOf(({ val }) => (val.int8.at.global.noLabelRate = 0.123))).toBeNull();
  });

  test('may have no mean when no label is measured', () => {
    expect(
      faultOf((metrics) => {
        for (const own of Object.values(metrics.test)) {
          for (const figures of own.perClass) figures.averagePrecision = null;
          Object.assign(own, { macroAp: null, classesLeftOut: 7 });
        }
      }),
    ).toBeNull();
  });

  test('have a threshold for each label', () => {
    expect(metricsFault(changed(({ metrics }) => metrics.thresholds.perClassK.pop()))).toEqual(
      message('bundle.thresholdCount', { file: METRICS, found: 6, labels: 7 }),
    );
  });
});

describe('the pages', () => {
  const CARD = 'MODEL_CARD.md';
  const cardWithout = (line: RegExp) => {
    const [whole] = line.exec(textOf(CARD))!;
    return pagesFault(unchanged({ [CARD]: textOf(CARD).replace(whole, whole.replaceAll(/[0-9]/g, '8')) }));
  };

  test.each([
    ['the task', /- Task: .*/],
    ['the model', /- efficientnet-lite0, .*/],
    ['the average precision', /\| mean average precision .*/],
    ['a weak label', /- `\w+`.*: average precision 0\.\d+ on \d+ test images /],
    ['the training images', /- train: \d+ images, fingerprint `\w+`/],
    ['the test images', /- test: \d+ images/],
  ])('show %s', (_, line) => {
    expect(cardWithout(line)).toMatchObject({
      code: 'bundle.cardLine',
      params: { file: CARD, other: METRICS, line: expect.stringMatching(/^\S.*\S$/) as string },
    });
  });

  test('show the verdict at the beginning of a line', () => {
    const quality = /^The file is faithful.*\n\n(.{20})/m.exec(textOf(CARD))![1]!;
    const files = unchanged({ [CARD]: textOf(CARD).replace(quality, ` ${quality}`) });
    expect(pagesFault(files)).toMatchObject({ code: 'bundle.cardLine' });
  });

  test('show the labels that are not measured', () => {
    const unmeasured = (label: string) =>
      pagesFault(
        changed(
          ({ metrics }) => Object.assign(metrics.test.int8.perClass[0]!, { averagePrecision: null, support: 0 }),
          {
            [CARD]: `${textOf(CARD)}\nNot measured on test (1): \`${label}\`.\n`,
          },
        ),
      );
    expect(unmeasured('pear')).toMatchObject({ code: 'bundle.cardLine' });
  });

  test.each(['report.html', 'report.es.html'])('show the table of the networks in %s', (name) => {
    expect(pagesFault(unchanged({ [name]: textOf(name).replaceAll(/0[.,]\d{3}/g, '0.999') }))).toEqual(
      message('bundle.tableMissing', { file: name, other: METRICS }),
    );
  });
});

describe('the code', () => {
  test.each([
    'preprocess/letterbox.h',
    'sample/android/tagger/src/main/kotlin/Tagger.kt',
    'sample/android/tagger/src/main/kotlin/Usage.kt',
    'sample/ios/Sources/Tagger/Tagger.swift',
    'sample/python/tagger.py',
    'check.py',
    'check.mjs',
    'LICENSE',
  ])('in %s is that of the studio', async (name) => {
    expect(await codeFault(unchanged({ [name]: `${textOf(name)}\n` }))).toEqual(
      message('bundle.codeDiffers', { file: name }),
    );
  });
});
