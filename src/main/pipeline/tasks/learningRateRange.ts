import type { Config, EngineName } from '../../../shared/config.ts';
import { checkProject } from '../data/checkDataset.ts';
import { refuseErrors } from '../data/findings.ts';
import { engineKind } from '../engine/registry.ts';
import { layerDecayScales } from '../models/layerDecay.ts';
import { finetunedFrom } from '../models/unfreeze.ts';
import type { AugmentedSource, TrainingBatch } from '../train/batches.ts';
import { trainingBatches } from '../train/batches.ts';
import { drawMasks } from '../train/masks.ts';
import { message } from '../../../shared/message.ts';
import { progressReporter } from '../../../shared/progress.ts';
import type { RangePoint } from '../train/learningRateRange.ts';
import { hasDiverged, rateOfStep, suggestedRate, withLoss } from '../train/learningRateRange.ts';
import { optimizerOf } from '../train/recipe.ts';
import { labelLoss } from '../losses/settings.ts';
import type { JobContext } from '../stages/jobContext.ts';
import type { NetworkStage } from '../stages/network/model.ts';
import { split, withLoader } from '../stages/runContext.ts';
import { startOf } from '../stages/network/initialState.ts';

export interface LearningRateRangeRequest {
  readonly project: string;
  readonly config: Config;
  readonly network: NetworkStage;
  readonly steps: number;
  readonly cacheFolder: string;
  readonly engine: EngineName;
  readonly enginesFolder: string;
}

export interface LearningRateRange {
  readonly network: NetworkStage;
  readonly points: readonly RangePoint[];
  /** A value for lr_finetune; null when the loss never fell. */
  readonly suggested: number | null;
  /** True when the loss diverged before the last step. */
  readonly stoppedEarly: boolean;
}

/**
 * Runs phase B of a network for a few steps at rising learning rates, with the run's own loss, optimizer and
 * augmentation, on the labels alone (there is no teacher yet). Writes no file.
 */
export async function learningRateRange(
  { project, config, network, steps, cacheFolder, engine: name, enginesFolder }: LearningRateRangeRequest,
  job: JobContext,
): Promise<LearningRateRange> {
  const { dataset, findings } = await checkProject(project, config.data, { cacheFolder });
  refuseErrors(findings);
  const engine = await engineKind(name).start({
    threads: config.engine.threads,
    lowMemory: config.engine.memory === 'low',
    adapter: config.engine.adapter,
    enginesFolder,
  });
  const context = { config, dataset, job, cacheFolder };
  const own = config[network];
  const source = {
    samples: split(context, 'train'),
    classes: dataset.vocabulary.length,
    batchSize: own.batch_size,
    augmentation: config.augmentation,
    sampling: config.data,
    seed: config.seed,
  };
  return withLoader(context, [own.input_size], async (loader) => {
    const { model, parameters } = await startOf({ ...context, engine }, network, { loader, sizeIndex: 0 });
    const trainableFrom = finetunedFrom(own, model);
    // Loaded before the session starts, because an unreadable image would leave it open.
    const batches = await firstBatches({ ...source, loader }, own.input_size);
    const session = await engine.createTraining({
      model,
      batchSize: own.batch_size,
      trainableFrom,
      loss: labelLoss(own, source.samples, model.classes),
      optimizer: optimizerOf(own),
      clipNorm: own.clip_norm,
      ema: false,
      learningRateScales: own.layer_decay === 1 ? new Map() : layerDecayScales(model, own.layer_decay),
      state: { parameters, slots: new Map(), ema: null, steps: 0 },
    });
    const progress = progressReporter((event) => job.report(event), {
      stage: network,
      activity: message('activity.tryingLearningRates'),
      unit: 'steps',
      total: batches.length + steps,
    });
    const step = async (index: number, learningRate: number): Promise<number> => {
      const { pixels, labels, weights } = batches[index % batches.length]!;
      const masks = drawMasks(model, trainableFrom, own.batch_size, { seed: config.seed, epoch: 0, step: index });
      const { loss } = await session.step({
        inputs: pixels[0]!,
        labels,
        weights,
        learningRate,
        weightDecay: own.weight_decay,
        masks,
      });
      progress(index + 1);
      return loss;
    };
    let points: readonly RangePoint[] = [];
    try {
      const before: number[] = [];
      for (let index = 0; index < batches.length; index++) before.push(await step(index, 0));
      while (points.length < steps && !hasDiverged(points)) {
        const index = batches.length + points.length;
        const learningRate = rateOfStep(points.length, steps);
        points = withLoss(points, before, learningRate, await step(index, learningRate));
      }
    } finally {
      await session.dispose();
    }
    // A loss that is not a number ends the curve, and JSON could not hold it.
    const drawn = points.filter(({ smoothed }) => Number.isFinite(smoothed));
    return {
      network,
      points: drawn,
      suggested: suggestedRate(drawn),
      stoppedEarly: points.length < steps || drawn.length < points.length,
    };
  });
}

const MOST_BATCHES = 10,
  MOST_BYTES = 200e6;

/** The whole test repeats the same few batches. */
async function firstBatches(source: AugmentedSource, inputSize: number): Promise<TrainingBatch[]> {
  const fitting = Math.max(1, Math.floor(MOST_BYTES / (source.batchSize * inputSize ** 2 * 3)));
  const batches: TrainingBatch[] = [];
  for await (const batch of trainingBatches(source, 0, 0)) {
    batches.push(batch);
    if (batches.length === Math.min(MOST_BATCHES, fitting)) break;
  }
  return batches;
}
