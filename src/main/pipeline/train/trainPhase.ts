import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { progressReporter } from '../../../shared/progress.ts';
import type { Range, StepResult, TrainingSession, TrainingState } from '../engine/engine.ts';
import type { Parameters } from '../graph/graph.ts';
import { cycleStep, emaDecayAt } from './accumulation.ts';
import type { TrainingBatch } from './batches.ts';
import { stepsPerEpoch, trainingBatches } from './batches.ts';
import { COUNTED_BATCHES, trainedStatistics, withEpochStatistics } from './epochStatistics.ts';
import { earlyStopping, earlyStoppingStart, reduceOnPlateau, reduceOnPlateauStart } from './callbacks.ts';
import type { PhaseProgress } from './checkpoint.ts';
import { divergedLoss, requireFiniteParameters } from './diverged.ts';
import { drawMasks } from './masks.ts';
import type { Evaluation, PhaseContext, PhaseSpec, PhaseStart } from './phase.ts';
import { freezesRanges, trackRanges } from './ranges.ts';
import { smallerIsBetter } from './recipe.ts';
import { learningRateOf } from './schedule.ts';
import { countDecisions, countedF1 } from './trainingDecisions.ts';

export interface PhaseOutcome {
  /** The parameters that were evaluated last; the best ones went to `keepBest`. */
  readonly last: Parameters;
  /** The best monitored value, smaller is better. */
  readonly best: number;
  readonly seconds: number;
}

/** Trains a phase to its end, from the start or from a checkpoint. */
export async function trainPhase(spec: PhaseSpec, context: PhaseContext, start: PhaseStart): Promise<PhaseOutcome> {
  const progress = start.checkpoint?.progress ?? firstProgress(spec, context, start);
  const session = await openSession(spec, context, start);
  try {
    const before = start.checkpoint?.statisticsBefore ?? start.checkpoint?.state.parameters ?? start.parameters;
    return await new TrainingLoop(spec, context, session, progress, before).run();
  } finally {
    await session.dispose();
  }
}

/** Progress before the first step, after the line that announces the phase in metrics.jsonl. */
function firstProgress(spec: PhaseSpec, context: PhaseContext, { ranges }: PhaseStart): PhaseProgress {
  const metricsBytes = context.recordMetrics({
    type: 'phase',
    stage: spec.stage,
    phase: spec.phase,
    stepsPerEpoch: stepsPerEpoch(context.source),
    epochs: spec.epochs,
  });
  return {
    ...emptyEpoch,
    epoch: 0,
    early: earlyStoppingStart,
    plateau: reduceOnPlateauStart(),
    seconds: 0,
    statisticsBatches: 0,
    ranges: Object.fromEntries(ranges),
    metricsBytes,
  };
}

/** The sums of an epoch that has not begun. */
const emptyEpoch = { step: 0, lossSum: 0, hardLossSum: 0, decisions: [], waited: 0 } satisfies Partial<PhaseProgress>;

/** Files that are being written while training goes on, one after another. */
class Writes {
  private last = Promise.resolve();

  add(write: () => Promise<void>): void {
    this.last = this.last.then(write);
    this.last.catch(() => undefined); // `finished` throws it
  }

  /** Throws what the first failed write threw. */
  async finished(): Promise<void> {
    await this.last;
  }
}

function openSession(spec: PhaseSpec, context: PhaseContext, start: PhaseStart): Promise<TrainingSession> {
  const { model, trainableFrom, loss, optimizer, clipNorm, learningRateScales } = spec;
  const state: TrainingState = start.checkpoint?.state ?? {
    parameters: start.parameters,
    slots: new Map(),
    ema: null,
    steps: 0,
  };
  return context.engine.createTraining({
    model,
    batchSize: context.source.batchSize,
    trainableFrom,
    loss,
    optimizer,
    clipNorm,
    ema: spec.emaDecay !== null,
    learningRateScales,
    accumulates: spec.accumulationSteps > 1,
    state,
  });
}

