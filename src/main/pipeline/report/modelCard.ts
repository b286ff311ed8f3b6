import type { LabelQuality, ModelQuality } from '../../../shared/metrics/quality.ts';
import { nextStepText, qualityText } from '../../../shared/metrics/verdictTexts.ts';
import type { MetricsReport } from '../eval/metricsReport.ts';
import { notMeasuredIn, splitQuality } from '../eval/splitQuality.ts';
import type { Report } from './schema.ts';
import { verdictName } from './verdict.ts';
import { wording } from './words.ts';

/** The facts about the model file. */
export interface CardModel {
  readonly architecture: string;
  readonly inputSize: number;
  readonly bytes: number;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
}

const english = wording('en');
const { score, count, percent, date, t } = english;
const name = (label: string): string => `\`${label.replaceAll(/[`\r\n]/g, ' ')}\``;
const MOST_LISTED = 20;

const list = (labels: readonly string[]): string =>
  labels.slice(0, MOST_LISTED).map(name).join(', ') +
  (labels.length > MOST_LISTED ? ` and ${labels.length - MOST_LISTED} more` : '');

/** Classes with the lowest average precision on test first. */
const weakest = ({ test }: MetricsReport): number[] =>
  test.int8.perClass
    .flatMap(({ averagePrecision }, c) => (averagePrecision === null ? [] : [{ c, averagePrecision }]))
    .sort((a, b) => a.averagePrecision - b.averagePrecision)
    .slice(0, 5)
    .map(({ c }) => c);

/** Null for figures of earlier versions, which lack goals. */
const qualityOf = (metrics: MetricsReport): ModelQuality | null =>
  metrics.goals === undefined ? null : splitQuality(metrics, 'test', metrics.goals);

/** Writes labels as code, because a label may contain characters that Markdown reads as markup. */
const inCode = (quality: ModelQuality): ModelQuality => ({
  ...quality,
  labels: quality.labels.map((label) => ({ ...label, label: name(label.label) })),
});

/**
 * The parts of the card that follow from metrics.json and the model file. `destila verify` writes them again and looks
 * for each one in the card.
 */
export interface CardFigures {
  readonly model: string;
  /** The verdict on the model; empty without goals. */
  readonly quality: string;
  readonly figures: string;
  /** The beginnings of lines; the rest of each line is in no other file of the bundle. */
  readonly weak: readonly string[];
  /** Lines that list the labels without an image in a split. */
  readonly unmeasured: readonly string[];
  readonly splits: Readonly<Record<'train' | 'val' | 'test', string>>;
}

export function cardFigures(metrics: MetricsReport, model: CardModel): CardFigures {
  const { int8, student } = metrics.test;
  const { macroPrecision, macroRecall, macroF1, microF1, noLabelRate } = int8.at.per_class;
  const quality = qualityOf(metrics);
  const verdictOf = (c: number): string => {
    const found: LabelQuality | undefined = quality?.labels[c];
    return found === undefined ? '' : `, ${verdictName(found.verdict, english)}`;
  };
  const split = (of: 'train' | 'val' | 'test'): string =>
    `- ${of}: ${count(metrics.images[of])} images, fingerprint \`${metrics.fingerprints[of].slice(0, 16)}\`; `;
  return {
    model: `- Task: predict which of ${count(metrics.labels.length)} labels an image has.
  An image can have any number of them; each is decided independently.
- ${model.architecture}, ${model.inputSize} x ${model.inputSize} RGB, INT8, ${(model.bytes / 1e6).toFixed(1)} MB, SHA-256 \`${model.sha256}\`.
`,
    quality: quality === null ? '' : qualityText(quality, t),
    figures: `On ${count(int8.images)} test images, with the thresholds in this bundle:

| metric | value |
| --- | --- |
| mean average precision (95% interval) | ${score(int8.macroAp)} (${score(int8.macroApInterval.low)} to ${score(int8.macroApInterval.high)}) |
| the same, before quantization | ${score(student.macroAp)} |
| macro precision, recall and F1 | ${score(macroPrecision)}, ${score(macroRecall)}, ${score(macroF1)} |
| micro F1 | ${score(microF1)} |
| images without a predicted label (without any label) | ${percent(noLabelRate)} (${percent(int8.trueNoLabelRate)}) |

`,
    weak: weakest(metrics).map((c) => {
      const { averagePrecision, support } = int8.perClass[c]!;
      return (
        `- ${name(metrics.labels[c]!)}${verdictOf(c)}: average precision ${score(averagePrecision)} on ` +
        `${count(support)} test images `
      );
    }),
    unmeasured: (['test', 'val'] as const).flatMap((of) => {
      const labels = notMeasuredIn(metrics, of);
      return labels.length === 0 ? [] : [`Not measured on ${of} (${labels.length}): ${list(labels)}.`];
    }),
    splits: { train: split('train'), val: split('val'), test: split('test') },
  };
}

