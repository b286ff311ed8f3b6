import { access, statfs } from 'node:fs/promises';
import os from 'node:os';
import { z } from 'zod';
import type { Architecture } from '../../../shared/architectures.ts';
import type { Config, EngineName } from '../../../shared/config.ts';
import type { Preflight } from '../../../shared/contract/runs.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import { startJob } from '../../jobs/startJob.ts';
import { changesNothing } from '../../pipeline/data/drawAugmentation.ts';
import { parameterCount } from '../../pipeline/models/registry.ts';
import { requireMeasurableMonitors } from '../../pipeline/stages/monitors.ts';
import { CORRECTION_IMAGES } from '../../pipeline/quant/correctBias.ts';
import { MOST_BATCHES } from '../../pipeline/train/batchStatistics.ts';
import { chooseEngine } from '../engines/chooseEngine.ts';
import { enginesFolder } from '../state/places.ts';

/** Images per split. */
export interface ImageCounts {
  readonly train: number;
  readonly val: number;
  readonly test: number;
}

const speed = z.object({ stepSeconds: z.number(), scoreSeconds: z.number() });
/** The same networks are measured once, because Train shows the times of all presets. */
export type Measurements = Map<string, Measurement>;
const MOST_MEASUREMENTS = 100;

const measurementSchema = z.object({ teacher: speed, student: speed, memoryBytes: z.number() });
export type Measurement = z.infer<typeof measurementSchema>;

/** Weights, both moments and the average of a checkpoint, of which three are kept; the model files beside them. */
const COPIES = 4 * 3 + 3;
/** Cost of a fake-quantized step relative to a float one. */
const QAT_FACTOR = 1.3;

