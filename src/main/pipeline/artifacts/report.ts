import os from 'node:os';
import path from 'node:path';
import { sharp } from '../data/imageLibrary.ts';
import type { Sample } from '../data/dataset.ts';
import { labelsOf, SPLITS } from '../data/dataset.ts';
import { decodeImage } from '../data/decode.ts';
import { letterbox } from '../data/letterbox.ts';
import { positivesOf, splitStatistics } from '../data/statistics.ts';
import type { MetricsReport } from '../eval/metricsReport.ts';
import { buildReport } from '../report/build.ts';
import {
  calibrationCsv,
  classesCsv,
  confusionsCsv,
  cooccurrenceCsv,
  curvesCsv,
  networksCsv,
  runCsv,
  sensitivityCsv,
} from '../report/csv.ts';
import { reportPage } from '../report/page.ts';
import type { Report, ReportError } from '../report/schema.ts';
import { reportSchema } from '../report/schema.ts';
import { waitedShares } from '../report/waiting.ts';
import { writeFileAtomic } from '../storage/atomicFile.ts';
import type { RunRecord } from '../storage/runFolder.ts';
import { readRun } from '../storage/runFolder.ts';
import { labelMatrix } from '../train/scoring.ts';
import type { RunContext } from '../stages/runContext.ts';
import { split } from '../stages/runContext.ts';
import { readCodes, readPostTrainingCodes } from './scores.ts';
import { readRegularText } from '../storage/regularFile.ts';
import { goalsOf, readThresholds } from './thresholds.ts';

const MOST_ERRORS = 24,
  MOST_ERRORS_PER_CLASS = 2;
/** Side of an error's thumbnail on the page, in pixels. */
const THUMBNAIL_SIZE = 160;

export const reportFile = (runFolder: string, name: string): string => path.join(runFolder, 'report', name);

/**
 * Writes report/ from the stored scores: report.html and report.es.html for reading, report.json and CSV files for
 * other programs.
 */
export async function writeReport(context: RunContext, metrics: MetricsReport): Promise<Report> {
  const report = await gather(context, metrics);
  const files: readonly (readonly [string, string])[] = [
    ['report.json', `${JSON.stringify(report)}\n`],
    ['report.html', reportPage(report, 'en')],
    ['report.es.html', reportPage(report, 'es')],
    ['classes.csv', classesCsv(report)],
    ['curves.csv', curvesCsv(report)],
    ['confusions.csv', confusionsCsv(report)],
    ['cooccurrence.csv', cooccurrenceCsv(report)],
    ['networks.csv', networksCsv(report)],
    ['calibration.csv', calibrationCsv(report)],
    ['sensitivity.csv', sensitivityCsv(report)],
    ['run.csv', runCsv(report)],
  ];
  for (const [name, text] of files) await writeFileAtomic(reportFile(context.folder, name), text);
  return report;
}

/** Null when the run has no report or one of another version. */
export async function readReport(runFolder: string): Promise<Report | null> {
  try {
    return reportSchema.parse(JSON.parse(await readRegularText(reportFile(runFolder, 'report.json'))));
  } catch {
    return null;
  }
}

