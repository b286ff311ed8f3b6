import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JobCommand, RunEvent, Stage } from '../../../shared/events.ts';
import { Problem } from '../../../shared/problem.ts';
import type {
  Engine,
  NetworkInput,
  OptimizerSpec,
  Range,
  StepResult,
  TrainingSession,
  TrainingState,
} from '../engine/engine.ts';
import type { LossSpec } from '../losses/loss.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import type { AugmentedSource, BatchImages, TrainingBatch } from './batches.ts';
import { stepsPerEpoch, trainingBatches } from './batches.ts';
import { cycleStep, emaDecayAt } from './accumulation.ts';
import type { EarlyStoppingOptions, ReduceOnPlateauOptions } from './callbacks.ts';
import { earlyStopping, earlyStoppingStart, reduceOnPlateau, reduceOnPlateauStart } from './callbacks.ts';
import type { Checkpoint, PhaseProgress } from './checkpoint.ts';
import { diverged, requireFiniteParameters } from './diverged.ts';
import { drawMasks } from './masks.ts';
import { progressReporter } from '../../../shared/progress.ts';
import { freezesRanges, trackRanges } from './ranges.ts';
import { smallerIsBetter } from './recipe.ts';
import type { Schedule } from './schedule.ts';
import { learningRateOf } from './schedule.ts';
import { countDecisions, countedF1 } from './trainingDecisions.ts';

/** What is trained and how: one phase of one stage. */
export interface PhaseSpec {
  readonly stage: Stage;
  readonly phase: string;
  readonly model: Model;
  /** Index in model.nodes; 0 trains everything. */
  readonly trainableFrom: number;
  readonly loss: LossSpec;
  readonly epochs: number;
  readonly schedule: Schedule;
  readonly optimizer: OptimizerSpec;
  /** Factors on the learning rate by parameter name; empty: one rate for all. */
  readonly learningRateScales: ReadonlyMap<string, number>;
  readonly weightDecay: number;
  /** Batches whose gradients are added up before the weights move. */
  readonly accumulationSteps: number;
  readonly clipNorm: number | null;
  readonly emaDecay: number | null;
  readonly earlyStopping: EarlyStoppingOptions;
  readonly plateau: ReduceOnPlateauOptions;
  readonly monitor: 'val_loss' | 'macro_f1' | 'macro_ap';
  /** Decay of the moving average that tracked activation ranges follow; null without fake-quantization. */
  readonly rangeDecay: number | null;
}

/** What people watch while a network learns; written beside the epoch's figures. */
export interface EpochDetail {
  /** Average precision of each class on validation; null without a positive image. */
  readonly perClassAp: readonly (number | null)[];
  /** Scores 0..1 of a few fixed validation images. */
  readonly watched: readonly {
    readonly path: string;
    readonly truth: readonly string[];
    readonly scores: readonly { readonly label: string; readonly score: number }[];
  }[];
}

/** What an epoch's weights are worth, measured by the stage on the validation split. */
export interface Evaluation {
  readonly metrics: Readonly<Record<string, number | null>>;
  /** The parameters that were measured (EMA and re-estimated statistics included): what is kept if they are the best. */
  readonly parameters: Parameters;
  readonly detail: EpochDetail;
}

/** What the phase needs from its surroundings. */
export interface PhaseSurroundings {
  readonly engine: Engine;
  readonly source: AugmentedSource;
  /** What of a batch enters the model. */
  inputOf(batch: BatchImages): NetworkInput | Promise<NetworkInput>;
  /** Logits of the teacher for the same batch; null without distillation. */
  readonly teach: ((batch: BatchImages) => Promise<Float32Array>) | null;
  evaluate(parameters: Parameters, ranges: ReadonlyMap<string, Range>): Promise<Evaluation>;
  keepBest(parameters: Parameters, ranges: ReadonlyMap<string, Range>): Promise<void>;
  report(event: RunEvent): void;
  takeCommands(): readonly JobCommand[];
  /** Appends a line to metrics.jsonl; returns the file's length. */
  recordMetrics(line: object): number;
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>;
  readonly checkpointMinutes: number;
}

export interface PhaseStart {
  readonly parameters: Parameters;
  /** Ranges of tracked fake-quant nodes from calibration. */
  readonly ranges: ReadonlyMap<string, Range>;
  /** Where an earlier run of this phase stopped. */
  readonly checkpoint: Checkpoint | null;
}

const FIRST: PhaseProgress = {
  epoch: 0,
  step: 0,
  early: earlyStoppingStart,
  plateau: reduceOnPlateauStart(),
  lossSum: 0,
  hardLossSum: 0,
  decisions: [],
  waited: 0,
  seconds: 0,
  ranges: {},
  metricsBytes: 0,
};

