import { message } from '../../../shared/message.ts';
import type { Loader } from '../data/loader.ts';
import type { Range } from '../engine/engine.ts';
import { ADAMW } from '../engine/engine.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import { readModelFile, writeModelFile } from '../models/modelFile.ts';
import { toIntegerModel } from '../quant/toIntegerModel.ts';
import type { BatchImages } from '../train/batches.ts';
import { removeCheckpoints, writeCheckpoint } from '../train/checkpoint.ts';
import type { Evaluation, PhaseSpec } from '../train/phase.ts';
import { trainPhase } from '../train/trainPhase.ts';
import { smallerIsBetter } from '../train/recipe.ts';
import { sigmoid } from '../train/scoring.ts';
import { epochDetail } from './network/epochDetail.ts';
import { figureText, integerMetrics } from './network/validationMetrics.ts';
import { quantizedModel, scoreInteger } from './integer.ts';
import { fakeQuantizedLogits, postTraining } from './postTraining.ts';
import { resumePoint } from './resumePoint.ts';
import type { RunContext, StageSummary } from './runContext.ts';
import { checkpointFolder, modelPath, note, split, withLoader } from './runContext.ts';
import { writePostTrainingCodes } from '../artifacts/scores.ts';
import { distillationLoss, withTeacher } from './student.ts';

const PHASE = 'qat';

/**
 * Post-training quantization folds BatchNorm and calibrates ranges. Then, unless `qat.epochs` is 0, quantization-aware
 * training continues distillation with one fake-quant per .tflite tensor. The better of the two on validation ships.
 */
export async function qatStage(context: RunContext): Promise<StageSummary> {
  return await withTeacher(context, context.config.qat.batch_size, (sizes, teach) =>
    withLoader(context, sizes, (loader) => quantize(context, loader, teach)),
  );
}

async function quantize(
  context: RunContext,
  loader: Loader,
  teach: (batch: BatchImages) => Promise<Float32Array>,
): Promise<StageSummary> {
  const { qat, student } = context.config;
  const stored = {
    architecture: student.architecture,
    inputSize: student.input_size,
    labels: context.dataset.vocabulary,
  };
  const best = modelPath(context, 'student_qat');
  const spec = qatSpec(context, quantizedModel(stored));
  const start = await postTraining(context, loader, spec.model);
  const { parameters, ranges } = start;
  const keepBest = (kept: Parameters, keptRanges: ReadonlyMap<string, Range>): Promise<void> =>
    writeModelFile(best, { ...stored, parameters: kept, ranges: keptRanges });
  const evaluate = async (candidate: Parameters, candidateRanges: ReadonlyMap<string, Range>): Promise<Evaluation> => {
    const codes = await scoreInteger(context, toIntegerModel(spec.model, candidate, candidateRanges), loader, 'val');
    const samples = split(context, 'val');
    return {
      metrics: integerMetrics(codes, samples, spec.model.classes),
      parameters: candidate,
      detail: epochDetail(
        Float32Array.from(codes, (q) => q / 256),
        samples,
        context.dataset.vocabulary,
        context.config.seed,
      ),
    };
  };
  await writePostTrainingCodes(context, start.codes);
  note(
    context,
    'qat',
    message('quantization.postTraining', {
      ap: figureText(start.metrics.macro_ap, 'figure.threeDecimals'),
      loss: figureText(start.metrics.val_loss, 'figure.fourDecimals'),
    }),
  );
  context.metrics.append({ type: 'postTraining', stage: 'qat', ...start.metrics });
  let trained = false;
  if (qat.epochs > 0) {
    const checkpoint = await resumePoint(context, 'qat', PHASE);
    const outcome = await trainPhase(
      spec,
      {
        engine: context.engine,
        source: {
          loader,
          samples: split(context, 'train'),
          classes: spec.model.classes,
          batchSize: qat.batch_size,
          augmentation: context.config.augmentation,
          sampling: context.config.data,
          seed: context.config.seed,
        },
        inputOf: ({ pixels }) => pixels[0]!,
        teach,
        evaluate,
        keepBest,
        report: (event) => context.job.report(event),
        takeCommands: () => context.job.takeCommands(),
        recordMetrics: (line) => context.metrics.append(line),
        saveCheckpoint: (saved) => writeCheckpoint(checkpointFolder(context), saved),
        checkpointMinutes: context.config.checkpoint_minutes,
      },
      { parameters, ranges, checkpoint },
    );
    trained = outcome.best < smallerIsBetter(qat.monitor, start.metrics[qat.monitor] ?? NaN);
    if (!trained) note(context, 'qat', message('quantization.trainingNotBetter', { monitor: qat.monitor }), 'warning');
  }
  if (!trained) await keepBest(parameters, ranges);
  const gap = await quantizationGap(context, loader, spec.model);
  await removeCheckpoints(checkpointFolder(context), 'qat', PHASE);
  return {
    post_training_macro_ap: start.metrics.macro_ap ?? null,
    statistics_reestimated: start.reestimated === null ? null : Number(start.reestimated),
    trained_while_quantized: Number(trained),
    ...gap,
  };
}

function qatSpec(context: RunContext, model: Model): PhaseSpec {
  const { qat } = context.config;
  return {
    stage: 'qat',
    phase: PHASE,
    model,
    trainableFrom: 0,
    loss: distillationLoss(context),
    epochs: qat.epochs,
    schedule: { kind: 'constant', peak: qat.lr, warmupSteps: 0, totalSteps: 0 },
    optimizer: ADAMW,
    learningRateScales: new Map(),
    weightDecay: 0,
    accumulationSteps: 1,
    clipNorm: qat.clip_norm,
    emaDecay: null,
    statistics: 'moving', // BatchNorm is folded
    earlyStopping: { patience: qat.early_stopping_patience || null, minDelta: 0, startFromEpoch: 0, baseline: null },
    plateau: { factor: 1, patience: null, minDelta: 0, cooldown: 0, minimum: 0 },
    monitor: qat.monitor,
    rangeDecay: qat.range_decay,
  };
}

/** How far the fake-quantized scores, which training sees, are from the INT8 model's, which ships, on validation. */
async function quantizationGap(context: RunContext, loader: Loader, model: Model): Promise<StageSummary> {
  const stored = await readModelFile(modelPath(context, 'student_qat'));
  const { parameters, ranges } = stored;
  const logits = await fakeQuantizedLogits(context, loader, model, { parameters, ranges: ranges! });
  const codes = await scoreInteger(context, toIntegerModel(model, parameters, ranges!), loader, 'val');
  const gaps = Array.from(logits, (logit, i) => Math.abs(sigmoid(logit) - codes[i]! / 256));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const largest = gaps.reduce((a, b) => Math.max(a, b), 0);
  context.metrics.append({ type: 'gap', stage: 'qat', mean, largest });
  note(context, 'qat', message('quantization.gap', { mean, largest: figureText(largest, 'figure.threeDecimals') }));
  return { gap_mean: mean, gap_largest: largest };
}
