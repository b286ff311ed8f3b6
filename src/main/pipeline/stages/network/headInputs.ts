import { changesNothing } from '../../data/drawAugmentation.ts';
import type { Loader } from '../../data/loader.ts';
import type { Model, Parameters } from '../../graph/graph.ts';
import { featuresOf, headModel } from '../../models/headModel.ts';
import type { BatchImages } from '../../train/batches.ts';
import { plainBatches } from '../../train/batches.ts';
import { progressReporter } from '../../../../shared/progress.ts';
import { logitsOf } from '../../train/scoring.ts';
import type { NetworkTraining } from './model.ts';
import type { PhaseInputs } from './phaseInputs.ts';
import type { RunRoom } from '../runContext.ts';
import { note, split } from '../runContext.ts';

/** More than this is not kept in memory but made again in every epoch. */
const MOST_FEATURE_BYTES = 2 ** 30;

/** Batches whose pixels nobody needs. */
const noPixels: Pick<Loader, 'load'> = { load: () => Promise.resolve([]) };

/**
 * A head learns from the features of its frozen backbone, which plain forward passes make. Those of the validation images are made
 * once; so are those of the training images, and what the teacher says of them, where no augmentation makes one epoch differ from
 * another: then an epoch costs next to nothing. `model` is the whole network with these parameters; what learns is headModel(model).
 */
export async function headInputs(
  room: RunRoom,
  training: NetworkTraining,
  model: Model,
  parameters: Parameters,
): Promise<PhaseInputs> {
  const { stage, loader, sizeIndex, teach } = training;
  const { batch_size: batchSize } = room.config[stage];
  const name = featuresOf(model);
  const width = model.nodes.find((node) => node.name === name)!.shape[0]!;
  const backbone = await room.engine.createInference({ model, parameters, batchSize, outputs: [name] });
  const features = async ({ pixels }: BatchImages): Promise<Float32Array> =>
    (await backbone.run(pixels[sizeIndex]!)).outputs.get(name)!;
  try {
    const validation = await ofSplit(room, training, 'val', width, features);
    const scoring = {
      candidates: (trained: Parameters) => Promise.resolve([trained] as const),
      scoreValidation: (head: Parameters) => scoreFeatures(room, headModel(model), head, validation, batchSize),
      dispose: () => backbone.dispose(),
    };
    const bytes = 4 * width * split(room, 'train').length;
    if (!changesNothing(room.config.augmentation) || bytes > MOST_FEATURE_BYTES)
      return { loader, inputOf: features, teach, ...scoring };
    note(
      room,
      stage,
      'Nothing is augmented: the features of the frozen backbone are computed once for all epochs of the head.',
    );
    const known = await ofSplit(room, training, 'train', width, features);
    const taught = teach === null ? null : await ofSplit(room, training, 'train', model.classes, teach);
    return {
      loader: noPixels,
      inputOf: ({ positions }) => rows(known, width, positions),
      teach: taught === null ? null : ({ positions }) => Promise.resolve(rows(taught, model.classes, positions)),
      ...scoring,
    };
  } catch (error) {
    await backbone.dispose();
    throw error;
  }
}

/** [n, width]: what `compute` makes of every image of a split as it is. */
async function ofSplit(
  room: RunRoom,
  { stage, loader }: NetworkTraining,
  name: 'train' | 'val',
  width: number,
  compute: (batch: BatchImages) => Promise<Float32Array>,
): Promise<Float32Array> {
  const samples = split(room, name);
  const all = new Float32Array(samples.length * width);
  const progress = progressReporter(
    (event) => room.context.report(event),
    stage,
    `${stage}: features`,
    'images',
    samples.length,
  );
  for await (const { pixels, first, count } of plainBatches(loader, samples, room.config[stage].batch_size)) {
    const values = await compute({ pixels, positions: [] });
    all.set(values.subarray(0, count * width), first * width);
    progress(first + count);
  }
  return all;
}

function rows(matrix: Float32Array, width: number, positions: readonly number[]): Float32Array {
  const chosen = new Float32Array(positions.length * width);
  positions.forEach((position, row) =>
    chosen.set(matrix.subarray(position * width, (position + 1) * width), row * width),
  );
  return chosen;
}

/** Logits [n, classes] of a head for features [n, width]. */
async function scoreFeatures(
  room: RunRoom,
  head: Model,
  parameters: Parameters,
  features: Float32Array,
  batchSize: number,
): Promise<Float32Array> {
  const width = head.nodes[0]!.shape[0]!;
  const count = features.length / width;
  const logits = new Float32Array(count * head.classes);
  const network = await logitsOf(room.engine, head, parameters, batchSize);
  try {
    for (let first = 0; first < count; first += batchSize) {
      const real = Math.min(batchSize, count - first);
      const scores = await network.run(
        rows(
          features,
          width,
          Array.from({ length: batchSize }, (_, i) => first + Math.min(i, real - 1)),
        ),
      );
      logits.set(scores.subarray(0, real * head.classes), first * head.classes);
    }
    return logits;
  } finally {
    await network.dispose();
  }
}
