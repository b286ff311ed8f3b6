import { z } from 'zod';
import { configSchema } from '../../../shared/config.ts';
import { messageSchema } from '../../../shared/messageSchema.ts';
import { verdicts } from '../../../shared/metrics/quality.ts';
import { metricsReportSchema } from '../eval/metricsReport.ts';

/** Version of a run's report/report.json, which has every number of report.html and more. */
export const REPORT_FORMAT_VERSION = 1;

const figure = z.number().nullable();
const interval = z.strictObject({ low: figure, high: figure });

const calibrationSchema = z.strictObject({
  ece: figure.describe('Expected calibration error (Guo et al. 2017).'),
  bins: z.array(z.strictObject({ count: z.int(), meanScore: z.number(), observed: z.number() })),
});

const classSchema = z.strictObject({
  label: z.string(),
  images: z.strictObject({ train: z.int(), val: z.int(), test: z.int() }).describe('Images with the label.'),
  k: z.int().describe('The label is present when q >= k; the score is q / 256.'),
  precision: figure,
  precisionInterval: interval.describe('Wilson, 95 %.'),
  recall: figure,
  recallInterval: interval.describe('Wilson, 95 %.'),
  f1: figure,
  f1Interval: interval.describe('Bootstrap over images, 95 %.'),
  averagePrecision: figure,
  averagePrecisionInterval: interval.describe('Bootstrap over images, 95 %.'),
  rocAuc: figure,
  ece: figure,
  quality: z
    .strictObject({
      verdict: z.enum(verdicts).nullable().describe('Null when not measured.'),
      measure: z.enum(['f1', 'fbeta', 'precision', 'recall']),
      minimum: z.number(),
      value: figure,
    })
    .describe("The result against the label's goal."),
  models: z
    .strictObject({
      teacher: figure,
      student: figure,
      int8: figure,
      valStudent: figure,
      valPostTraining: figure,
      valInt8: figure,
    })
    .describe(
      'Average precision of each network on test and validation, and of post-training quantization on validation.',
    ),
  curve: z.array(
    z.strictObject({ k: z.int(), precision: z.number(), recall: z.number(), falsePositiveRate: z.number() }),
  ),
});

const pairSchema = z.strictObject({ a: z.string(), b: z.string(), count: z.int() });

export const reportSchema = z.strictObject({
  formatVersion: z.literal(REPORT_FORMAT_VERSION),
  run: z.strictObject({
    id: z.string(),
    project: z.string().describe('Name of the project folder.'),
    createdAt: z.string(),
    notes: z.string(),
    seed: z.int(),
    testOpenings: z.int().describe('How often the test split had been opened when this was written.'),
    teacher: z.string(),
    student: z.string(),
    pretrained: z.strictObject({ teacher: z.boolean(), student: z.boolean() }),
    trainedWhileQuantized: z
      .boolean()
      .nullable()
      .default(null)
      .describe('Whether the shipped weights come from quantization-aware training; null in older reports.'),
  }),
  dataset: z.record(
    z.enum(['train', 'val', 'test']),
    z.strictObject({
      images: z.int(),
      meanLabels: z.number(),
      noLabelRate: z.number(),
      labelsPerImage: z.array(z.int()),
    }),
  ),
  leftOut: z.int().describe('Images in no split because they are not labeled yet.'),
  metrics: metricsReportSchema,
  replicates: z.int().describe('Resamples behind each bootstrap interval of a class.'),
  classes: z.array(classSchema).describe("Figures are the INT8 model's on test unless stated otherwise."),
  calibration: calibrationSchema.describe('All labels together, INT8 model, test.'),
  sensitivity: z
    .array(
      z.strictObject({
        shift: z.int(),
        macroF1: figure,
        microF1: figure,
        microPrecision: figure,
        microRecall: figure,
      }),
    )
    .describe('Figures on test with all thresholds moved by `shift` codes.'),
  confusions: z
    .array(pairSchema)
    .describe(
      'On test: images with label a in which b was predicted but absent; with a = b, images in which a was found.',
    ),
  missed: z.array(z.int()).describe('On test: images of each class in which it was not predicted.'),
  cooccurrence: z.array(z.strictObject({ a: z.string(), b: z.string(), truth: z.int(), said: z.int() })),
  pairsLeftOut: z.int().describe('Number of rarer pairs omitted from the two lists.'),
  errors: z.array(
    z.strictObject({
      path: z.string(),
      label: z.string(),
      kind: z.enum(['falsePositive', 'falseNegative']),
      score: z.number(),
      threshold: z.number(),
      truth: z.array(z.string()),
      picture: z
        .string()
        .nullable()
        .describe('The letterboxed image as a data URL; null when the file could not be read.'),
    }),
  ),
  config: configSchema,
  stages: z.record(z.string(), z.number()).describe('Training time per stage, in seconds.'),
  waited: z
    .record(z.string(), z.number())
    .default({})
    .describe("Share of a stage's training time that steps waited for images."),
  hardware: z.strictObject({
    processor: z.string(),
    cores: z.int(),
    memoryBytes: z.number(),
    system: z.string(),
    engine: messageSchema.nullable(),
  }),
  versions: z.record(z.string(), z.string()),
});
export type Report = z.infer<typeof reportSchema>;
export type ReportClass = Report['classes'][number];
export type ReportError = Report['errors'][number];
