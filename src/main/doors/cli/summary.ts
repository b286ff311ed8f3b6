import path from 'node:path';
import { translator } from '../../../shared/locales/translate.ts';
import { stages } from '../../../shared/events.ts';
import { shortList, notMeasuredText, qualityText, nextStepText } from '../../../shared/metrics/verdictTexts.ts';
import { readMetricsReport } from '../../pipeline/eval/metricsReport.ts';
import type { MetricsReport } from '../../pipeline/eval/metricsReport.ts';
import { notMeasuredIn, splitQuality } from '../../pipeline/eval/splitQuality.ts';
import { goalsOf, readThresholds } from '../../pipeline/artifacts/thresholds.ts';
import { readRun } from '../../pipeline/storage/runFolder.ts';
import { duration, score, table } from './format.ts';

/** What a finished run has to show: time per stage, the three networks on the test split, where the bundle is. */
export async function runSummary(folder: string): Promise<string> {
  const record = await readRun(folder);
  const report = await readMetricsReport(folder);
  const times = stages.map((stage) => [stage, duration(record.stages[stage].seconds)]);
  const total = stages.reduce((sum, stage) => sum + record.stages[stage].seconds, 0);
  const bundle = record.export === null ? null : path.join(folder, record.export);
  return [
    `Time\n${table([...times, ['together', duration(total)]])}`,
    metricsSummary(report),
    ...(bundle === null ? [] : [await verdicts(folder, report)]),
    `Run     ${folder}`,
    ...(bundle === null ? [] : [`Bundle  ${bundle}\n        ${bundle}.zip`]),
  ].join('\n\n');
}

const english = translator('en');

/** An export is only written after LiteRT gave the same numbers; how good the model is, is another question. */
async function verdicts(folder: string, metrics: MetricsReport): Promise<string> {
  const { config } = await readRun(folder);
  const goals = goalsOf(await readThresholds(folder), config.threshold_search);
  const quality = splitQuality(metrics, 'test', goals);
  return [
    "The file is faithful: LiteRT gave the same numbers as the studio. 'destila verify' checks the whole bundle.",
    `${qualityText(quality, english)} ${nextStepText(quality, config.student.weights === null, english)} (test split)`,
  ].join('\n');
}

const networks = [
  ['teacher', 'teacher (float)'],
  ['student', 'student (float)'],
  ['int8', 'student (INT8)'],
] as const;

function metricsSummary({ val, test, images, labels, agreement }: MetricsReport): string {
  const rows = networks.map(([key, title]) => {
    const { macroAp, macroApInterval, at } = test[key];
    const interval =
      macroApInterval.low === null ? '' : `${score(macroApInterval.low)} to ${score(macroApInterval.high)}`;
    return [
      title,
      score(macroAp),
      interval,
      score(at['0.5'].macroF1),
      score(at.global.macroF1),
      score(at.per_class.macroF1),
      score(at.per_class.microF1),
    ];
  });
  const left = notMeasuredIn({ labels, test, val }, 'test');
  return [
    `Test split (${images.test} images, ${labels.length} labels)`,
    table([['', 'macro AP', '95 % interval', 'F1 at 0.5', 'F1 global', 'F1 per class', 'micro F1'], ...rows]),
    `F1 is macro F1, with the threshold 0.5, one for all labels, or one per label; micro F1 has one per label.`,
    ...(left.length === 0
      ? []
      : [`${notMeasuredText(left.length, english)} No test image, so in no average: ${shortList(left, english, 20)}.`]),
    `Student and teacher agree on ${(agreement.test.decisions * 100).toFixed(1)} % of decisions.`,
  ].join('\n');
}
