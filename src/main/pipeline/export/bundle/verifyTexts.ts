import type { Message } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import { Problem } from '../../../../shared/problem.ts';
import { metricsReportSchema } from '../../eval/metricsReport.ts';
import type { MetricsReport } from '../../eval/metricsReport.ts';
import { decisionFigures } from '../../eval/splitMetrics.ts';
import type { SplitMetrics } from '../../eval/splitMetrics.ts';
import { nanMean } from '../../../../shared/metrics/metrics.ts';
import { cardFigures } from '../../report/modelCard.ts';
import { networks } from '../../report/overview.ts';
import { wording } from '../../report/words.ts';
import { summarizeTflite } from '../../tflite/io.ts';
import type { TfliteSummary } from '../../tflite/io.ts';
import { encodeLabels } from '../../tflite/labels.ts';
import { readTflite } from '../../tflite/read.ts';
import { bundleLicense } from './bundleLicense.ts';
import type { ReadmeFacts } from './bundleReadme.ts';
import { bundleReadme } from './bundleReadme.ts';
import { checkPrograms } from './checkPrograms.ts';
import type { Difference } from './bundleJson.ts';
import { firstDifference, parseBundleJson } from './bundleJson.ts';
import type { InferenceConfig } from './inferenceConfig.ts';
import { buildInferenceConfig, inferenceConfigSchema } from './inferenceConfig.ts';
import { letterboxHeader } from './letterboxHeader.ts';
import * as manifest from './manifest.ts';
import { sampleCode } from './sampleCode.ts';
import type { ThresholdRecommendation } from './thresholdRecommendation.ts';
import { thresholdRecommendationSchema } from './thresholdRecommendation.ts';
import { sha256 } from './writeBundle.ts';

/*
 * Regenerates every text of a bundle from the model, the thresholds and the metrics, and compares it with the file in
 * the bundle.
 */

/** Contents by path inside the bundle. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** Returns the first fault that it finds; null when there is none. */
export type FindFault = () => Promise<Message | null> | Message | null;