/** Trains a phase to its end and returns the parameters that were measured last and the best monitored value (smaller is better); the best parameters went to `keepBest`. */
export async function trainPhase(
  spec: PhaseSpec,
  around: PhaseSurroundings,
  start: PhaseStart,
): Promise<{ last: Parameters; best: number; seconds: number }> {
  const { source } = around;
  const steps = stepsPerEpoch(source);
  const state: TrainingState = start.checkpoint?.state ?? {
    parameters: start.parameters,
    slots: new Map(),
    ema: null,
    steps: 0,
  };
  let at: PhaseProgress = start.checkpoint?.progress ?? {
    ...FIRST,
    ranges: Object.fromEntries(start.ranges),
    metricsBytes: around.recordMetrics({
      type: 'phase',
      stage: spec.stage,
      phase: spec.phase,
      stepsPerEpoch: steps,
      epochs: spec.epochs,
    }),
  };
  const session = await around.engine.createTraining({
    model: spec.model,
    batchSize: source.batchSize,
    trainableFrom: spec.trainableFrom,
    loss: spec.loss,
    optimizer: spec.optimizer,
    clipNorm: spec.clipNorm,
    ema: spec.emaDecay !== null,
    learningRateScales: spec.learningRateScales,
    accumulates: spec.accumulationSteps > 1,
    state,
  });
  // A pause is no work: it lengthens neither what was spent nor what is left.
  let paused = 0;
  const now = (): number => performance.now() - paused;
  const progress = progressReporter(
    around.report,
    spec.stage,
    `${spec.stage}: ${spec.phase}`,
    'steps',
    spec.epochs * steps,
    now,
  );
  const save = async (): Promise<void> => {
    await around.saveCheckpoint({ stage: spec.stage, phase: spec.phase, progress: at, state: await session.state() });
    around.report({ type: 'checkpoint', stage: spec.stage, phase: spec.phase, epoch: at.epoch, step: at.step });
  };
  let stop = false;
  let finish = false;
  let last: Parameters | null = null;
  let lastSave = performance.now();
  let clock = now();
  const elapse = (): number => {
    const seconds = at.seconds + (now() - clock) / 1000;
    clock = now();
    return seconds;
  };
  try {
    while (at.epoch < spec.epochs && !finish) {
      for await (const batch of trainingBatches(source, at.epoch, at.step)) {
        const learningRate = at.plateau.scale * learningRateOf(spec.schedule, at.epoch * steps + at.step);
        const result = await step(session, spec, around, batch, { at, steps, learningRate });
        const ranges =
          spec.rangeDecay === null || freezesRanges(at.epoch, spec.epochs)
            ? at.ranges
            : trackRanges(at.ranges, result.ranges, spec.rangeDecay);
        at = {
          ...at,
          step: at.step + 1,
          lossSum: at.lossSum + result.loss,
          hardLossSum: at.hardLossSum + result.hardLoss,
          decisions: countDecisions(at.decisions, batch, result.logits, source.classes),
          waited: at.waited + batch.waited,
          ranges,
          seconds: elapse(),
        };
        const metrics = {
          loss: result.loss,
          hard_loss: result.hardLoss,
          gradient_norm: result.gradientNorm,
          learning_rate: learningRate,
        };
        at = {
          ...at,
          metricsBytes: around.recordMetrics({
            type: 'step',
            stage: spec.stage,
            phase: spec.phase,
            epoch: at.epoch,
            step: at.step,
            ...metrics,
          }),
        };
        around.report({ type: 'step', stage: spec.stage, phase: spec.phase, epoch: at.epoch, step: at.step, metrics });
        progress(at.epoch * steps + at.step);
        await nextTurn(); // lets messages in: a step blocks the thread
        const asked = performance.now();
        ({ stop, finish } = await obey(around, { stop, finish }));
        paused += performance.now() - asked;
        if (stop || performance.now() - lastSave > around.checkpointMinutes * 60_000) {
          await save();
          lastSave = performance.now();
        }
        if (stop) throw new Problem('cancelled', 'Stopped at a checkpoint, as asked. Resume goes on from here.');
        if (finish) break;
      }
      const ranges = new Map(Object.entries(at.ranges));
      const trained = judged(await session.state());
      requireFiniteParameters(spec.stage, trained, at.epoch);
      const evaluation = await around.evaluate(trained, ranges);
      last = evaluation.parameters;
      const value = monitored(spec, evaluation);
      // A phase that is told to end is judged where it stands.
      const early = earlyStopping(
        finish ? { ...spec.earlyStopping, startFromEpoch: 0 } : spec.earlyStopping,
        at.early,
        at.epoch,
        value,
      );
      const plateau = reduceOnPlateau(spec.plateau, at.plateau, value);
      if (early.improved) await around.keepBest(evaluation.parameters, ranges);
      const seconds = elapse();
      const metrics = {
        loss: at.lossSum / Math.max(1, at.step),
        hard_loss: at.hardLossSum / Math.max(1, at.step),
        ...countedF1(at.decisions),
        ...evaluation.metrics,
        learning_rate: at.plateau.scale * learningRateOf(spec.schedule, at.epoch * steps + at.step - 1),
        seconds,
        waited_seconds: at.waited,
      };
      around.report({
        type: 'epoch',
        stage: spec.stage,
        phase: spec.phase,
        epoch: at.epoch,
        epochs: spec.epochs,
        metrics,
        best: early.improved,
      });
      const metricsBytes = around.recordMetrics({
        type: 'epoch',
        stage: spec.stage,
        phase: spec.phase,
        epoch: at.epoch,
        best: early.improved,
        ...metrics,
        perClassAp: evaluation.detail.perClassAp,
        watched: evaluation.detail.watched,
      });
      at = {
        ...at,
        epoch: at.epoch + 1,
        step: 0,
        early: early.state,
        plateau,
        lossSum: 0,
        hardLossSum: 0,
        decisions: [],
        waited: 0,
        seconds,
        metricsBytes,
      };
      finish ||= early.stop;
      if (early.stop)
        around.report({
          type: 'note',
          stage: spec.stage,
          level: 'info',
          message: `No better ${spec.monitor} for ${spec.earlyStopping.patience} epochs: ${spec.phase} ends early with the weights of epoch ${early.state.bestEpoch + 1}.`,
        });
      if (finish) at = { ...at, epoch: spec.epochs };
      await save();
      lastSave = performance.now();
    }
    last ??= (await around.evaluate(judged(await session.state()), new Map(Object.entries(at.ranges)))).parameters;
    return { last, best: at.early.best, seconds: at.seconds };
  } finally {
    await session.dispose();
  }
}

