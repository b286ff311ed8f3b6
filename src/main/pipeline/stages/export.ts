import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { int8Warning } from '../../../shared/int8Ends.ts';
import { message } from '../../../shared/message.ts';
import { permutation, randomStream } from '../../../shared/random.ts';
import { decodeImage } from '../data/decode.ts';
import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import { metricsReportFile, readMetricsReport } from '../eval/metricsReport.ts';
import { requireAgreement } from '../export/agreement.ts';
import { buildInferenceConfig } from '../export/bundle/inferenceConfig.ts';
import { bundleLicense } from '../export/bundle/bundleLicense.ts';
import { bundleReadme } from '../export/bundle/bundleReadme.ts';
import { checkPrograms } from '../export/bundle/checkPrograms.ts';
import { imagesToMeasure, parityFiles } from '../export/bundle/parityFiles.ts';
import { parityIndexIn } from '../export/bundle/verifyParity.ts';
import { letterbox } from '../data/letterbox.ts';
import { readIntegerModel } from '../tflite/readIntegerModel.ts';
import type { RgbImage } from '../export/bundle/parityFiles.ts';
import { sampleCode } from '../export/bundle/sampleCode.ts';
import { buildThresholdRecommendation } from '../export/bundle/thresholdRecommendation.ts';
import { jsonFile } from '../export/bundle/verifyTexts.ts';
import { letterboxHeader } from '../export/bundle/letterboxHeader.ts';
import * as manifest from '../export/bundle/manifest.ts';
import type { BundleFile } from '../export/bundle/writeBundle.ts';
import { sha256, writeBundle } from '../export/bundle/writeBundle.ts';
import { createLitert } from '../tflite/litert.ts';
import type { Litert } from '../tflite/litert.ts';
import { summarizeTflite } from '../tflite/io.ts';
import { encodeLabels } from '../tflite/labels.ts';
import { readTflite } from '../tflite/read.ts';
import { assertValidTflite } from '../tflite/validate.ts';
import { writeTflite } from '../tflite/write.ts';
import { Problem } from '../../../shared/problem.ts';
import type { IntegerModel } from '../quant/integerModel.ts';
import { runIntegerReference } from '../quant/integerReference.ts';
import { createIntegerScorer } from '../quant/integerScorer.ts';
import { modelCard } from '../report/modelCard.ts';
import { progressReporter } from '../../../shared/progress.ts';
import { finalIntegerModel } from './integer.ts';
import { refreshMetricsReport } from '../artifacts/metrics.ts';
import { reportFile, writeReport } from '../artifacts/report.ts';
import type { RunContext, StageSummary } from './runContext.ts';
import { note, split, withLoader } from './runContext.ts';
import { readThresholds } from '../artifacts/thresholds.ts';

/** LiteRT and the integer model are compared on at least this many images; augmented copies fill up small projects. */
const COMPARED_AT_LEAST = 200;
/**
 * The plain interpreter is slow, and the tests show that it equals the scorer, so a few images of this model suffice.
 */
const REFERENCE_IMAGES = 3;
const BATCH_SIZE = 16;

/** Builds the .tflite, checks that LiteRT computes the same as the studio, and only then writes the bundle. */
export async function exportStage(context: RunContext): Promise<StageSummary> {
  const { config, dataset } = context;
  const { tflite_export: options, student } = config;
  await refreshMetricsReport(context);
  const model = await finalIntegerModel(context);
  const tflite = writeTflite(model, {
    inputType: options.input_type,
    outputType: options.output_type,
    labels: dataset.vocabulary,
    name: options.name,
    description: manifest.modelDescription(student.architecture, student.input_size, dataset.vocabulary.length),
    version: '1',
  });
  assertValidTflite(tflite);
  const litert = await createLitert(tflite);
  try {
    const compared = await withLoader(context, [model.inputSize], (loader) => compare(context, model, litert, loader));
    note(context, 'export', message('exporting.agreement', { count: compared }));
    const bundle = await writeBundle(
      path.join(context.folder, 'export'),
      `${options.name}-${new Date().toISOString().slice(0, 10)}`,
      await bundleFiles(context, model, tflite, litert),
    );
    await context.setExport(path.relative(context.folder, bundle));
    note(context, 'export', message('exporting.bundleWritten', { folder: bundle }));
    const warning = int8Warning(options.input_type, options.output_type);
    if (warning !== null) note(context, 'export', warning, 'warning');
    return { compared, model_bytes: tflite.length };
  } finally {
    litert.dispose();
  }
}

