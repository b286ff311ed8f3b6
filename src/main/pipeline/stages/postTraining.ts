import path from 'node:path';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import type { Range } from '../engine/engine.ts';
import { foldBatchNorm } from '../graph/foldBatchNorm.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import { readModelFile } from '../models/modelFile.ts';
import { trainedFrom } from '../models/unfreeze.ts';
import { calibrate, selectRepresentative } from '../quant/calibrate.ts';
import { CORRECTION_IMAGES, correctBias } from '../quant/correctBias.ts';
import { softened, temperatureOf } from '../train/temperature.ts';
import { toIntegerModel } from '../quant/toIntegerModel.ts';
import { writeFileAtomic } from '../storage/atomicFile.ts';
import { plainBatches } from '../train/batches.ts';
import { reestimateStatistics, trainsStatistics } from '../train/batchStatistics.ts';
import { isBetter } from '../train/recipe.ts';
import { labelMatrix, logitsOf, scoreSamples } from '../train/scoring.ts';
import { figureText, integerMetrics } from './network/validationMetrics.ts';
import { scoreInteger } from './integer.ts';
import { networkModel } from './network/model.ts';
import type { RunContext } from './runContext.ts';
import { modelPath, note, split } from './runContext.ts';

/** A quantized network and its results on validation. */
interface Quantized {
  readonly parameters: Parameters;
  readonly ranges: ReadonlyMap<string, Range>;
  /** INT8 scores of the validation split, codes q 0..255 [n, classes]. */
  readonly codes: Uint8Array;
  readonly metrics: Readonly<Record<string, number | null>>;
}

export interface PostTraining extends Quantized {
  /** True when the BatchNorm statistics are re-estimated; null when training changed no layer that has any. */
  readonly reestimated: boolean | null;
}

/** Folds and calibrates the best student, then keeps each further correction that improves validation. */
export async function postTraining(context: RunContext, loader: Loader, model: Model): Promise<PostTraining> {
  const { reestimated, ...folded } = await withBetterStatistics(context, loader, model);
  return { ...(await withBetterTemperature(context, loader, model, folded)), reestimated };
}

/**
 * Layers that training changed can use either the BatchNorm statistics of training or re-estimated ones. Both networks
 * are quantized, and validation decides.
 */
async function withBetterStatistics(
  context: RunContext,
  loader: Loader,
  model: Model,
): Promise<Quantized & Pick<PostTraining, 'reestimated'>> {
  const { engine, config } = context;
  const { batch_size: batchSize, monitor } = config.qat;
  const samples = split(context, 'train');
  const float = networkModel(context, 'student');
  const trained = (await readModelFile(modelPath(context, 'student_best'))).parameters;
  const representative = await writeRepresentative(context);
  const quantize = (parameters: Parameters): Promise<Quantized> =>
    quantized(context, loader, representative, model, foldBatchNorm(float, parameters).parameters);
  const moving = await quantize(trained);
  const from = trainedFrom(config.student, float);
  if (!trainsStatistics(float, from)) return { ...moving, reestimated: null };
  const source = { engine, loader, sizeIndex: 0, samples, batchSize, seed: config.seed };
  const fresh = await quantize(await reestimateStatistics(source, float, trained, from));
  const reestimated = isBetter(monitor, fresh.metrics, moving.metrics);
  context.metrics.append({ type: 'statistics', stage: 'qat', reestimated, left: moving.metrics, fresh: fresh.metrics });
  const value = ({ metrics }: Quantized): Message => figureText(metrics[monitor], 'figure.fourDecimals');
  note(
    context,
    'qat',
    reestimated
      ? message('quantization.statisticsReestimated', { monitor, used: value(fresh), other: value(moving) })
      : message('quantization.statisticsKept', { monitor, used: value(moving), other: value(fresh) }),
  );
  return { ...(reestimated ? fresh : moving), reestimated };
}

/** A temperature nearer to 1 would change next to nothing. */
const LEAST_TEMPERATURE = 1.05;