/** Epochs of training steps, each followed by an evaluation. Everything the next step depends on is in `at`. */
class TrainingLoop {
  private readonly spec: PhaseSpec;
  private readonly context: PhaseContext;
  private readonly session: TrainingSession;
  private readonly stepsPerEpoch: number;
  private readonly showProgress: (done: number) => void;
  private readonly clock = new TrainingClock();
  private at: PhaseProgress;
  /** The user asked to end the phase now. */
  private finishing = false;
  private evaluated: Parameters | null = null;
  private lastSave = performance.now();
  private readonly writes = new Writes();
  /** The session's state, if no step has been taken since it was read. */
  private current: TrainingState | null = null;
  /** The moving statistics before the batches that count as the epoch's (see epochStatistics.ts). */
  private statisticsBefore: Parameters;
  /** Batches of the next epoch, which load while this one is evaluated. */
  private upcoming: AsyncGenerator<TrainingBatch> | null = null;

  constructor(
    spec: PhaseSpec,
    context: PhaseContext,
    session: TrainingSession,
    at: PhaseProgress,
    statisticsBefore: Parameters,
  ) {
    this.spec = spec;
    this.context = context;
    this.session = session;
    this.at = at;
    this.statisticsBefore = trainedStatistics(spec.model, spec.trainableFrom, statisticsBefore);
    this.stepsPerEpoch = stepsPerEpoch(context.source);
    this.showProgress = progressReporter(
      (event) => context.report(event),
      {
        stage: spec.stage,
        phase: spec.phase,
        activity: activityOf(spec),
        unit: 'steps',
        total: spec.epochs * this.stepsPerEpoch,
      },
      () => this.clock.now(),
    );
  }

  async run(): Promise<PhaseOutcome> {
    try {
      while (this.at.epoch < this.spec.epochs) {
        await this.trainEpoch();
        await this.endEpoch();
      }
      // A phase that was resumed after its last epoch has nothing to train, but its weights are still wanted.
      this.evaluated ??= (await this.evaluate()).parameters;
      await this.writes.finished();
    } finally {
      // A failed phase must not leave a write behind that finishes after its run has ended.
      await this.writes.finished().catch(() => undefined);
    }
    return { last: this.evaluated, best: this.at.early.best, seconds: this.at.seconds };
  }

  private async trainEpoch(): Promise<void> {
    const batches = this.upcoming ?? trainingBatches(this.context.source, this.at.epoch, this.at.step);
    this.upcoming = null;
    for await (const batch of batches) {
      await this.beginStatistics();
      const learningRate = this.learningRateAt(this.at.step);
      const result = await this.step(batch, learningRate);
      this.count(batch, result);
      this.reportStep(result, learningRate);
      await nextTurn(); // lets messages in, because a step blocks the thread
      const stopping = await this.followCommands();
      if (stopping || performance.now() - this.lastSave > this.context.checkpointMinutes * 60_000) await this.save();
      if (stopping) await this.writes.finished();
      if (stopping) throw new Problem('cancelled.stoppedAtCheckpoint');
      if (this.finishing) return;
    }
  }

  /**
   * Evaluates the epoch's weights, lets the callbacks decide, and saves a checkpoint at the start of the next epoch.
   */
  private async endEpoch(): Promise<void> {
    const { spec, context, at } = this;
    if (at.epoch + 1 < spec.epochs && !this.finishing) this.upcoming = trainingBatches(context.source, at.epoch + 1, 0);
    const evaluation = await this.evaluate();
    this.evaluated = evaluation.parameters;
    const value = smallerIsBetter(spec.monitor, evaluation.metrics[spec.monitor] ?? NaN);
    // A phase that the user ends is evaluated even before `startFromEpoch`, or it would keep no weights.
    const stopping = this.finishing ? { ...spec.earlyStopping, startFromEpoch: 0 } : spec.earlyStopping;
    const early = earlyStopping(stopping, at.early, at.epoch, value);
    if (early.improved) await this.write(() => context.keepBest(evaluation.parameters, rangesOf(at)));
    const seconds = this.elapsed();
    const metricsBytes = this.reportEpoch(evaluation, early.improved, seconds);
    if (early.stop) this.reportEarlyStop(early.state.bestEpoch);
    this.at = {
      ...at,
      ...emptyEpoch,
      epoch: this.finishing || early.stop ? spec.epochs : at.epoch + 1,
      early: early.state,
      plateau: reduceOnPlateau(spec.plateau, at.plateau, value),
      seconds,
      metricsBytes,
    };
    await this.save();
  }

