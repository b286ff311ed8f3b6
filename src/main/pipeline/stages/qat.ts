import path from 'node:path';
import type { Loader } from '../data/loader.ts';
import type { Range } from '../engine/engine.ts';
import { foldBatchNorm } from '../graph/foldBatchNorm.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import { readModelFile, writeModelFile } from '../models/modelFile.ts';
import { calibrate, selectRepresentative } from '../quant/calibrate.ts';
import { toIntegerModel } from '../quant/toIntegerModel.ts';
import { writeFileAtomic } from '../storage/atomicFile.ts';
import { plainBatches } from '../train/batches.ts';
import type { BatchImages } from '../train/batches.ts';
import { reestimateStatistics } from '../train/batchStatistics.ts';
import { removeCheckpoints, writeCheckpoint } from '../train/checkpoint.ts';
import type { Evaluation, PhaseSpec } from '../train/phase.ts';
import { trainPhase } from '../train/phase.ts';
import { ADAMW, smallerIsBetter } from '../train/recipe.ts';
import { logitsOf, scoreSamples, sigmoid } from '../train/scoring.ts';
import { epochDetail } from './epochDetail.ts';
import { integerMetrics } from './figures.ts';
import { quantizedModel, scoreInteger } from './integer.ts';
import { networkModel } from './network.ts';
import type { RunRoom, StageSummary } from './room.ts';
import { checkpointFolder, modelPath, note, resumePoint, split, withLoader } from './room.ts';
import { writePostTrainingCodes } from './scores.ts';
import { distillationLoss, withTeacher } from './student.ts';

const PHASE = 'qat';

/**
 * Quantization-aware training: statistics re-estimated, BatchNorm folded, ranges calibrated, then fine-tuned with one
 * fake-quant per .tflite tensor, distillation still on. With zero epochs this is post-training quantization.
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
  const { parameters, ranges } = await postTraining(room, loader, spec.model);
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
  const { metrics: postTrainingMetrics } = await evaluate(parameters, ranges);
  await writePostTrainingCodes(
    room,
    await scoreInteger(room, toIntegerModel(spec.model, parameters, ranges), loader, 'val'),
  );
  note(room, 'qat', `Post-training quantization: ${describe(postTrainingMetrics)} on validation.`);
  room.metrics.append({ type: 'postTraining', stage: 'qat', ...postTrainingMetrics });
  if (qat.epochs === 0) {
    await keepBest(parameters, ranges);
  } else {
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
    const start = smallerIsBetter(qat.monitor, postTrainingMetrics[qat.monitor] ?? NaN);
    if (!(outcome.best < start)) {
      note(
        room,
        'qat',
        `No epoch was better than post-training quantization (by ${qat.monitor}): its weights are kept.`,
        'warning',
      );
      await keepBest(parameters, ranges);
    }
  }
  const gap = await quantizationGap(room, loader, spec.model);
  await removeCheckpoints(checkpointFolder(room), 'qat', PHASE);
  return { post_training_macro_ap: postTrainingMetrics.macro_ap ?? null, ...gap };
}

/** Re-estimates, folds and calibrates the best student. */
async function postTraining(
  room: RunRoom,
  loader: Loader,
  model: Model,
): Promise<{ parameters: Parameters; ranges: ReadonlyMap<string, Range> }> {
  const {
    qat,
    tflite_export: { representative_dataset_size: size },
  } = room.config;
  const train = split(room, 'train');
  const float = networkModel(room, 'student');
  const best = (await readModelFile(modelPath(room, 'student_best'))).parameters;
  const settled = await reestimateStatistics(
    { engine: room.engine, loader, sizeIndex: 0, samples: train, batchSize: qat.batch_size, seed: room.config.seed },
    float,
    best,
    0,
  );
  const folded = foldBatchNorm(float, settled);
  const chosen = selectRepresentative(train, room.dataset.vocabulary.length, size, room.config.seed).map(
    (index) => train[index]!,
  );
  await writeFileAtomic(
    path.join(room.folder, 'data', 'representative.json'),
    JSON.stringify({ formatVersion: 1, images: chosen.map((sample) => sample.path) }, null, 1),
  );
  const batches = (async function* () {
    for await (const { pixels } of plainBatches(loader, chosen, qat.batch_size)) yield pixels[0]!;
  })();
  return {
    parameters: folded.parameters,
    ranges: await calibrate(room.engine, model, folded.parameters, batches, qat.batch_size),
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

/** How far the scores that training saw (fake-quantized floats) are from those that ship (integers), on validation. */
async function quantizationGap(room: RunRoom, loader: Loader, model: Model): Promise<StageSummary> {
  const stored = await readModelFile(modelPath(room, 'student_qat'));
  const samples = split(room, 'val');
  const { batch_size: batchSize } = room.config.qat;
  const network = await logitsOf(room.engine, model, stored.parameters, batchSize, stored.ranges!);
  try {
    const logits = await scoreSamples(
      network.run,
      new Float32Array(samples.length * model.classes),
      { loader, sizeIndex: 0, batchSize, classes: model.classes },
      samples,
    );
    const codes = await scoreInteger(room, toIntegerModel(model, stored.parameters, stored.ranges!), loader, 'val');
    const gaps = Array.from(logits, (logit, i) => Math.abs(sigmoid(logit) - codes[i]! / 256));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const largest = gaps.reduce((a, b) => Math.max(a, b), 0);
    room.metrics.append({ type: 'gap', stage: 'qat', mean, largest });
    note(
      room,
      'qat',
      `Training's fake-quantized scores and the integer model's differ by ${mean.toFixed(4)} on average, ${largest.toFixed(3)} at most.`,
    );
    return { gap_mean: mean, gap_largest: largest };
  } finally {
    await network.dispose();
  }
}

const describe = (metrics: Record<string, number | null>): string =>
  `macro AP ${metrics.macro_ap?.toFixed(3) ?? 'undefined'}, loss ${metrics.val_loss?.toFixed(4) ?? 'undefined'}`;
