import type { LabelQuality, ModelQuality } from '../../../shared/metrics/quality.ts';
import { qualityWords, wayOnWords } from '../../../shared/metrics/verdictWords.ts';
import type { MetricsReport } from '../eval/metricsReport.ts';
import { notMeasuredIn, splitQuality } from '../eval/splitQuality.ts';
import type { Report } from './schema.ts';
import { verdictWord } from './verdict.ts';
import { wording } from './words.ts';

/** What the card says of the model file itself. */
export interface CardModel {
  readonly architecture: string;
  readonly inputSize: number;
  readonly bytes: number;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
}

const english = wording('en');
const { score, count, percent, date, t } = english;
const name = (label: string): string => `\`${label.replaceAll(/[`\r\n]/g, ' ')}\``;
const MOST_NAMED = 20;

const list = (labels: readonly string[]): string =>
  `${labels.slice(0, MOST_NAMED).map(name).join(', ')}${labels.length > MOST_NAMED ? ` and ${labels.length - MOST_NAMED} more` : ''}`;

/** Classes with the lowest average precision on test first. */
const weakest = ({ test }: MetricsReport): number[] =>
  test.int8.perClass
    .flatMap(({ averagePrecision }, c) => (averagePrecision === null ? [] : [{ c, averagePrecision }]))
    .sort((a, b) => a.averagePrecision - b.averagePrecision)
    .slice(0, 5)
    .map(({ c }) => c);

/** Null for the figures of earlier versions, which hold no goals. */
const qualityOf = (metrics: MetricsReport): ModelQuality | null =>
  metrics.goals === undefined ? null : splitQuality(metrics, 'test', metrics.goals);

/** Labels as code: a label may hold any character, and Markdown reads some of them as markup. */
const inCode = (quality: ModelQuality): ModelQuality => ({
  ...quality,
  labels: quality.labels.map((label) => ({ ...label, label: name(label.label) })),
});

/**
 * The parts of the card that follow from metrics.json and the model file: `destila verify` writes them again and looks
 * for each.
 */
export interface CardFigures {
  readonly model: string;
  /** The verdict on the model; empty without goals. */
  readonly quality: string;
  readonly worth: string;
  /** Beginnings of lines; what follows stands in no other file of the bundle. */
  readonly weak: readonly string[];
  /** Lines that name the labels without an image in a split. */
  readonly unmeasured: readonly string[];
  readonly splits: Readonly<Record<'train' | 'val' | 'test', string>>;
}

export function cardFigures(metrics: MetricsReport, model: CardModel): CardFigures {
  const { int8, student } = metrics.test;
  const { macroPrecision, macroRecall, macroF1, microF1, noLabelRate } = int8.at.per_class;
  const quality = qualityOf(metrics);
  const verdictOf = (c: number): string => {
    const found: LabelQuality | undefined = quality?.labels[c];
    return found === undefined ? '' : `, ${verdictWord(found.verdict, english)}`;
  };
  const split = (of: 'train' | 'val' | 'test'): string =>
    `- ${of}: ${count(metrics.images[of])} images, fingerprint \`${metrics.fingerprints[of].slice(0, 16)}\`; `;
  return {
    model: `- Task: which of ${count(metrics.labels.length)} labels an image has; any number of them, each decided for itself.
- ${model.architecture}, ${model.inputSize} x ${model.inputSize} RGB, INT8, ${(model.bytes / 1e6).toFixed(1)} MB, SHA-256 \`${model.sha256}\`.
`,
    quality: quality === null ? '' : qualityWords(quality, t),
    worth: `On ${count(int8.images)} test images, with the thresholds in this bundle:

| figure | value |
| --- | --- |
| mean average precision (95 % interval) | ${score(int8.macroAp)} (${score(int8.macroApInterval.low)} to ${score(int8.macroApInterval.high)}) |
| the same before quantization | ${score(student.macroAp)} |
| precision, recall, F1: mean of the labels | ${score(macroPrecision)}, ${score(macroRecall)}, ${score(macroF1)} |
| F1 over all decisions | ${score(microF1)} |
| images without a predicted label (without any label in truth) | ${percent(noLabelRate)} (${percent(int8.trueNoLabelRate)}) |

`,
    weak: weakest(metrics).map((c) => {
      const { averagePrecision, support } = int8.perClass[c]!;
      return `- ${name(metrics.labels[c]!)}${verdictOf(c)}: average precision ${score(averagePrecision)} on ${count(support)} test images `;
    }),
    unmeasured: (['test', 'val'] as const).flatMap((of) => {
      const labels = notMeasuredIn(metrics, of);
      return labels.length === 0 ? [] : [`Not measured on ${of} (${labels.length}): ${list(labels)}.`];
    }),
    splits: { train: split('train'), val: split('val'), test: split('test') },
  };
}