  private async step(batch: TrainingBatch, learningRate: number): Promise<StepResult> {
    const { spec, context, at } = this;
    const { seed, batchSize } = context.source;
    const cycle = cycleStep(at.epoch, at.step, this.stepsPerEpoch, spec.accumulationSteps);
    this.current = null;
    const result = await this.session.step({
      inputs: await context.inputOf(batch),
      labels: batch.labels,
      weights: batch.weights,
      ...(context.teach && { teacherLogits: await context.teach(batch) }),
      learningRate,
      weightDecay: spec.weightDecay,
      masks: drawMasks(spec.model, spec.trainableFrom, batchSize, { seed, epoch: at.epoch, step: at.step }),
      ...(spec.emaDecay !== null && { emaDecay: emaDecayAt(spec.emaDecay, cycle.updates + 1) }),
      ...(spec.accumulationSteps > 1 && { accumulation: { share: cycle.share, moves: cycle.moves } }),
      ...(spec.rangeDecay !== null && { fakeQuantRanges: rangesOf(at) }),
    });
    if (!Number.isFinite(result.loss)) throw divergedLoss(spec.stage, at.epoch, at.step);
    return result;
  }

  /** Adds a step to the progress of the epoch. */
  private count(batch: TrainingBatch, result: StepResult): void {
    const { spec, at } = this;
    this.at = {
      ...at,
      step: at.step + 1,
      lossSum: at.lossSum + result.loss,
      hardLossSum: at.hardLossSum + result.hardLoss,
      decisions: countDecisions(at.decisions, batch, result.logits, this.context.source.classes),
      waited: at.waited + batch.waited,
      statisticsBatches: at.statisticsBatches + (result.batches ?? 1),
      ranges:
        spec.rangeDecay === null || freezesRanges(at.epoch, spec.epochs)
          ? at.ranges
          : trackRanges(at.ranges, result.ranges, spec.rangeDecay),
      seconds: this.elapsed(),
    };
  }

  private learningRateAt(step: number): number {
    const { epoch, plateau } = this.at;
    return plateau.scale * learningRateOf(this.spec.schedule, epoch * this.stepsPerEpoch + step);
  }

  /** Evaluates the average of the weights where one is kept, else the weights themselves. */
  private async evaluate(): Promise<Evaluation> {
    const { spec, at } = this;
    const { parameters, ema } = await this.state();
    const trained: Parameters = ema === null ? parameters : new Map([...parameters, ...ema]);
    requireFiniteParameters(spec.stage, trained, at.epoch);
    return this.context.evaluate(
      spec.statistics === 'epoch'
        ? withEpochStatistics(spec.model, trained, this.statisticsBefore, at.statisticsBatches)
        : trained,
      rangesOf(at),
    );
  }

  private async state(): Promise<TrainingState> {
    return (this.current ??= await this.session.state());
  }

  /** Counts the batches from this step on as the epoch's, if it is the first of its counted ones. */
  private async beginStatistics(): Promise<void> {
    const { spec, at } = this;
    if (spec.statistics !== 'epoch' || (at.step !== 0 && at.step !== this.stepsPerEpoch - COUNTED_BATCHES)) return;
    const { parameters } = await this.state();
    this.statisticsBefore = trainedStatistics(spec.model, spec.trainableFrom, parameters);
    this.at = { ...at, statisticsBatches: 0 };
  }

  private reportStep(result: StepResult, learningRate: number): void {
    const { context } = this;
    const { stage, phase } = this.spec;
    const { epoch, step } = this.at;
    const metrics = {
      loss: result.loss,
      hard_loss: result.hardLoss,
      gradient_norm: result.gradientNorm,
      learning_rate: learningRate,
    };
    const metricsBytes = context.recordMetrics({ type: 'step', stage, phase, epoch, step, ...metrics });
    this.at = { ...this.at, metricsBytes };
    context.report({ type: 'step', stage, phase, epoch, step, metrics });
    this.showProgress(epoch * this.stepsPerEpoch + step);
  }