export function fileIn(files: Files, name: string): Uint8Array {
  const found = files.get(name);
  if (found === undefined) throw new Problem('file.bundleFileMissing', { file: name });
  return found;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
export const jsonFile = (value: object): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

export const configIn = (files: Files): InferenceConfig =>
  parseBundleJson(inferenceConfigSchema, manifest.CONFIG_FILE, fileIn(files, manifest.CONFIG_FILE));
export const metricsIn = (files: Files): MetricsReport =>
  parseBundleJson(metricsReportSchema, manifest.METRICS_FILE, fileIn(files, manifest.METRICS_FILE));
const recommendationIn = (files: Files): ThresholdRecommendation =>
  parseBundleJson(thresholdRecommendationSchema, manifest.THRESHOLDS_FILE, fileIn(files, manifest.THRESHOLDS_FILE));
export const modelIn = (files: Files): TfliteSummary => summarizeTflite(readTflite(fileIn(files, manifest.MODEL_FILE)));

/** Compares labels.txt and inference_config.json with the model and the thresholds. */
export function configFault(files: Files): Message | null {
  const bytes = fileIn(files, manifest.MODEL_FILE);
  const model = modelIn(files);
  const { labels, inputSize, description } = model;
  if (!sameBytes(fileIn(files, manifest.LABELS_FILE), encodeLabels(labels)))
    return message('bundle.labelsDiffer', { file: manifest.LABELS_FILE });
  const architecture = manifest.architectureIn(description);
  if (description !== manifest.modelDescription(architecture, inputSize, labels.length))
    return message('bundle.descriptionUnknown', {
      description: JSON.stringify(description),
      size: inputSize,
      labels: labels.length,
    });
  const config = configIn(files);
  const thresholds = recommendationIn(files);
  if (thresholds.perClass.length !== labels.length)
    return wrongCount(manifest.THRESHOLDS_FILE, thresholds.perClass, labels);
  const expected = buildInferenceConfig({
    file: manifest.MODEL_FILE,
    sha256: sha256(bytes),
    architecture,
    model,
    paddingColor: config.preprocessing.letterbox.paddingColor,
    thresholds: { globalK: thresholds.global.k, perClass: thresholds.perClass },
  });
  const difference = firstDifference(config, expected);
  if (difference !== null) return differsFromModel(manifest.CONFIG_FILE, difference, manifest.THRESHOLDS_FILE);
  return sameBytes(fileIn(files, manifest.CONFIG_FILE), jsonFile(expected))
    ? null
    : message('bundle.layout', { file: manifest.CONFIG_FILE });
}

const wrongCount = (file: string, thresholds: readonly unknown[], labels: readonly string[]): Message =>
  message('bundle.thresholdCount', { file, found: thresholds.length, labels: labels.length });

const differsFromModel = (file: string, difference: Difference, other: string): Message =>
  message('bundle.differsFromModel', { file, ...difference, other });

/** Compares threshold_recommendation.json with the model's labels and the metrics on validation. */
export function thresholdsFault(files: Files): Message | null {
  const recommendation = recommendationIn(files);
  const metrics = metricsIn(files);
  const { labels } = modelIn(files);
  const { goal } = recommendation;
  if ((goal.kind === 'max_f1') !== (goal.minimum === null))
    return message('bundle.goalMinimum', {
      file: manifest.THRESHOLDS_FILE,
      found: JSON.stringify(goal.minimum),
      goal: goal.kind,
    });
  const { globalK, perClassK } = metrics.thresholds;
  const val = metrics.val.int8;
  const expected: ThresholdRecommendation = {
    ...recommendation,
    foundOn: { ...recommendation.foundOn, images: metrics.images.val },
    global: { k: globalK, score: globalK / 256 },
    perClass: recommendation.perClass.map((own, c) => {
      const k = perClassK[c]!;
      const { precision, recall, f1, support } = val.at.per_class.perClass[c]!;
      return {
        ...own,
        label: labels[c]!,
        k,
        score: k / 256,
        valPositives: support,
        valPrecision: precision ?? own.valPrecision,
        valRecall: recall ?? own.valRecall,
        valF1: f1 ?? own.valF1,
      };
    }),
  };
  const difference = firstDifference(recommendation, expected);
  return difference === null ? null : differsFromModel(manifest.THRESHOLDS_FILE, difference, manifest.METRICS_FILE);
}

/** Compares metrics.json with the model's labels and with its own counts. */
export function metricsFault(files: Files): Message | null {
  const metrics = metricsIn(files);
  const { labels } = modelIn(files);
  const expected = {
    ...metrics,
    labels: [...labels],
    val: recounted(metrics.val, metrics.images.val),
    test: recounted(metrics.test, metrics.images.test),
  };
  if (metrics.thresholds.perClassK.length !== labels.length)
    return wrongCount(manifest.METRICS_FILE, metrics.thresholds.perClassK, labels);
  const difference = firstDifference(metrics, expected);
  return difference === null
    ? null
    : message('bundle.differsFromCounts', { file: manifest.METRICS_FILE, ...difference });
}

/** The three networks saw the same images, so their supports are equal; the other figures follow from the counts. */
function recounted(split: MetricsReport['val'], images: number): MetricsReport['val'] {
  const supports = split.int8.perClass.map(({ support }) => support);
  const { trueNoLabelRate } = split.int8;
  const one = (own: SplitMetrics): SplitMetrics => {
    const decided = (at: SplitMetrics['at']['0.5']): SplitMetrics['at']['0.5'] => ({
      ...decisionFigures(at.perClass.map(({ confusion }, c) => withSupport(confusion, supports[c] ?? 0, images))),
      noLabelRate: at.noLabelRate,
    });
    const mean = nanMean(own.perClass.map(({ averagePrecision }) => averagePrecision ?? NaN));
    return {
      ...own,
      images,
      macroAp: Number.isNaN(mean) ? null : mean,
      classesLeftOut: own.perClass.filter(({ averagePrecision }) => averagePrecision === null).length,
      trueNoLabelRate,
      perClass: own.perClass.map((figures, c) => ({ ...figures, support: supports[c]! })),
      at: { '0.5': decided(own.at['0.5']), global: decided(own.at.global), per_class: decided(own.at.per_class) },
    };
  };
  return { teacher: one(split.teacher), student: one(split.student), int8: one(split.int8) };
}

type Confusion = SplitMetrics['at']['0.5']['perClass'][number]['confusion'];

/**
 * Corrects the counts to the class's number of positives and to at most the number of images; images with an unknown
 * label are not counted.
 */
const withSupport = ({ tn, fp, tp }: Confusion, support: number, images: number): Confusion => ({
  tp,
  fn: support - tp,
  fp,
  tn: Math.min(tn, images - support - fp),
});

/** Checks that the model card and both reports show the figures of metrics.json. */
export function pagesFault(files: Files): Message | null {
  const metrics = metricsIn(files);
  const { description, inputSize } = modelIn(files);
  const bytes = fileIn(files, manifest.MODEL_FILE);
  const { model, quality, figures, weak, unmeasured, splits } = cardFigures(metrics, {
    architecture: manifest.architectureIn(description),
    inputSize,
    bytes: bytes.length,
    sha256: sha256(bytes),
  });
  const text = (name: string): string => Buffer.from(fileIn(files, name)).toString('utf8');
  const card = text(manifest.CARD_FILE);
  const missing = [
    ...model.split('\n'),
    ...figures.split('\n'),
    ...weak,
    ...unmeasured,
    ...(quality === '' ? [] : [quality]),
    ...Object.values(splits),
  ].find((line) => !card.includes(`\n${line}`));
  if (missing !== undefined)
    return message('bundle.cardLine', {
      file: manifest.CARD_FILE,
      line: missing.trim(),
      other: manifest.METRICS_FILE,
    });
  for (const [name, language] of [
    ['report.html', 'en'],
    ['report.es.html', 'es'],
  ] as const)
    if (!text(name).includes(networks({ metrics }, wording(language))))
      return message('bundle.tableMissing', { file: name, other: manifest.METRICS_FILE });
  return null;
}

/** Checks that the code in the bundle is the studio's own, byte for byte. */
export async function codeFault(files: Files): Promise<Message | null> {
  const expected = [
    ...(await sampleCode(configIn(files))),
    { name: manifest.LETTERBOX_FILE, data: await letterboxHeader() },
    ...(await checkPrograms()),
    { name: manifest.LICENSE_FILE, data: await bundleLicense() },
  ];
  const other = expected.find(({ name, data }) => !sameBytes(fileIn(files, name), data));
  return other === undefined ? null : message('bundle.codeDiffers', { file: other.name });
}

/** Checks that the page for developers says what the other files say. */
export function readmeFault(files: Files, parity: ReadmeFacts['parity']): Message | null {
  const expected = bundleReadme({
    config: configIn(files),
    metrics: metricsIn(files),
    model: modelIn(files),
    bytes: fileIn(files, manifest.MODEL_FILE).length,
    parity,
  });
  return sameBytes(fileIn(files, manifest.README_FILE), Buffer.from(expected))
    ? null
    : message('bundle.readmeDiffers', { file: manifest.README_FILE });
}