/**
 * MODEL_CARD.md of a bundle, after Mitchell et al. 2019 (arXiv 1810.03993): what the model is for, on what it was
 * measured, where it is weak. English, as the rest of a bundle. Numbers are the INT8 model's on test.
 */
export function modelCard(report: Report, model: CardModel): string {
  const { run, metrics, dataset, classes, hardware } = report;
  const figures = cardFigures(metrics, model);
  const quality = qualityOf(metrics);
  const wayOn = quality === null ? '' : ` ${wayOnWords(inCode(quality), !run.pretrained.student, t)}`;
  const rare = classes.filter(({ images }) => images.train < 10).map(({ label }) => label);
  return `# Model card: ${run.project}, run ${run.id}

## The model

${figures.model}- Made on ${date(run.createdAt)}. ${making(report)}
- How to feed it and read it: \`inference_config.json\`. How to check an app: \`parity/\`.

## How good it is

The file is faithful: it gives the same numbers as the model that was measured (\`destila verify\` repeats the checks).

${figures.quality}${wayOn}

${figures.worth}Averages leave out labels that are not measured. \`report.html\` has every label with its curves and errors.

## Where it is weak

${weakest(metrics)
  .map((c, i) => `${figures.weak[i]!}(${count(classes[c]!.images.train)} training images)`)
  .join('\n')}
${rare.length === 0 ? '' : `\nFewer than 10 training images: ${list(rare)}.\n`}${figures.unmeasured.map((line) => `\n${line}\n`).join('')}
## The photos

${report.leftOut === 0 ? '' : `- left out because they are not labeled yet: ${count(report.leftOut)} images\n`}${(
    ['train', 'val', 'test'] as const
  )
    .map(
      (of) =>
        `${figures.splits[of]}${dataset[of].meanLabels.toFixed(2)} labels per image, ${percent(dataset[of].noLabelRate)} without any`,
    )
    .join('\n')}

The figures hold for photos like these. Other cameras, places and seasons are other photos: evaluate the model on some of those before trusting it there. Thresholds were chosen on validation; test had been opened ${run.testOpenings} time${run.testOpenings === 1 ? '' : 's'} when this was written.

## How it was made

${hardware.processor}, ${hardware.system}${hardware.engine === null ? '' : `, ${hardware.engine.text}`}; seed ${run.seed}; ${Object.entries(
    report.versions,
  )
    .map(([part, version]) => `${part} ${version}`)
    .join(', ')}.
${run.notes === '' ? '' : `\n## Notes\n\n${run.notes}\n`}`;
}

/** How the student came about. What was set but not kept is not claimed: epochs that made it no better do not ship. */
function making({ run, config }: Report): string {
  const learned = config.student.alpha === 1 ? 'Trained on the labels alone' : `Distilled from ${run.teacher}`;
  const trained = run.trainedWhileQuantized ?? config.qat.epochs > 0;
  const quantized = trained
    ? 'then fine-tuned with quantization-aware training'
    : 'then quantized without further training (post-training quantization)';
  const start = (pretrained: boolean): string => (pretrained ? 'started from given weights' : 'trained from scratch');
  const networks = `Teacher ${start(run.pretrained.teacher)}; student ${start(run.pretrained.student)}.`;
  return `${learned}, ${quantized}. ${networks}`;
}
