import type { Loader } from '../data/loader.ts';
import type { Range } from '../engine/engine.ts';
import { ADAMW } from '../engine/engine.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import { readModelFile, writeModelFile } from '../models/modelFile.ts';
import { toIntegerModel } from '../quant/toIntegerModel.ts';
import type { BatchImages } from '../train/batches.ts';
import { removeCheckpoints, writeCheckpoint } from '../train/checkpoint.ts';
import type { Evaluation, PhaseSpec } from '../train/phase.ts';
import { trainPhase } from '../train/phase.ts';
import { smallerIsBetter } from '../train/recipe.ts';
import { sigmoid } from '../train/scoring.ts';
import { epochDetail } from './network/epochDetail.ts';
import { integerMetrics } from './network/validationMetrics.ts';
import { quantizedModel, scoreInteger } from './integer.ts';
import { fakeQuantizedLogits, postTraining } from './postTraining.ts';
import type { RunRoom, StageSummary } from './runContext.ts';
import { checkpointFolder, modelPath, note, resumePoint, split, withLoader } from './runContext.ts';
import { writePostTrainingCodes } from '../artifacts/scores.ts';
import { distillationLoss, withTeacher } from './student.ts';

const PHASE = 'qat';

/**
 * Post-training quantization, which folds BatchNorm and calibrates ranges; then, unless `qat.epochs` is 0, training with
 * one fake-quant per .tflite tensor and distillation still on. Ships whichever does better on validation.
 */
export async function qatStage(room: RunRoom): Promise<StageSummary> {
  return await withTeacher(room, room.config.qat.batch_size, (sizes, teach) =>
    withLoader(room, sizes, (loader) => quantize(room, loader, teach)),
  );
}

async function quantize(
  room: RunRoom,
  loader: Loader,
  teach: (batch: BatchImages) => Promise<Float32Array>,
): Promise<StageSummary> {
  const { qat, student } = room.config;
  const stored = { architecture: student.architecture, inputSize: student.input_size, labels: room.dataset.vocabulary };
  const best = modelPath(room, 'student_qat');
  const spec = qatSpec(room, quantizedModel(stored));
  const start = await postTraining(room, loader, spec.model);
  const { parameters, ranges } = start;
  const keepBest = (kept: Parameters, keptRanges: ReadonlyMap<string, Range>): Promise<void> =>
    writeModelFile(best, { ...stored, parameters: kept, ranges: keptRanges });
  const evaluate = async (candidate: Parameters, candidateRanges: ReadonlyMap<string, Range>): Promise<Evaluation> => {
    const codes = await scoreInteger(room, toIntegerModel(spec.model, candidate, candidateRanges), loader, 'val');
    const samples = split(room, 'val');
    return {
      metrics: integerMetrics(codes, samples, spec.model.classes),
      parameters: candidate,
      detail: epochDetail(
        Float32Array.from(codes, (q) => q / 256),
        samples,
        room.dataset.vocabulary,
        room.config.seed,
      ),
    };
  };
  await writePostTrainingCodes(room, start.codes);
  note(room, 'qat', `Post-training quantization: ${describe(start.metrics)} on validation.`);
  room.metrics.append({ type: 'postTraining', stage: 'qat', ...start.metrics });
  let trained = false;
  if (qat.epochs > 0) {
    const checkpoint = await resumePoint(room, 'qat', PHASE);
    const outcome = await trainPhase(
      spec,
      {
        engine: room.engine,
        source: {
          loader,
          samples: split(room, 'train'),
          classes: spec.model.classes,
          batchSize: qat.batch_size,
          augmentation: room.config.augmentation,
          sampling: room.config.data,
          seed: room.config.seed,
        },
        inputOf: ({ pixels }) => pixels[0]!,
        teach,
        evaluate,
        keepBest,
        report: (event) => room.context.report(event),
        takeCommands: () => room.context.takeCommands(),
        recordMetrics: (line) => room.metrics.append(line),
        saveCheckpoint: (saved) => writeCheckpoint(checkpointFolder(room), saved),
        checkpointMinutes: room.config.checkpoint_minutes,
      },
      { parameters, ranges, checkpoint },
    );
    trained = outcome.best < smallerIsBetter(qat.monitor, start.metrics[qat.monitor] ?? NaN);
    if (!trained)
      note(
        room,
        'qat',
        `No epoch was better than post-training quantization (by ${qat.monitor}): its weights are kept.`,
        'warning',
      );
  }
  if (!trained) await keepBest(parameters, ranges);
  const gap = await quantizationGap(room, loader, spec.model);
  await removeCheckpoints(checkpointFolder(room), 'qat', PHASE);
  return {
    post_training_macro_ap: start.metrics.macro_ap ?? null,
    statistics_reestimated: start.reestimated === null ? null : Number(start.reestimated),
    trained_while_quantized: Number(trained),
    ...gap,
  };
}

function qatSpec(room: RunRoom, model: Model): PhaseSpec {
  const { qat } = room.config;
  return {
    stage: 'qat',
    phase: PHASE,
    model,
    trainableFrom: 0,
    loss: distillationLoss(room),
    epochs: qat.epochs,
    schedule: { kind: 'constant', peak: qat.lr, warmupSteps: 0, totalSteps: 0 },
    optimizer: ADAMW,
    learningRateScales: new Map(),
    weightDecay: 0,
    accumulationSteps: 1,
    clipNorm: qat.clip_norm,
    emaDecay: null,
    earlyStopping: { patience: qat.early_stopping_patience || null, minDelta: 0, startFromEpoch: 0, baseline: null },
    plateau: { factor: 1, patience: null, minDelta: 0, cooldown: 0, minimum: 0 },
    monitor: qat.monitor,
    rangeDecay: qat.range_decay,
  };
}

/** How far fake-quantized float scores, which training sees, are from the integer ones that ship, on validation. */
async function quantizationGap(room: RunRoom, loader: Loader, model: Model): Promise<StageSummary> {
  const stored = await readModelFile(modelPath(room, 'student_qat'));
  const { parameters, ranges } = stored;
  const logits = await fakeQuantizedLogits(room, loader, model, { parameters, ranges: ranges! });
  const codes = await scoreInteger(room, toIntegerModel(model, parameters, ranges!), loader, 'val');
  const gaps = Array.from(logits, (logit, i) => Math.abs(sigmoid(logit) - codes[i]! / 256));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const largest = gaps.reduce((a, b) => Math.max(a, b), 0);
  room.metrics.append({ type: 'gap', stage: 'qat', mean, largest });
  note(
    room,
    'qat',
    `The fake-quantized scores and the integer model's differ by ${mean.toFixed(4)} on average, ${largest.toFixed(3)} at most.`,
  );
  return { gap_mean: mean, gap_largest: largest };
}

const describe = (metrics: Record<string, number | null>): string =>
  `macro AP ${metrics.macro_ap?.toFixed(3) ?? 'undefined'}, loss ${metrics.val_loss?.toFixed(4) ?? 'undefined'}`;
