import { configSchema } from '../../src/shared/config.ts';
import { randomStream } from '../../src/shared/random.ts';
import { searchThresholds } from '../../src/shared/metrics/thresholds.ts';
import { METRICS_FORMAT_VERSION } from '../../src/main/pipeline/eval/metricsReport.ts';
import { evaluateSplit } from '../../src/main/pipeline/eval/splitMetrics.ts';
import { jsonFile } from '../../src/main/pipeline/export/bundle/verifyTexts.ts';
import { bundleLicense } from '../../src/main/pipeline/export/bundle/bundleLicense.ts';
import { bundleReadme } from '../../src/main/pipeline/export/bundle/bundleReadme.ts';
import { checkPrograms } from '../../src/main/pipeline/export/bundle/checkPrograms.ts';
import { parityIndexIn } from '../../src/main/pipeline/export/bundle/verifyParity.ts';
import { readIntegerModel } from '../../src/main/pipeline/tflite/readIntegerModel.ts';
import { buildInferenceConfig } from '../../src/main/pipeline/export/bundle/inferenceConfig.ts';
import { letterboxHeader } from '../../src/main/pipeline/export/bundle/letterboxHeader.ts';
import * as manifest from '../../src/main/pipeline/export/bundle/manifest.ts';
import { parityFiles } from '../../src/main/pipeline/export/bundle/parityFiles.ts';
import type { RgbImage } from '../../src/main/pipeline/export/bundle/parityFiles.ts';
import { sampleCode } from '../../src/main/pipeline/export/bundle/sampleCode.ts';
import { buildThresholdRecommendation } from '../../src/main/pipeline/export/bundle/thresholdRecommendation.ts';
import { sha256 } from '../../src/main/pipeline/export/bundle/writeBundle.ts';
import { createLitert } from '../../src/main/pipeline/tflite/litert.ts';
import { summarizeTflite } from '../../src/main/pipeline/tflite/io.ts';
import { encodeLabels } from '../../src/main/pipeline/tflite/labels.ts';
import type { IoType } from '../../src/main/pipeline/tflite/metadata.ts';
import { readTflite } from '../../src/main/pipeline/tflite/read.ts';
import { writeTflite } from '../../src/main/pipeline/tflite/write.ts';
import { buildReport } from '../../src/main/pipeline/report/build.ts';
import { modelCard } from '../../src/main/pipeline/report/modelCard.ts';
import { reportPage } from '../../src/main/pipeline/report/page.ts';
import type { Report } from '../../src/main/pipeline/report/schema.ts';
import { smallIntegerModel } from '../parity/tfliteModel.ts';

export const smallLabels = ['apple', 'aubergine', 'fig', 'kiwi', 'lemon', 'pear', 'plum'];
const architecture = 'efficientnet-lite0';
const images = { train: 40, val: 30, test: 20 };
const paddingColor: [number, number, number] = [1, 2, 3];

/** Noise of several shapes; `sides` of the first ones. */
function noiseImages(count: number): RgbImage[] {
  const sides = [
    [40, 32],
    [17, 50],
    [33, 33],
  ] as const;
  return Array.from({ length: count }, (_, i) => {
    const [width, height] = sides[i % sides.length]!;
    const draw = randomStream(5, 'picture', i);
    return { width, height, rgb: Uint8Array.from({ length: width * height * 3 }, () => 256 * draw()) };
  });
}

/**
 * A whole bundle of a small random network, made of the same parts as one of the stage 'export', without SHA256SUMS.
 */