async function gather(context: RunContext, metrics: MetricsReport): Promise<Report> {
  const { config, dataset, folder } = context;
  const record = await readRun(folder);
  const classes = dataset.vocabulary.length;
  const codes = await readCodes(context, 'test');
  const postTraining = await readPostTrainingCodes(context);
  return buildReport({
    metrics,
    run: {
      id: record.id,
      project: path.basename(record.project),
      createdAt: record.createdAt,
      notes: record.notes,
      seed: config.seed,
      testOpenings: record.testOpenings.length,
      teacher: `${config.teacher.architecture}, ${config.teacher.input_size} px`,
      student: `${config.student.architecture}, ${config.student.input_size} px`,
      pretrained: { teacher: config.teacher.weights !== null, student: config.student.weights !== null },
      trainedWhileQuantized: trainedWhileQuantized(record),
    },
    dataset: Object.fromEntries(
      SPLITS.map((name) => {
        const { images, meanLabels, noLabelRate, labelsPerImage } = splitStatistics(split(context, name), classes);
        return [name, { images, meanLabels, noLabelRate, labelsPerImage: [...labelsPerImage] }];
      }),
    ) as Report['dataset'],
    test: { codes, labels: labelMatrix(split(context, 'test'), classes), classes },
    trainPositives: [...positivesOf(split(context, 'train'), classes)],
    postTraining:
      postTraining === null ? null : { codes: postTraining, labels: labelMatrix(split(context, 'val'), classes) },
    goals: metrics.goals ?? goalsOf(await readThresholds(folder), config.threshold_search),
    leftOut: record.stages.data.summary.left_out ?? 0,
    errors: await surestErrors(context, codes, metrics.thresholds.perClassK),
    config,
    stages: Object.fromEntries(
      Object.entries(record.stages)
        .filter(([, { seconds }]) => seconds > 0)
        .map(([stage, { seconds }]) => [stage, seconds]),
    ),
    waited: waitedShares(await readRegularText(path.join(folder, 'metrics.jsonl'))),
    hardware: {
      processor: os.cpus()[0]?.model.trim() ?? os.arch(),
      cores: os.availableParallelism(),
      memoryBytes: os.totalmem(),
      system: `${os.type()} ${os.release()}`,
      engine: record.engine,
    },
    versions: record.versions,
  });
}

/** Null for runs of versions that did not record it. */
function trainedWhileQuantized({ config, stages }: RunRecord): boolean | null {
  if (config.qat.epochs === 0) return false;
  const recorded = stages.qat.summary.trained_while_quantized;
  return recorded == null ? null : recorded === 1;
}

interface FoundError {
  readonly row: number;
  readonly c: number;
  readonly q: number;
  readonly distance: number;
}

/** The wrong decisions that are farthest from their threshold, at most a few per class. */
function farthest(codes: Uint8Array, labels: Int8Array, ks: readonly number[]): FoundError[] {
  const classes = ks.length;
  const all: FoundError[] = [];
  for (let i = 0; i < codes.length; i++) {
    const [q, k] = [codes[i]!, ks[i % classes]!];
    if (labels[i]! < 0 || q >= k === (labels[i] === 1)) continue;
    all.push({ row: Math.floor(i / classes), c: i % classes, q, distance: Math.abs(q - k) });
  }
  all.sort((a, b) => b.distance - a.distance || a.row - b.row);
  const perClass = new Array<number>(classes).fill(0);
  return all.filter(({ c }) => perClass[c]!++ < MOST_ERRORS_PER_CLASS).slice(0, MOST_ERRORS);
}

async function surestErrors(context: RunContext, codes: Uint8Array, ks: readonly number[]): Promise<ReportError[]> {
  const samples = split(context, 'test');
  const { vocabulary } = context.dataset;
  const found = farthest(codes, labelMatrix(samples, vocabulary.length), ks);
  const errors: ReportError[] = [];
  for (const { row, c, q } of found) {
    const sample = samples[row]!;
    errors.push({
      path: sample.path,
      label: vocabulary[c]!,
      kind: sample.labels[c] === 1 ? 'falseNegative' : 'falsePositive',
      score: q / 256,
      threshold: ks[c]! / 256,
      truth: labelsOf(sample, vocabulary),
      picture: await pictureOf(context, sample),
    });
  }
  return errors;
}

/** The image as the model sees it, smaller; null when the file is missing, because a report must not fail for that. */
async function pictureOf(context: RunContext, sample: Sample): Promise<string | null> {
  const {
    data,
    student: { input_size: size },
  } = context.config;
  try {
    const picture = await decodeImage(sample.file, {
      paddingColor: data.padding_color,
      maxMegapixels: data.max_megapixels,
    });
    const pixels = letterbox(picture.rgb, picture.width, picture.height, size, data.padding_color);
    const webp = await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
      .resize(THUMBNAIL_SIZE, THUMBNAIL_SIZE)
      .webp({ quality: 70 })
      .toBuffer();
    return `data:image/webp;base64,${webp.toString('base64')}`;
  } catch {
    return null;
  }
}
