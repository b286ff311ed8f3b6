import type { NetworkConfig } from '../../../../shared/config.ts';
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
import { trainPhase } from '../../train/phase.ts';
import { earlyStoppingOf, isBetter, optimizerOf, plateauOf, scheduleOf, smallerIsBetter } from '../../train/recipe.ts';
import { logitsOf, scoreSamples, sigmoid } from '../../train/scoring.ts';
import { epochDetail } from './epochDetail.ts';
import { figure, validationMetrics } from './validationMetrics.ts';
import { headInputs } from './headInputs.ts';
import type { PhaseInputs } from './phaseInputs.ts';
import type { RunRoom, StageSummary } from '../runContext.ts';
import { checkpointFolder, modelPath, note, resumePoint, split } from '../runContext.ts';
import { startOf } from './initialState.ts';
import type { NetworkStage, NetworkTraining } from './model.ts';

/** With fewer steps than this an epoch leaves the moving statistics (momentum 0.99) far from where they belong. */
const STEPS_THAT_SETTLE_STATISTICS = 100;

/**
 * Trains a float network in two phases: A, the head on a frozen backbone; B, the top of the backbone with it.
 * From scratch there is no phase A and nothing is frozen: a frozen random backbone would learn nothing.
 */
export async function trainNetwork(room: RunRoom, training: NetworkTraining): Promise<StageSummary> {
  const { stage } = training;
  const config = room.config[stage];
  const { model, normalization, parameters: start, scratch } = await startOf(room, stage, training);
  if (scratch)
    note(
      room,
      stage,
      `No pretrained weights for the ${stage}: it is trained from scratch, all layers from the start, without a head phase. Scores will be well below those with ImageNet weights.`,
    );
  const steps = stepsPerEpoch({
    samples: split(room, 'train'),
    sampling: room.config.data,
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
    throw new Problem(
      'config',
      `Nothing to train: ${stage}.epochs_finetune is 0${scratch ? ', and from scratch there is no head phase' : ' and so is epochs_head'}.`,
    );
  for (const spec of trained) {
    const inputs =
      spec.phase === 'head' ? await headInputs(room, training, model, parameters) : pixelInputs(room, training, spec);
    try {
      ({ parameters, summary } = await runPhase(room, { stage, inputs, spec, normalization }, parameters));
    } finally {
      await inputs.dispose();
    }
  }
  for (const spec of phases) await removeCheckpoints(checkpointFolder(room), stage, spec.phase);
  return summary;
}

function phaseSpec(
  config: NetworkConfig,
  training: NetworkTraining,
  model: Model,
  phase: { phase: string; epochs: number; peak: number; trainableFrom: number; stepsPerEpoch: number },
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
    earlyStopping: earlyStoppingOf(config, phase.epochs),
    plateau: plateauOf(config, phase.peak),
    monitor: config.monitor,
    rangeDecay: null,
  };
}

/** Pixels go through the whole network. */
function pixelInputs(
  room: RunRoom,
  { stage, loader, sizeIndex, teach }: NetworkTraining,
  { model, emaDecay, trainableFrom }: PhaseSpec,
): PhaseInputs {
  const { batch_size: batchSize } = room.config[stage];
  const samples = split(room, 'train');
  const settles = emaDecay === null && samples.length / batchSize >= STEPS_THAT_SETTLE_STATISTICS;
  const statistics = { engine: room.engine, loader, sizeIndex, samples, batchSize, seed: room.config.seed };
  return {
    loader,
    teach,
    inputOf: ({ pixels }) => pixels[sizeIndex]!,
    candidates: async (trained) =>
      settles || !trainsStatistics(model, trainableFrom)
        ? [trained]
        : [trained, await reestimateStatistics(statistics, model, trained, trainableFrom)],
    scoreValidation: (parameters) => scoreFloat(room, model, parameters, { loader, sizeIndex, batchSize }, 'val'),
    dispose: () => Promise.resolve(),
  };
}

interface NetworkPhase {
  readonly stage: NetworkStage;
  readonly inputs: PhaseInputs;
  readonly spec: PhaseSpec;
  readonly normalization: Normalization | null;
}

/** Runs (or resumes) one phase; returns its best parameters and what they are worth on validation. */
async function runPhase(
  room: RunRoom,
  { stage, inputs, spec, normalization }: NetworkPhase,
  start: Parameters,
): Promise<{ parameters: Parameters; summary: StageSummary }> {
  const { loader, teach } = inputs;
  const config = room.config[stage];
  const best = modelPath(room, `${stage}_best`);
  const stored = {
    architecture: config.architecture,
    inputSize: config.input_size,
    labels: room.dataset.vocabulary,
    normalization,
    ranges: null,
  };
  const checkpoint = await resumePoint(room, stage, spec.phase);
  const outcome = await trainPhase(
    spec,
    {
      engine: room.engine,
      source: {
        loader,
        samples: split(room, 'train'),
        classes: spec.model.classes,
        batchSize: config.batch_size,
        augmentation: room.config.augmentation,
        sampling: room.config.data,
        seed: room.config.seed,
      },
      inputOf: (batch) => inputs.inputOf(batch),
      teach,
      evaluate: (parameters) => evaluateFloat(room, stage, inputs, spec, parameters),
      keepBest: (parameters) => writeModelFile(best, { ...stored, parameters }),
      report: (event) => room.context.report(event),
      takeCommands: () => room.context.takeCommands(),
      recordMetrics: (line) => room.metrics.append(line),
      saveCheckpoint: (saved) => writeCheckpoint(checkpointFolder(room), saved),
      checkpointMinutes: room.config.checkpoint_minutes,
    },
    { parameters: start, ranges: new Map(), checkpoint },
  );
  await writeModelFile(modelPath(room, `${stage}_final`), { ...stored, parameters: outcome.last });
  return {
    parameters: (await readModelFile(best)).parameters,
    summary: {
      [`best_${spec.monitor}`]: figure(smallerIsBetter(spec.monitor, outcome.best)),
      training_seconds: outcome.seconds,
    },
  };
}

/** Measures an epoch's weights on validation: with the statistics, of those in question, that do better there. */
async function evaluateFloat(
  room: RunRoom,
  stage: NetworkStage,
  inputs: PhaseInputs,
  { model, monitor }: PhaseSpec,
  trained: Parameters,
): Promise<Evaluation> {
  const val = split(room, 'val');
  const measure = async (
    parameters: Parameters,
  ): Promise<Pick<Evaluation, 'parameters' | 'metrics'> & { logits: Float32Array }> => {
    const logits = await inputs.scoreValidation(parameters);
    requireFiniteScores(stage, logits);
    return { parameters, logits, metrics: validationMetrics(logits, val, model.classes) };
  };
  const [left, fresh] = await inputs.candidates(trained);
  let best = await measure(left);
  if (fresh !== undefined) {
    const other = await measure(fresh);
    const reestimated = isBetter(monitor, other.metrics, best.metrics);
    best = reestimated ? other : best;
    best = { ...best, metrics: { ...best.metrics, statistics_reestimated: Number(reestimated) } };
  }
  return {
    metrics: best.metrics,
    parameters: best.parameters,
    detail: epochDetail(best.logits.map(sigmoid), val, room.dataset.vocabulary, room.config.seed),
  };
}

/** Logits [n, classes] of a float network on a whole split, un-augmented. */
export async function scoreFloat(
  room: RunRoom,
  model: Model,
  parameters: Parameters,
  source: { loader: Loader; sizeIndex: number; batchSize: number },
  name: 'val' | 'test',
): Promise<Float32Array> {
  const samples = split(room, name);
  const network = await logitsOf(room.engine, model, parameters, source.batchSize);
  try {
    return await scoreSamples(
      network.run,
      new Float32Array(samples.length * model.classes),
      { ...source, classes: model.classes },
      samples,
    );
  } finally {
    await network.dispose();
  }
}