/**
 * MODEL_CARD.md of a bundle, after Mitchell et al. 2019 (arXiv 1810.03993): purpose, measurements and weaknesses of the
 * model. In English, like the rest of a bundle. Figures are the INT8 model's on test.
 */
export function modelCard(report: Report, model: CardModel): string {
  const { run, metrics, dataset, classes, hardware } = report;
  const figures = cardFigures(metrics, model);
  const quality = qualityOf(metrics);
  const nextStep = quality === null ? '' : ` ${nextStepText(inCode(quality), !run.pretrained.student, t)}`;
  const rare = classes.filter(({ images }) => images.train < 10).map(({ label }) => label);
  return `# Model card: ${run.project}, run ${run.id}

## The model

${figures.model}- Trained on ${date(run.createdAt)}. ${training(report)}
- See \`inference_config.json\` for its input and output, and \`parity/\` for checking an app.

## Quality

The file is faithful: it gives the same numbers as the evaluated model (\`destila verify\` repeats the checks).

${figures.quality}${nextStep}

${figures.figures}Averages leave out labels that are not measured. \`report.html\` has every label with its curves and errors.

## Weaknesses

${weakest(metrics)
  .map((c, i) => `${figures.weak[i]!}(${count(classes[c]!.images.train)} training images)`)
  .join('\n')}
${rare.length === 0 ? '' : `\nFewer than 10 training images: ${list(rare)}.\n`}${figures.unmeasured.map((line) => `\n${line}\n`).join('')}
## Images

${report.leftOut === 0 ? '' : `- not used, because they are not labeled yet: ${count(report.leftOut)} images\n`}${(
    ['train', 'val', 'test'] as const
  )
    .map(
      (of) =>
        `${figures.splits[of]}${dataset[of].meanLabels.toFixed(2)} labels per image, ` +
        `${percent(dataset[of].noLabelRate)} without any`,
    )
    .join('\n')}

The figures hold for images like these. Evaluate the model on images from other cameras, places or seasons before using
it there. Thresholds were chosen on validation; test had been opened ${run.testOpenings} time${run.testOpenings === 1 ? '' : 's'} when this was written.

## Training

${hardware.processor}, ${hardware.system}${hardware.engine === null ? '' : `, ${english.said(hardware.engine)}`}; seed ${run.seed}; ${Object.entries(
    report.versions,
  )
    .map(([part, version]) => `${part} ${version}`)
    .join(', ')}.
${run.notes === '' ? '' : `\n## Notes\n\n${run.notes}\n`}`;
}

/** How the student was trained. Quantization-aware training counts only if its weights were kept. */
function training({ run, config }: Report): string {
  const learned = config.student.alpha === 1 ? 'Trained on the labels alone' : `Distilled from ${run.teacher}`;
  const trained = run.trainedWhileQuantized ?? config.qat.epochs > 0;
  const quantized = trained
    ? 'then fine-tuned with quantization-aware training'
    : 'then quantized without further training (post-training quantization)';
  const start = (pretrained: boolean): string =>
    pretrained ? 'started from pretrained weights' : 'trained from scratch';
  const networks = `Teacher ${start(run.pretrained.teacher)}; student ${start(run.pretrained.student)}.`;
  return `${learned}, ${quantized}. ${networks}`;
}
