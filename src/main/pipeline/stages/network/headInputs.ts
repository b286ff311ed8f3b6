import { message } from '../../../../shared/message.ts';
import { changesNothing } from '../../data/drawAugmentation.ts';
import type { Loader } from '../../data/loader.ts';
import type { Model, Parameters } from '../../graph/graph.ts';
import { featuresOf, headModel } from '../../models/headModel.ts';
import type { BatchImages } from '../../train/batches.ts';
import { plainBatches } from '../../train/batches.ts';
import { progressReporter } from '../../../../shared/progress.ts';
import type { LogitsNetwork } from '../../train/scoring.ts';
import { epochScorer } from '../../train/scoring.ts';
import type { NetworkTraining } from './model.ts';
import type { PhaseInputs } from './phaseInputs.ts';
import type { RunContext } from '../runContext.ts';
import { note, split } from '../runContext.ts';

/** Larger features are not kept in memory but computed again in every epoch. */
const MOST_FEATURE_BYTES = 2 ** 30;

/** A loader for batches whose features are already known, so that nothing is decoded. */
const noPixels: Pick<Loader, 'load'> = { load: () => Promise.resolve([]) };

/**
 * A head learns from the features of its frozen backbone. Those of the validation images are computed once. Without
 * augmentation all epochs see the same images, so the features of the training images and the teacher's logits are
 * computed once as well, and an epoch costs next to nothing. `model` is the whole network with these parameters; the
 * phase trains headModel(model).
 */
export async function headInputs(
  context: RunContext,
  training: NetworkTraining,
  model: Model,
  parameters: Parameters,
): Promise<PhaseInputs> {
  const { stage, loader, sizeIndex, teach } = training;
  const { batch_size: batchSize } = context.config[stage];
  const name = featuresOf(model);
  const width = model.nodes.find((node) => node.name === name)!.shape[0]!;
  const backbone = await context.engine.createInference({ model, parameters, batchSize, outputs: [name] });
  const features = async ({ pixels }: BatchImages): Promise<Float32Array> =>
    (await backbone.run(pixels[sizeIndex]!)).outputs.get(name)!;
  try {
    const validation = await computeSplit(context, training, 'val', width, features);
    const head = headModel(model);
    const scorer = epochScorer(context.engine, head, batchSize);
    const scoring = {
      candidates: (trained: Parameters) => Promise.resolve([trained] as const),
      scoreValidation: async (trained: Parameters) =>
        scoreFeatures(await scorer.with(trained), head, validation, batchSize),
      dispose: async () => {
        await scorer.dispose();
        await backbone.dispose();
      },
    };
    const bytes = 4 * width * split(context, 'train').length;
    if (!changesNothing(context.config.augmentation) || bytes > MOST_FEATURE_BYTES)
      return { loader, inputOf: features, teach, ...scoring };
    note(context, stage, message('training.featuresCached'));
    const cached = await computeSplit(context, training, 'train', width, features);
    const teacherLogits = teach === null ? null : await computeSplit(context, training, 'train', model.classes, teach);
    return {
      loader: noPixels,
      inputOf: ({ positions }) => rows(cached, width, positions),
      teach:
        teacherLogits === null
          ? null
          : ({ positions }) => Promise.resolve(rows(teacherLogits, model.classes, positions)),
      ...scoring,
    };
  } catch (error) {
    await backbone.dispose();
    throw error;
  }
}

/** Results [n, width] of `compute` for every image of a split, without augmentation. */
async function computeSplit(
  context: RunContext,
  { stage, loader }: NetworkTraining,
  name: 'train' | 'val',
  width: number,
  compute: (batch: BatchImages) => Promise<Float32Array>,
): Promise<Float32Array> {
  const samples = split(context, name);
  const all = new Float32Array(samples.length * width);
  const network = message(stage === 'teacher' ? 'network.teacher' : 'network.student');
  const progress = progressReporter((event) => context.job.report(event), {
    stage,
    phase: 'head',
    activity: message('activity.computingFeatures', { network }),
    unit: 'images',
    total: samples.length,
  });
  for await (const { pixels, first, count } of plainBatches(loader, samples, context.config[stage].batch_size)) {
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

/** Logits [n, classes] of a head for features [n, width]. The last batch is filled with copies of its last row. */
async function scoreFeatures(
  network: LogitsNetwork,
  head: Model,
  features: Float32Array,
  batchSize: number,
): Promise<Float32Array> {
  const width = head.nodes[0]!.shape[0]!;
  const count = features.length / width;
  const logits = new Float32Array(count * head.classes);
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
}