export async function smallBundle(
  types: { input: IoType; output: IoType } = { input: 'uint8', output: 'uint8' },
): Promise<Map<string, Buffer>> {
  const integer = smallIntegerModel(1);
  const { inputSize } = integer;
  const tflite = writeTflite(integer, {
    inputType: types.input,
    outputType: types.output,
    labels: smallLabels,
    name: 'small',
    description: manifest.modelDescription(architecture, inputSize, smallLabels.length),
    version: '1',
  });
  const { threshold_search: search } = configSchema.parse({});
  const draw = randomStream(2, 'scores');
  const scored = (count: number): { labels: Int8Array; codes: Uint8Array } => {
    const labels = Int8Array.from({ length: count * smallLabels.length }, () => (draw() < 0.3 ? 1 : 0));
    return { labels, codes: Uint8Array.from(labels, (label) => 60 + 50 * label + 120 * draw()) };
  };
  const [val, test] = [scored(images.val), scored(images.test)];
  const found = searchThresholds(val.codes, val.labels, smallLabels.length, search);
  const thresholds = { globalK: found.globalK, perClassK: found.perClass.map(({ k }) => k) };
  const networks = ({ labels, codes }: typeof val): Report['metrics']['val'] => {
    const of = (own: Uint8Array): Report['metrics']['val']['int8'] =>
      evaluateSplit({ labels, codes: own, logits: null, classes: smallLabels.length, thresholds, seed: 1 });
    return { teacher: of(codes.map((q) => q ^ 3)), student: of(codes.map((q) => q ^ 1)), int8: of(codes) };
  };
  const agreement = { decisions: 0.9, scoreDifference: 0.1 };
  const goals = smallLabels.map(() => search);
  const metrics: Report['metrics'] = {
    formatVersion: METRICS_FORMAT_VERSION,
    labels: smallLabels,
    images,
    fingerprints: { train: 'a'.repeat(64), val: 'b'.repeat(64), test: 'c'.repeat(64) },
    thresholds,
    val: networks(val),
    test: networks(test),
    agreement: { val: agreement, test: agreement },
    goals,
  };
  const report = buildReport({
    metrics,
    run: {
      id: 'run',
      project: 'fruit',
      createdAt: '2026-01-02T03:04:05Z',
      notes: '',
      seed: 1,
      testOpenings: 1,
      teacher: 'efficientnet-b0, 32 px',
      student: `${architecture}, ${inputSize} px`,
      pretrained: { teacher: true, student: false },
      trainedWhileQuantized: true,
    },
    dataset: Object.fromEntries(
      (['train', 'val', 'test'] as const).map((split) => [
        split,
        { images: images[split], meanLabels: 2.1, noLabelRate: 0.1, labelsPerImage: [1, 2] },
      ]),
    ) as Report['dataset'],
    test: { ...test, classes: smallLabels.length },
    trainPositives: smallLabels.map((_, c) => 10 + c),
    postTraining: null,
    goals,
    leftOut: 0,
    errors: [],
    config: configSchema.parse({}),
    stages: { teacher: 5 },
    waited: {},
    hardware: { processor: 'cpu', cores: 2, memoryBytes: 2 ** 34, system: 'Linux', engine: null },
    versions: { destila: '1' },
  });
  const config = buildInferenceConfig({
    file: manifest.MODEL_FILE,
    sha256: sha256(tflite),
    architecture,
    model: summarizeTflite(readTflite(tflite)),
    paddingColor,
    thresholds: found,
  });
  const litert = await createLitert(tflite);
  const parity = await parityFiles(noiseImages(manifest.PARITY_IMAGES), {
    litert,
    model: readIntegerModel(readTflite(tflite)),
    globalK: thresholds.globalK,
    measureOn: [],
    inputSize,
    paddingColor,
    labels: smallLabels,
    ks: thresholds.perClassK,
  });
  litert.dispose();
  const readme = bundleReadme({
    config,
    metrics,
    model: summarizeTflite(readTflite(tflite)),
    bytes: tflite.length,
    parity: parityIndexIn(new Map(parity.map(({ name, data }) => [name, data]))),
  });
  const card = modelCard(report, { architecture, inputSize, bytes: tflite.length, sha256: sha256(tflite) });
  const files: readonly { readonly name: string; readonly data: Uint8Array | string }[] = [
    { name: manifest.MODEL_FILE, data: tflite },
    { name: manifest.LABELS_FILE, data: encodeLabels(smallLabels) },
    { name: manifest.CONFIG_FILE, data: jsonFile(config) },
    {
      name: manifest.THRESHOLDS_FILE,
      data: jsonFile(buildThresholdRecommendation(smallLabels, found, search, images.val)),
    },
    { name: manifest.METRICS_FILE, data: `${JSON.stringify(metrics)}\n` },
    { name: manifest.CARD_FILE, data: card },
    { name: 'report.html', data: reportPage(report, 'en') },
    { name: 'report.es.html', data: reportPage(report, 'es') },
    ...(await sampleCode(config)),
    { name: manifest.LETTERBOX_FILE, data: await letterboxHeader() },
    ...parity,
    { name: manifest.README_FILE, data: readme },
    { name: manifest.LICENSE_FILE, data: await bundleLicense() },
    ...(await checkPrograms()),
  ];
  return new Map(files.map(({ name, data }) => [name, Buffer.from(data as Uint8Array)]));
}

/** The files with a SHA256SUMS that fits them. */
export function withSums(files: ReadonlyMap<string, Buffer>): Map<string, Buffer> {
  const own = new Map([...files].filter(([name]) => name !== manifest.SUMS_FILE));
  const lines = [...own].map(([name, data]) => `${sha256(data)}  ${name}\n`);
  return own.set(manifest.SUMS_FILE, Buffer.from(lines.join('')));
}