  /** Returns the new length of metrics.jsonl. */
  private reportEpoch({ metrics: validation, detail }: Evaluation, best: boolean, seconds: number): number {
    const { context, at } = this;
    const { stage, phase, epochs } = this.spec;
    const { epoch } = at;
    const metrics = {
      loss: at.lossSum / Math.max(1, at.step),
      hard_loss: at.hardLossSum / Math.max(1, at.step),
      ...countedF1(at.decisions),
      ...validation,
      learning_rate: this.learningRateAt(at.step - 1),
      seconds,
      waited_seconds: at.waited,
    };
    context.report({ type: 'epoch', stage, phase, epoch, epochs, metrics, best });
    const { perClassAp, watched } = detail;
    return context.recordMetrics({ type: 'epoch', stage, phase, epoch, best, ...metrics, perClassAp, watched });
  }

  private reportEarlyStop(bestEpoch: number): void {
    const { stage, phase, monitor, earlyStopping: options } = this.spec;
    const params = { monitor, epochs: options.patience!, best: bestEpoch + 1 };
    this.context.report({
      type: 'note',
      stage,
      level: 'info',
      message:
        phase === 'head'
          ? message('training.headEndedEarly', params)
          : phase === 'finetune'
            ? message('training.fineTuningEndedEarly', params)
            : message('training.quantizationEndedEarly', params),
    });
  }

  /**
   * Acts on the user's commands since the last step and waits while paused. Returns whether to stop at a checkpoint.
   */
  private async followCommands(): Promise<boolean> {
    return this.clock.without(async () => {
      let paused = false;
      for (;;) {
        let stopping = false;
        for (const { type } of this.context.takeCommands()) {
          if (type === 'stop') stopping = true;
          if (type === 'finishPhase') this.finishing = true;
          if (type === 'pause') paused = true;
          if (type === 'continue') paused = false;
        }
        if (stopping || this.finishing || !paused) return stopping;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_POLL_MS));
      }
    });
  }

  private async save(): Promise<void> {
    const { context, at, statisticsBefore } = this;
    const { stage, phase, statistics } = this.spec;
    const state = await this.state();
    await this.write(async () => {
      const checkpoint = { stage, phase, progress: at, state };
      await context.saveCheckpoint(statistics === 'epoch' ? { ...checkpoint, statisticsBefore } : checkpoint);
      context.report({ type: 'checkpoint', stage, phase, epoch: at.epoch, step: at.step });
    });
    this.lastSave = performance.now();
  }

  /**
   * Writes beside the following steps. Waits for the files of the last epoch first, so that they cannot pile up and a
   * full disk ends the phase.
   */
  private async write(files: () => Promise<void>): Promise<void> {
    await this.writes.finished();
    this.writes.add(files);
  }

  private elapsed(): number {
    return this.at.seconds + this.clock.lap() / 1000;
  }
}

const PAUSE_POLL_MS = 200;

/** Measures training time in milliseconds. Pauses do not count: they are neither work done nor work remaining. */
class TrainingClock {
  private paused = 0;
  private lapStart = performance.now();

  now(): number {
    return performance.now() - this.paused;
  }

  /** Time since the last lap. */
  lap(): number {
    const now = this.now();
    const time = now - this.lapStart;
    this.lapStart = now;
    return time;
  }

  async without<T>(pause: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await pause();
    this.paused += performance.now() - began;
    return result;
  }
}

const rangesOf = ({ ranges }: PhaseProgress): ReadonlyMap<string, Range> => new Map(Object.entries(ranges));

function activityOf({ stage, phase }: PhaseSpec): Message {
  if (phase === 'qat') return message('activity.quantizationAwareTraining');
  const network = message(stage === 'teacher' ? 'network.teacher' : 'network.student');
  return phase === 'head' ? message('activity.trainingHead', { network }) : message('activity.fineTuning', { network });
}