interface PreflightOptions {
  readonly folder: string;
  readonly config: Config;
  readonly images: ImageCounts & { /** Validation images with a label. */ readonly labeledVal: number };
  readonly classes: number;
  /** What was measured before, to which new measurements are added. */
  readonly measurements?: Measurements;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Measures what these settings cost on this machine by timing real steps. Early stopping can only shorten the estimate.
 */
export async function preflight({
  folder,
  config,
  images,
  classes,
  measurements = new Map(),
  signal,
}: PreflightOptions): Promise<Preflight> {
  const disk = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  const pixels =
    (images.train + images.val + images.test) * 3 * (config.teacher.input_size ** 2 + config.student.input_size ** 2);
  const bytesOf = (architecture: Architecture): number => 4 * parameterCount(architecture, classes);
  const common = {
    measuredAt: new Date().toISOString(),
    memoryTotalBytes: os.totalmem(),
    diskFreeBytes: disk,
    diskNeededBytes:
      COPIES * (bytesOf(config.teacher.architecture) + bytesOf(config.student.architecture)) +
      Math.min(pixels, config.data.cache_gb * 1e9),
  };
  try {
    requireMeasurableMonitors(config, images.labeledVal > 0);
    await requireWeights(config);
    const measured = await measureOnce({ config, classes, measurements, signal });
    return { ...common, ...estimate(config, images, measured), memoryBytes: measured.memoryBytes, problem: null };
  } catch (error) {
    // The measurement was ended to make way for a run, which says nothing about the settings.
    if (toProblemData(error).kind === 'cancelled') throw error;
    return {
      ...common,
      teacherEpochSeconds: null,
      studentEpochSeconds: null,
      teacherImagesPerSecond: null,
      studentImagesPerSecond: null,
      memoryBytes: null,
      stageSeconds: [],
      problem: toProblemData(error),
    };
  }
}

/** Times real steps of both networks, unless they were timed before. Throws a Problem if they cannot run. */
export async function measureOnce({
  config,
  classes,
  measurements = new Map(),
  signal,
}: Pick<PreflightOptions, 'config' | 'classes' | 'measurements' | 'signal'>): Promise<Measurement> {
  const engine = (await chooseEngine(config, signal)).name;
  const key = measurementKey(config, classes, engine);
  const measured =
    measurements.get(key) ??
    measurementSchema.parse(
      await startJob({ type: 'measure', config, classes, engine, enginesFolder: enginesFolder() }, { signal }).result,
    );
  if (measurements.size >= MOST_MEASUREMENTS) measurements.clear();
  measurements.set(key, measured);
  return measured;
}

/** Everything that a measurement depends on. */
export function measurementKey(
  { teacher, student, engine: { threads, memory, adapter } }: Config,
  classes: number,
  engine: EngineName,
): string {
  const networks = [teacher, student].map((network) => [
    network.architecture,
    network.input_size,
    network.batch_size,
    network.dropout,
    network.drop_path,
    network.weights === null ? 1 : network.unfreeze_fraction,
  ]);
  return JSON.stringify([engine, adapter, threads, memory, classes, networks]);
}

/** Checks before the start what would otherwise fail the run after its first stage, hours later. */
export async function requireWeights(config: Config): Promise<void> {
  for (const [stage, { weights }] of [
    ['teacher', config.teacher],
    ['student', config.student],
  ] as const) {
    if (weights !== null)
      await access(weights).catch((error: unknown) => {
        throw new Problem(
          stage === 'teacher' ? 'file.teacherWeightsUnreadable' : 'file.studentWeightsUnreadable',
          { path: weights },
          (error as Error).message,
        );
      });
  }
}

/**
 * Upper bound on the student batches that post-training quantization scores. It compares two sets of BatchNorm
 * statistics on validation. Finding a temperature takes one pass, evaluating it another, and the gap to the float
 * scores two more.
 */
function postTrainingBatches({ student, qat, tflite_export }: Config, images: { train: number; val: number }): number {
  const batches = (count: number): number => Math.ceil(count / qat.batch_size);
  const ofTrain = (count: number): number => batches(Math.min(count, images.train));
  const trainsBackbone = student.weights === null || student.epochs_finetune > 0;
  const candidates = trainsBackbone ? 2 : 1;
  const eachCandidate =
    ofTrain(CORRECTION_IMAGES) + ofTrain(tflite_export.representative_dataset_size) + batches(images.val);
  const statistics = trainsBackbone ? ofTrain(MOST_BATCHES * qat.batch_size) : 0;
  const temperatureAndGap = 4 * batches(images.val);
  return ((candidates * eachCandidate + statistics + temperatureAndGap) * qat.batch_size) / student.batch_size;
}

/** Seconds per stage from the measured seconds per step. */
export function estimate(
  config: Config,
  images: ImageCounts,
  { teacher, student }: Measurement,
): Pick<
  Preflight,
  'teacherEpochSeconds' | 'studentEpochSeconds' | 'teacherImagesPerSecond' | 'studentImagesPerSecond' | 'stageSeconds'
> {
  const batches = (count: number, size: number): number => Math.ceil(count / size);
  const score = (count: number): number =>
    batches(count, config.teacher.batch_size) * teacher.scoreSeconds +
    batches(count, config.student.batch_size) * student.scoreSeconds;
  const teacherEpoch =
    batches(images.train, config.teacher.batch_size) * teacher.stepSeconds +
    batches(images.val, config.teacher.batch_size) * teacher.scoreSeconds;
  // With distillation, the teacher also scores the student's batches.
  const teaching =
    config.student.alpha < 1 ? teacher.scoreSeconds * (config.student.batch_size / config.teacher.batch_size) : 0;
  const studentEpoch =
    batches(images.train, config.student.batch_size) * (student.stepSeconds + teaching) +
    batches(images.val, config.student.batch_size) * student.scoreSeconds;
  // The head learns from forward passes alone. Without augmentation, one pass serves all epochs.
  const passes = ({ weights, epochs_head: epochs }: Config['teacher']): number =>
    weights === null || epochs === 0 ? 0 : changesNothing(config.augmentation) ? 1 : epochs;
  const teacherPass = batches(images.train, config.teacher.batch_size) * teacher.scoreSeconds;
  const studentPass = batches(images.train, config.student.batch_size) * (student.scoreSeconds + teaching);
  const stageSeconds = [
    {
      stage: 'teacher' as const,
      seconds: teacherEpoch * config.teacher.epochs_finetune + teacherPass * passes(config.teacher),
    },
    {
      stage: 'student' as const,
      seconds: studentEpoch * config.student.epochs_finetune + studentPass * passes(config.student),
    },
    {
      stage: 'qat' as const,
      seconds:
        postTrainingBatches(config, images) * student.scoreSeconds + QAT_FACTOR * studentEpoch * config.qat.epochs,
    },
    { stage: 'thresholds' as const, seconds: score(images.val) },
    { stage: 'test' as const, seconds: score(images.test) },
    {
      stage: 'export' as const,
      seconds: batches(images.val + images.test, config.student.batch_size) * student.scoreSeconds,
    },
  ];
  return {
    teacherEpochSeconds: teacherEpoch,
    studentEpochSeconds: studentEpoch,
    stageSeconds,
    teacherImagesPerSecond: config.teacher.batch_size / teacher.stepSeconds,
    studentImagesPerSecond: config.student.batch_size / student.stepSeconds,
  };
}
