import type { NetworkConfig } from '../../../../shared/config.ts';
import { message } from '../../../../shared/message.ts';
import { Problem } from '../../../../shared/problem.ts';
import type { Loader } from '../../data/loader.ts';
import type { Model, Normalization, Parameters } from '../../graph/graph.ts';
import { layerDecayScales } from '../../models/layerDecay.ts';
import { readModelFile, writeModelFile } from '../../models/modelFile.ts';
import { headModel } from '../../models/headModel.ts';
import { finetunedFrom } from '../../models/unfreeze.ts';
import { stepsPerEpoch } from '../../train/batches.ts';
import { reestimateStatistics, trainsStatistics } from '../../train/batchStatistics.ts';
import { removeCheckpoints, writeCheckpoint } from '../../train/checkpoint.ts';
import type { Evaluation, PhaseSpec } from '../../train/phase.ts';
import { requireFiniteScores } from '../../train/diverged.ts';
import { trainPhase } from '../../train/trainPhase.ts';
import { earlyStoppingOf, isBetter, optimizerOf, plateauOf, scheduleOf, smallerIsBetter } from '../../train/recipe.ts';
import type { LogitsNetwork } from '../../train/scoring.ts';
import { epochScorer, logitsOf, scoreSamples, sigmoid } from '../../train/scoring.ts';
import { epochDetail } from './epochDetail.ts';
import { figure, validationMetrics } from './validationMetrics.ts';
import { headInputs } from './headInputs.ts';
import type { PhaseInputs } from './phaseInputs.ts';
import { resumePoint } from '../resumePoint.ts';
import type { RunContext, StageSummary } from '../runContext.ts';
import { checkpointFolder, modelPath, note, split } from '../runContext.ts';
import { startOf } from './initialState.ts';
import type { NetworkStage, NetworkTraining } from './model.ts';

/**
 * With fewer steps per epoch, the moving statistics (momentum 0.99) are still far from the true ones after an epoch.
 * Those of the epoch's own batches did as well on validation as statistics recomputed without augmentation
 * (docs/benchmarks.md), and they take no extra time.
 */
const STEPS_THAT_SETTLE_STATISTICS = 100;

/**
 * Trains a float network in two phases: the head on a frozen backbone, then fine-tuning of the head and the top of the
 * backbone. From scratch there is no head phase and nothing is frozen, because random features are not worth learning
 * from.
 */
export async function trainNetwork(context: RunContext, training: NetworkTraining): Promise<StageSummary> {
  const { stage } = training;
  const config = context.config[stage];
  const { model, normalization, parameters: start, scratch } = await startOf(context, stage, training);
  if (scratch)
    note(
      context,
      stage,
      message('training.fromScratch', {
        network: message(stage === 'teacher' ? 'network.teacher' : 'network.student'),
      }),
    );
  const steps = stepsPerEpoch({
    samples: split(context, 'train'),
    sampling: context.config.data,
    batchSize: config.batch_size,
  });
  const phases = [
    ...(scratch
      ? []
      : [
          phaseSpec(config, training, headModel(model), {
            phase: 'head',
            epochs: config.epochs_head,
            peak: config.lr_head,
            trainableFrom: 0,
            stepsPerEpoch: steps,
          }),
        ]),
    phaseSpec(config, training, model, {
      phase: 'finetune',
      epochs: config.epochs_finetune,
      peak: config.lr_finetune,
      trainableFrom: finetunedFrom(config, model),
      stepsPerEpoch: steps,
    }),
  ];
  let parameters: Parameters = start;
  let summary: StageSummary = {};
  const trained = phases.filter((phase) => phase.epochs > 0);
  if (trained.length === 0)
    throw new Problem(scratch ? 'config.nothingToTrainFromScratch' : 'config.nothingToTrain', { stage });
  for (const spec of trained) {
    const inputs =
      spec.phase === 'head'
        ? await headInputs(context, training, model, parameters)
        : pixelInputs(context, training, spec);
    try {
      ({ parameters, summary } = await runPhase(context, { stage, inputs, spec, normalization }, parameters));
    } finally {
      await inputs.dispose();
    }
  }
  for (const spec of phases) await removeCheckpoints(checkpointFolder(context), stage, spec.phase);
  return summary;
}

function phaseSpec(
  config: NetworkConfig,
  training: NetworkTraining,
  model: Model,
  phase: { phase: PhaseSpec['phase']; epochs: number; peak: number; trainableFrom: number; stepsPerEpoch: number },
): PhaseSpec {
  return {
    stage: training.stage,
    phase: phase.phase,
    model,
    trainableFrom: phase.trainableFrom,
    loss: training.loss,
    epochs: phase.epochs,
    schedule: scheduleOf(config, { peak: phase.peak, epochs: phase.epochs, stepsPerEpoch: phase.stepsPerEpoch }),
    optimizer: optimizerOf(config),
    learningRateScales: config.layer_decay === 1 ? new Map() : layerDecayScales(model, config.layer_decay),
    weightDecay: config.weight_decay,
    accumulationSteps: config.accumulation_steps,
    clipNorm: config.clip_norm,
    emaDecay: config.ema_decay,
    statistics:
      config.ema_decay === null &&
      phase.stepsPerEpoch < STEPS_THAT_SETTLE_STATISTICS &&
      trainsStatistics(model, phase.trainableFrom)
        ? 'epoch'
        : 'moving',
    earlyStopping: earlyStoppingOf(config, phase.epochs),
    plateau: plateauOf(config, phase.peak),
    monitor: config.monitor,
    rangeDecay: null,
  };
}

