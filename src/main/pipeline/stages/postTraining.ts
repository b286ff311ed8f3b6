import path from 'node:path';
import type { QatConfig } from '../../../shared/config.ts';
import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import type { Range } from '../engine/engine.ts';
import { foldBatchNorm } from '../graph/foldBatchNorm.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import { readModelFile } from '../models/modelFile.ts';
import { trainedFrom } from '../models/unfreeze.ts';
import { calibrate, selectRepresentative } from '../quant/calibrate.ts';
import { correctBias } from '../quant/correctBias.ts';
import { softened, temperatureOf } from '../train/temperature.ts';
import { toIntegerModel } from '../quant/toIntegerModel.ts';
import { writeFileAtomic } from '../storage/atomicFile.ts';
import { plainBatches } from '../train/batches.ts';
import { reestimateStatistics, trainsStatistics } from '../train/batchStatistics.ts';
import { isBetter } from '../train/recipe.ts';
import { labelMatrix, logitsOf, scoreSamples } from '../train/scoring.ts';
import { integerMetrics } from './network/validationMetrics.ts';
import { scoreInteger } from './integer.ts';
import { networkModel } from './network/model.ts';
import type { RunRoom } from './runContext.ts';
import { modelPath, note, split } from './runContext.ts';

type Monitor = QatConfig['monitor'];

/** A quantized network and how it does on validation. */
interface Quantized {
  readonly parameters: Parameters;
  readonly ranges: ReadonlyMap<string, Range>;
  /** INT8 scores of the validation split, codes q 0..255 [n, classes]. */
  readonly codes: Uint8Array;
  readonly metrics: Readonly<Record<string, number | null>>;
}

export interface PostTraining extends Quantized {
  /** Whether the BatchNorm statistics are re-estimated ones; null when training changed no layer that has any. */
  readonly reestimated: boolean | null;
}

/** Folds and calibrates the best student, and chooses by validation what else brings the INT8 model nearer to it. */
export async function postTraining(room: RunRoom, loader: Loader, model: Model): Promise<PostTraining> {
  const { reestimated, ...folded } = await withBetterStatistics(room, loader, model);
  return { ...(await withBetterTemperature(room, loader, model, folded)), reestimated };
}

/**
 * The layers that training changed have two sets of BatchNorm statistics to choose from, the ones training left and
 * re-estimated ones: both are quantized, and validation decides.
 */
async function withBetterStatistics(
  room: RunRoom,
  loader: Loader,
  model: Model,
): Promise<Quantized & Pick<PostTraining, 'reestimated'>> {
  const { engine, config } = room;
  const { batch_size: batchSize, monitor } = config.qat;
  const samples = split(room, 'train');
  const float = networkModel(room, 'student');
  const trained = (await readModelFile(modelPath(room, 'student_best'))).parameters;
  const representative = await writeRepresentative(room);
  const quantize = (parameters: Parameters): Promise<Quantized> =>
    quantized(room, loader, representative, model, foldBatchNorm(float, parameters).parameters);
  const left = await quantize(trained);
  const from = trainedFrom(config.student, float);
  if (!trainsStatistics(float, from)) return { ...left, reestimated: null };
  const source = { engine, loader, sizeIndex: 0, samples, batchSize, seed: config.seed };
  const fresh = await quantize(await reestimateStatistics(source, float, trained, from));
  const reestimated = isBetter(monitor, fresh.metrics, left.metrics);
  room.metrics.append({ type: 'statistics', stage: 'qat', reestimated, left: left.metrics, fresh: fresh.metrics });
  note(room, 'qat', decision(monitor, reestimated, left, fresh));
  return { ...(reestimated ? fresh : left), reestimated };
}

/** A smaller temperature changes next to nothing and is not tried. */
const LEAST_TEMPERATURE = 1.05;

/**
 * INT8 scores come in steps of 1/256. A network that is surer than it is right has most of its scores at the two ends,
 * where they cannot be told apart; dividing its logits by a temperature spreads them, if that is better on validation.
 */