/**
 * INT8 scores come in steps of 1/256. An overconfident network has most of its scores at the two ends, where they round
 * to the same code. Dividing its logits by a temperature spreads them; this is kept if it is better on validation.
 */
async function withBetterTemperature(
  context: RunContext,
  loader: Loader,
  model: Model,
  sharp: Quantized,
): Promise<Quantized> {
  const logits = await fakeQuantizedLogits(context, loader, model, sharp);
  const temperature = temperatureOf(logits, labelMatrix(split(context, 'val'), model.classes));
  if (temperature < LEAST_TEMPERATURE) return sharp;
  const { parameters, ranges } = softened(model, sharp.parameters, sharp.ranges, temperature);
  const soft = await scored(context, loader, model, parameters, ranges);
  const kept = isBetter(context.config.qat.monitor, soft.metrics, sharp.metrics);
  context.metrics.append({ type: 'temperature', stage: 'qat', temperature, kept, metrics: soft.metrics });
  const { monitor } = context.config.qat;
  if (kept) note(context, 'qat', message('quantization.temperature', { temperature, monitor }));
  return kept ? soft : sharp;
}

/** Logits [n, classes] on validation of the fake-quantized network, which is what training sees. */
export async function fakeQuantizedLogits(
  context: RunContext,
  loader: Loader,
  model: Model,
  { parameters, ranges }: Pick<Quantized, 'parameters' | 'ranges'>,
): Promise<Float32Array> {
  const samples = split(context, 'val');
  const { batch_size: batchSize } = context.config.qat;
  const network = await logitsOf(context.engine, model, parameters, batchSize, ranges);
  try {
    return await scoreSamples(
      network.run,
      new Float32Array(samples.length * model.classes),
      { loader, sizeIndex: 0, batchSize, classes: model.classes },
      samples,
    );
  } finally {
    await network.dispose();
  }
}

async function quantized(
  context: RunContext,
  loader: Loader,
  representative: readonly Sample[],
  model: Model,
  folded: Parameters,
): Promise<Quantized> {
  const { engine } = context;
  const { batch_size: batchSize } = context.config.qat;
  const small = plainPixels(loader, representative.slice(0, CORRECTION_IMAGES), CORRECTION_BATCH);
  const parameters = await correctBias(engine, model, folded, small, CORRECTION_BATCH);
  const batches = (async function* () {
    for await (const { pixels } of plainPixels(loader, representative, batchSize)) yield pixels;
  })();
  // Corrected biases make the quantized network compute what the float one computes, so the float one gives the ranges.
  const ranges = await calibrate(engine, model, folded, batches, batchSize);
  return scored(context, loader, model, parameters, ranges);
}

/** Each batch returns the input of every convolution; a small batch keeps that within a few hundred megabytes. */
const CORRECTION_BATCH = 4;

async function* plainPixels(
  loader: Loader,
  samples: readonly Sample[],
  batchSize: number,
): AsyncGenerator<{ pixels: Uint8Array; count: number }> {
  for await (const { pixels, count } of plainBatches(loader, samples, batchSize)) yield { pixels: pixels[0]!, count };
}

async function scored(
  context: RunContext,
  loader: Loader,
  model: Model,
  parameters: Parameters,
  ranges: ReadonlyMap<string, Range>,
): Promise<Quantized> {
  const codes = await scoreInteger(context, toIntegerModel(model, parameters, ranges), loader, 'val');
  return { parameters, ranges, codes, metrics: integerMetrics(codes, split(context, 'val'), model.classes) };
}

/** Chooses the images that calibrate the activation ranges and records them in the run's data folder. */
async function writeRepresentative(context: RunContext): Promise<readonly Sample[]> {
  const { tflite_export: exporting, seed } = context.config;
  const train = split(context, 'train');
  const size = exporting.representative_dataset_size;
  const chosen = selectRepresentative(train, context.dataset.vocabulary.length, size, seed).map(
    (index) => train[index]!,
  );
  await writeFileAtomic(
    path.join(context.folder, 'data', 'representative.json'),
    JSON.stringify({ formatVersion: 1, images: chosen.map((sample) => sample.path) }, null, 1),
  );
  return chosen;
}