async function bundleFiles(
  context: RunContext,
  model: IntegerModel,
  tflite: Uint8Array,
  litert: Litert,
): Promise<BundleFile[]> {
  const { config, dataset } = context;
  const thresholds = await readThresholds(context.folder);
  const report = await writeReport(context, await readMetricsReport(context.folder));
  const digest = sha256(tflite);
  const inference = buildInferenceConfig({
    file: manifest.MODEL_FILE,
    sha256: digest,
    architecture: config.student.architecture,
    model: summarizeTflite(readTflite(tflite)),
    paddingColor: config.data.padding_color,
    thresholds,
  });
  const integer = readIntegerModel(readTflite(tflite));
  const parity = await parityFiles(config.tflite_export.parity_images ? await parityImages(context) : [], {
    litert,
    model: integer,
    globalK: thresholds.globalK,
    measureOn: await imagesToCompare(context, imagesToMeasure(integer)),
    inputSize: model.inputSize,
    paddingColor: config.data.padding_color,
    labels: dataset.vocabulary,
    ks: thresholds.perClass.map(({ k }) => k),
  });
  const metrics = await readMetricsReport(context.folder);
  const readme = bundleReadme({
    config: inference,
    metrics,
    model: summarizeTflite(readTflite(tflite)),
    bytes: tflite.length,
    parity: parityIndexIn(new Map(parity.map(({ name, data }) => [name, data]))),
  });
  const { architecture, input_size: inputSize } = config.student;
  const card = modelCard(report, { architecture, inputSize, bytes: tflite.length, sha256: digest });
  const recommendation = buildThresholdRecommendation(
    dataset.vocabulary,
    thresholds,
    config.threshold_search,
    split(context, 'val').length,
  );
  return [
    { name: manifest.MODEL_FILE, data: tflite },
    { name: manifest.LABELS_FILE, data: encodeLabels(dataset.vocabulary) },
    { name: manifest.CONFIG_FILE, data: jsonFile(inference) },
    { name: manifest.THRESHOLDS_FILE, data: jsonFile(recommendation) },
    { name: manifest.METRICS_FILE, data: await readFile(metricsReportFile(context.folder)) },
    { name: manifest.CARD_FILE, data: Buffer.from(card) },
    { name: 'report.html', data: await readFile(reportFile(context.folder, 'report.html')) },
    { name: 'report.es.html', data: await readFile(reportFile(context.folder, 'report.es.html')) },
    ...(await sampleCode(inference)),
    { name: manifest.LETTERBOX_FILE, data: await letterboxHeader() },
    ...parity,
    { name: manifest.README_FILE, data: Buffer.from(readme) },
    { name: manifest.LICENSE_FILE, data: await bundleLicense() },
    ...(await checkPrograms()),
  ];
}

/** Letterboxed images of val and test on which the kernels of other runtimes are compared with XNNPACK's. */
async function imagesToCompare(context: RunContext, count: number): Promise<Uint8Array[]> {
  const { config } = context;
  const { padding_color: paddingColor, max_megapixels: maxMegapixels } = config.data;
  const images: Uint8Array[] = [];
  for (const { file } of [...split(context, 'val'), ...split(context, 'test')].slice(0, count)) {
    const { rgb, width, height } = await decodeImage(file, { paddingColor, maxMegapixels });
    images.push(letterbox(rgb, width, height, config.student.input_size, paddingColor));
  }
  return images;
}

/** Images of val and test, drawn by the run's seed and decoded at full size, that let an app check its own results. */
async function parityImages(context: RunContext): Promise<RgbImage[]> {
  const candidates = [...split(context, 'val'), ...split(context, 'test')];
  const order = permutation(candidates.length, randomStream(context.config.seed, 'parity'));
  const { padding_color: paddingColor, max_megapixels: maxMegapixels } = context.config.data;
  return Promise.all(
    [...order.subarray(0, manifest.PARITY_IMAGES)].map((i) =>
      decodeImage(candidates[i]!.file, { paddingColor, maxMegapixels }),
    ),
  );
}

/** Compares on every val and test image, and on augmented copies up to COMPARED_AT_LEAST. Returns how many. */
async function compare(context: RunContext, model: IntegerModel, litert: Litert, loader: Loader): Promise<number> {
  const plain = [...split(context, 'val'), ...split(context, 'test')];
  const augmented = Array.from(
    { length: Math.max(0, COMPARED_AT_LEAST - plain.length) },
    (_, i) => plain[i % plain.length]!,
  );
  const total = plain.length + augmented.length;
  const progress = progressReporter((event) => context.job.report(event), {
    stage: 'export',
    activity: message('activity.comparingWithLitert'),
    unit: 'images',
    total,
  });
  const scorer = await createIntegerScorer(model, { batchSize: BATCH_SIZE, threads: context.config.engine.threads });
  let done = 0;
  const compareBatch = async (samples: readonly Sample[], pixels: Uint8Array): Promise<void> => {
    const codes = await scorer.run(pixels);
    const bytes = pixels.length / BATCH_SIZE;
    for (const [i, sample] of samples.entries()) {
      const scored = {
        name: sample.path,
        pixels: pixels.subarray(i * bytes, (i + 1) * bytes),
        codes: codes.subarray(i * model.classes, (i + 1) * model.classes),
      };
      if (done < REFERENCE_IMAGES) requireReference(model, scored.pixels, scored.codes, scored.name);
      await requireAgreement(litert, scored);
      progress(++done);
    }
  };
  try {
    for (const batch of batchesOf(plain))
      await compareBatch(batch, (await loader.load({ samples: filled(batch), augmentation: null }))[0]!);
    for (const [n, batch] of batchesOf(augmented).entries()) {
      const positions = filled(batch).map((_, i) => n * BATCH_SIZE + i);
      await compareBatch(
        batch,
        (
          await loader.load({
            samples: filled(batch),
            augmentation: {
              config: context.config.augmentation,
              seed: context.config.seed,
              epoch: 0,
              positions,
              mixing: null,
            },
          })
        )[0]!,
      );
    }
  } finally {
    await scorer.dispose();
  }
  return total;
}

function requireReference(model: IntegerModel, pixels: Uint8Array, codes: Uint8Array, name: string): void {
  const output = runIntegerReference(model, pixels).get(model.output)!;
  if (output.every((code, c) => code + 128 === codes[c])) return;
  throw new Problem('export.referencesDiffer', { image: name });
}

const batchesOf = (samples: readonly Sample[]): Sample[][] =>
  Array.from({ length: Math.ceil(samples.length / BATCH_SIZE) }, (_, i) =>
    samples.slice(i * BATCH_SIZE, (i + 1) * BATCH_SIZE),
  );

/** Fills the last batch with copies of its first image, because the scorer's batch size is fixed. */
const filled = (batch: readonly Sample[]): Sample[] =>
  Array.from({ length: BATCH_SIZE }, (_, i) => batch[i] ?? batch[0]!);