async function withBetterTemperature(
  room: RunRoom,
  loader: Loader,
  model: Model,
  sharp: Quantized,
): Promise<Quantized> {
  const logits = await fakeQuantizedLogits(room, loader, model, sharp);
  const temperature = temperatureOf(logits, labelMatrix(split(room, 'val'), model.classes));
  if (temperature < LEAST_TEMPERATURE) return sharp;
  const { parameters, ranges } = softened(model, sharp.parameters, sharp.ranges, temperature);
  const soft = await scored(room, loader, model, parameters, ranges);
  const kept = isBetter(room.config.qat.monitor, soft.metrics, sharp.metrics);
  room.metrics.append({ type: 'temperature', stage: 'qat', temperature, kept, metrics: soft.metrics });
  if (kept)
    note(
      room,
      'qat',
      `The student is surer than it is right: the INT8 model divides its logits by ${temperature.toFixed(2)}, which is better on validation.`,
    );
  return kept ? soft : sharp;
}

/** Logits [n, classes] of the fake-quantized network, as training sees it, on validation. */
export async function fakeQuantizedLogits(
  room: RunRoom,
  loader: Loader,
  model: Model,
  { parameters, ranges }: Pick<Quantized, 'parameters' | 'ranges'>,
): Promise<Float32Array> {
  const samples = split(room, 'val');
  const { batch_size: batchSize } = room.config.qat;
  const network = await logitsOf(room.engine, model, parameters, batchSize, ranges);
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

function decision(monitor: Monitor, reestimated: boolean, left: Quantized, fresh: Quantized): string {
  const value = ({ metrics }: Quantized): string => metrics[monitor]?.toFixed(4) ?? 'undefined';
  return reestimated
    ? `Re-estimated BatchNorm statistics are used: ${monitor} on validation is ${value(fresh)}, against ${value(left)}.`
    : `The BatchNorm statistics of training are kept: ${monitor} on validation is ${value(left)}, against ${value(fresh)}.`;
}

async function quantized(
  room: RunRoom,
  loader: Loader,
  representative: readonly Sample[],
  model: Model,
  folded: Parameters,
): Promise<Quantized> {
  const { engine } = room;
  const { batch_size: batchSize } = room.config.qat;
  const small = plainPixels(loader, representative.slice(0, CORRECTION_IMAGES), CORRECTION_BATCH);
  const parameters = await correctBias(engine, model, folded, small, CORRECTION_BATCH);
  const batches = (async function* () {
    for await (const { pixels } of plainPixels(loader, representative, batchSize)) yield pixels;
  })();
  // With corrected biases the quantized network computes what the float network does with its own.
  const ranges = await calibrate(engine, model, folded, batches, batchSize);
  return scored(room, loader, model, parameters, ranges);
}

/** Every convolution's input comes back for each batch: a small one keeps that within a few hundred megabytes. */
const CORRECTION_BATCH = 4;
export const CORRECTION_IMAGES = 128;

async function* plainPixels(
  loader: Loader,
  samples: readonly Sample[],
  batchSize: number,
): AsyncGenerator<{ pixels: Uint8Array; count: number }> {
  for await (const { pixels, count } of plainBatches(loader, samples, batchSize)) yield { pixels: pixels[0]!, count };
}

async function scored(
  room: RunRoom,
  loader: Loader,
  model: Model,
  parameters: Parameters,
  ranges: ReadonlyMap<string, Range>,
): Promise<Quantized> {
  const codes = await scoreInteger(room, toIntegerModel(model, parameters, ranges), loader, 'val');
  return { parameters, ranges, codes, metrics: integerMetrics(codes, split(room, 'val'), model.classes) };
}

/** Chooses the images that calibrate the activation ranges and lists them in the run's data folder. */
async function writeRepresentative(room: RunRoom): Promise<readonly Sample[]> {
  const { tflite_export: exporting, seed } = room.config;
  const train = split(room, 'train');
  const size = exporting.representative_dataset_size;
  const chosen = selectRepresentative(train, room.dataset.vocabulary.length, size, seed).map((index) => train[index]!);
  await writeFileAtomic(
    path.join(room.folder, 'data', 'representative.json'),
    JSON.stringify({ formatVersion: 1, images: chosen.map((sample) => sample.path) }, null, 1),
  );
  return chosen;
}
