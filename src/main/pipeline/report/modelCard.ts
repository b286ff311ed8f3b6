import type { Report } from './schema.ts';
import type { ModelQuality } from '../../../shared/metrics/quality.ts';
import { qualityWords, wayOnWords } from '../../../shared/metrics/verdictWords.ts';
import { reportQuality, verdictWord } from './verdict.ts';
import { wording } from './words.ts';

/**
 * MODEL_CARD.md of a bundle, after Mitchell et al. 2019 (arXiv 1810.03993): what the model is for, on what it was judged, where it is
 * weak. English, as the rest of a bundle. Numbers are the INT8 model's on test.
 */
export function modelCard(report: Report, modelBytes: number): string {
  const { score, count, percent, date } = wording('en');
  const { run, metrics, dataset, classes, hardware, config } = report;
  const { int8, student } = metrics.test;
  const { macroPrecision, macroRecall, macroF1, microF1, noLabelRate } = int8.at.per_class;
  const weak = classes
    .filter(({ averagePrecision }) => averagePrecision !== null)
    .sort((a, b) => a.averagePrecision! - b.averagePrecision!)
    .slice(0, 5);
  const quality = reportQuality(report);
  const { w } = wording('en');
  const missing = (split: 'val' | 'test'): string => {
    const labels = classes.filter(({ images }) => images[split] === 0);
    return labels.length === 0 ? '' : `\nNot measured on ${split} (${labels.length}): ${list(labels)}.\n`;
  };
  const rare = classes.filter(({ images }) => images.train < 10);
  const name = (label: string): string => `\`${label.replaceAll(/[`\r\n]/g, ' ')}\``;
  const inCode = (quality: ModelQuality): ModelQuality => ({
    ...quality,
    labels: quality.labels.map((label) => ({ ...label, label: name(label.label) })),
  });
  const list = (labels: readonly { readonly label: string }[]): string =>
    `${labels
      .slice(0, 20)
      .map(({ label }) => name(label))
      .join(', ')}${labels.length > 20 ? ` and ${labels.length - 20} more` : ''}`;
  return `# Model card: ${run.project}, run ${run.id}

## The model

- Task: which of ${count(classes.length)} labels a photo has; any number of them, each decided for itself.
- ${run.student}, ${config.student.input_size} x ${config.student.input_size} RGB, INT8, ${(modelBytes / 1e6).toFixed(1)} MB. Made on ${date(run.createdAt)}.
- ${making(report)}
- How to feed it and read it: \`inference_config.json\`. How to check an app: \`parity/\`.

## What it is worth

The file is faithful: it gives the same numbers as the model that was measured (\`destila verify\` repeats the checks). ${qualityWords(quality, w)} ${wayOnWords(inCode(quality), !run.pretrained.student, w)}

On ${count(int8.images)} test images, with the thresholds in this bundle:

| figure | value |
| --- | --- |
| mean average precision (95 % interval) | ${score(int8.macroAp)} (${score(int8.macroApInterval.low)} to ${score(int8.macroApInterval.high)}) |
| the same before quantization | ${score(student.macroAp)} |
| precision, recall, F1: mean of the labels | ${score(macroPrecision)}, ${score(macroRecall)}, ${score(macroF1)} |
| F1 over all decisions | ${score(microF1)} |
| images for which nothing is said (in truth) | ${percent(noLabelRate)} (${percent(int8.trueNoLabelRate)}) |

Averages leave out labels that are not measured. \`report.html\` has every label with its curves and errors.

## Where it is weak

${weak.map(({ label, averagePrecision, images, quality: { verdict } }) => `- ${name(label)}, ${verdictWord(verdict, wording('en'))}: average precision ${score(averagePrecision)} (${count(images.train)} training, ${count(images.test)} test images)`).join('\n')}
${rare.length === 0 ? '' : `\nFewer than 10 training images: ${list(rare)}.\n`}${missing('test')}${missing('val')}
## The photos

${report.leftOut === 0 ? '' : `- left out because they are not labeled yet: ${count(report.leftOut)} images\n`}${(['train', 'val', 'test'] as const).map((split) => `- ${split}: ${count(dataset[split].images)} images, ${dataset[split].meanLabels.toFixed(2)} labels per image, ${percent(dataset[split].noLabelRate)} without any; fingerprint \`${metrics.fingerprints[split].slice(0, 16)}\``).join('\n')}

The figures hold for photos like these. Other cameras, places and seasons are other photos: judge the model on some of those before trusting it there. Thresholds were chosen on validation; test had been opened ${run.testOpenings} time${run.testOpenings === 1 ? '' : 's'} when this was written.

## How it was made

${hardware.processor}, ${hardware.system}${hardware.engine === null ? '' : `, ${hardware.engine}`}; seed ${run.seed}; ${Object.entries(
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