/** Inputs of a phase in which the pixels go through the whole network. */
function pixelInputs(
  context: RunContext,
  { stage, loader, sizeIndex, teach }: NetworkTraining,
  { model, emaDecay, trainableFrom }: PhaseSpec,
): PhaseInputs {
  const { batch_size: batchSize } = context.config[stage];
  const samples = split(context, 'train');
  const statistics = { engine: context.engine, loader, sizeIndex, samples, batchSize, seed: context.config.seed };
  const scoringBatch = evenBatch(split(context, 'val').length, batchSize);
  const scorer = epochScorer(context.engine, model, scoringBatch);
  return {
    loader,
    teach,
    inputOf: ({ pixels }) => pixels[sizeIndex]!,
    // An EMA of the weights has no statistics of its own; those of training belong to the raw weights.
    candidates: async (trained) =>
      emaDecay === null || !trainsStatistics(model, trainableFrom)
        ? [trained]
        : [trained, await reestimateStatistics(statistics, model, trained, trainableFrom)],
    scoreValidation: async (parameters) =>
      scoreSplit(context, await scorer.with(parameters), model, { loader, sizeIndex, batchSize: scoringBatch }, 'val'),
    dispose: () => scorer.dispose(),
  };
}

/** The smallest batch with which `count` images take no more batches than with `largest`, so that little is padding. */
const evenBatch = (count: number, largest: number): number => Math.ceil(count / Math.ceil(count / largest));

interface NetworkPhase {
  readonly stage: NetworkStage;
  readonly inputs: PhaseInputs;
  readonly spec: PhaseSpec;
  readonly normalization: Normalization | null;
}

/** Runs or resumes one phase; returns its best parameters and their figures on validation. */
async function runPhase(
  context: RunContext,
  { stage, inputs, spec, normalization }: NetworkPhase,
  start: Parameters,
): Promise<{ parameters: Parameters; summary: StageSummary }> {
  const { loader, teach } = inputs;
  const config = context.config[stage];
  const best = modelPath(context, `${stage}_best`);
  const stored = {
    architecture: config.architecture,
    inputSize: config.input_size,
    labels: context.dataset.vocabulary,
    normalization,
    ranges: null,
  };
  const checkpoint = await resumePoint(context, stage, spec.phase);
  const outcome = await trainPhase(
    spec,
    {
      engine: context.engine,
      source: {
        loader,
        samples: split(context, 'train'),
        classes: spec.model.classes,
        batchSize: config.batch_size,
        augmentation: context.config.augmentation,
        sampling: context.config.data,
        seed: context.config.seed,
      },
      inputOf: (batch) => inputs.inputOf(batch),
      teach,
      evaluate: (parameters) => evaluateFloat(context, stage, inputs, spec, parameters),
      keepBest: (parameters) => writeModelFile(best, { ...stored, parameters }),
      report: (event) => context.job.report(event),
      takeCommands: () => context.job.takeCommands(),
      recordMetrics: (line) => context.metrics.append(line),
      saveCheckpoint: (saved) => writeCheckpoint(checkpointFolder(context), saved),
      checkpointMinutes: context.config.checkpoint_minutes,
    },
    { parameters: start, ranges: new Map(), checkpoint },
  );
  await writeModelFile(modelPath(context, `${stage}_final`), { ...stored, parameters: outcome.last });
  return {
    parameters: (await readModelFile(best)).parameters,
    summary: {
      [`best_${spec.monitor}`]: figure(smallerIsBetter(spec.monitor, outcome.best)),
      training_seconds: outcome.seconds,
    },
  };
}

/** Evaluates an epoch's weights on validation and keeps the variant of their statistics that does better there. */
async function evaluateFloat(
  context: RunContext,
  stage: NetworkStage,
  inputs: PhaseInputs,
  { model, monitor }: PhaseSpec,
  trained: Parameters,
): Promise<Evaluation> {
  const val = split(context, 'val');
  const measure = async (
    parameters: Parameters,
  ): Promise<Pick<Evaluation, 'parameters' | 'metrics'> & { logits: Float32Array }> => {
    const logits = await inputs.scoreValidation(parameters);
    requireFiniteScores(stage, logits);
    return { parameters, logits, metrics: validationMetrics(logits, val, model.classes) };
  };
  const [moving, fresh] = await inputs.candidates(trained);
  let best = await measure(moving);
  if (fresh !== undefined) {
    const other = await measure(fresh);
    const reestimated = isBetter(monitor, other.metrics, best.metrics);
    best = reestimated ? other : best;
    best = { ...best, metrics: { ...best.metrics, statistics_reestimated: Number(reestimated) } };
  }
  return {
    metrics: best.metrics,
    parameters: best.parameters,
    detail: epochDetail(best.logits.map(sigmoid), val, context.dataset.vocabulary, context.config.seed),
  };
}

/** Logits [n, classes] of a float network on a whole split, without augmentation. */
export async function scoreFloat(
  context: RunContext,
  model: Model,
  parameters: Parameters,
  source: { loader: Loader; sizeIndex: number; batchSize: number },
  name: 'val' | 'test',
): Promise<Float32Array> {
  const network = await logitsOf(context.engine, model, parameters, source.batchSize);
  try {
    return await scoreSplit(context, network, model, source, name);
  } finally {
    await network.dispose();
  }
}

function scoreSplit(
  context: RunContext,
  network: LogitsNetwork,
  { classes }: Model,
  source: { loader: Loader; sizeIndex: number; batchSize: number },
  name: 'val' | 'test',
): Promise<Float32Array> {
  const samples = split(context, name);
  const logits = new Float32Array(samples.length * classes);
  return scoreSamples((pixels) => network.run(pixels), logits, { ...source, classes }, samples);
}