/** Where an average of the weights is kept, it is what is measured and kept. */
const judged = ({ parameters, ema }: TrainingState): Parameters =>
  ema === null ? parameters : new Map([...parameters, ...ema]);

async function step(
  session: TrainingSession,
  spec: PhaseSpec,
  around: PhaseSurroundings,
  batch: TrainingBatch,
  { at, steps, learningRate }: { at: PhaseProgress; steps: number; learningRate: number },
): Promise<StepResult> {
  const { seed, batchSize } = around.source;
  const cycle = cycleStep(at.epoch, at.step, steps, spec.accumulationSteps);
  const result = await session.step({
    pixels: await around.inputOf(batch),
    labels: batch.labels,
    weights: batch.weights,
    ...(around.teach && { teacherLogits: await around.teach(batch) }),
    learningRate,
    weightDecay: spec.weightDecay,
    masks: drawMasks(spec.model, spec.trainableFrom, batchSize, { seed, epoch: at.epoch, step: at.step }),
    ...(spec.emaDecay !== null && { emaDecay: emaDecayAt(spec.emaDecay, cycle.updates + 1) }),
    ...(spec.accumulationSteps > 1 && { accumulation: { share: cycle.share, moves: cycle.moves } }),
    ...(spec.rangeDecay !== null && { fakeQuantRanges: new Map(Object.entries(at.ranges)) }),
  });
  if (Number.isFinite(result.loss)) return result;
  throw diverged(spec.stage, `the loss of ${spec.stage} in epoch ${at.epoch + 1}, step ${at.step + 1} is not a number`);
}

/** The monitored value, smaller is better. */
function monitored(spec: PhaseSpec, { metrics }: Evaluation): number {
  return smallerIsBetter(spec.monitor, metrics[spec.monitor] ?? NaN);
}

/** Acts on what the user asked for since the last step; while paused, waits here. */
async function obey(
  around: PhaseSurroundings,
  wishes: { stop: boolean; finish: boolean },
): Promise<{ stop: boolean; finish: boolean }> {
  let { stop, finish } = wishes;
  let paused = false;
  do {
    for (const command of around.takeCommands()) {
      if (command.type === 'stop') stop = true;
      if (command.type === 'finishPhase') finish = true;
      if (command.type === 'pause') paused = true;
      if (command.type === 'continue') paused = false;
    }
    if (paused && !stop && !finish) await new Promise((resolve) => setTimeout(resolve, 200));
  } while (paused && !stop && !finish);
  return { stop, finish };
}
