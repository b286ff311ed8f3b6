import path from 'node:path';
import { stages } from '../../shared/events.ts';
import { readMetricsReport } from '../pipeline/eval/metricsReport.ts';
import type { MetricsReport } from '../pipeline/eval/metricsReport.ts';
import { readRun } from '../pipeline/storage/runFolder.ts';
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
    `Run     ${folder}`,
    ...(bundle === null ? [] : [`Bundle  ${bundle}\n        ${bundle}.zip`]),
  ].join('\n\n');
}

const networks = [
  ['teacher', 'teacher (float)'],
  ['student', 'student (float)'],
  ['int8', 'student (INT8)'],
] as const;

function metricsSummary({ test, images, labels, agreement }: MetricsReport): string {
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
  const left = test.int8.classesLeftOut;
  return [
    `Test split (${images.test} images, ${labels.length} classes)`,
    table([['', 'macro AP', '95 % interval', 'F1 at 0.5', 'F1 global', 'F1 per class', 'micro F1'], ...rows]),
    `F1 is macro F1, with thresholds at 0.5, one for all classes, one for each; micro F1 with one for each.${left === 0 ? '' : ` ${left} classes without a test image are left out of macro AP.`}`,
    `Student and teacher agree on ${(agreement.test.decisions * 100).toFixed(1)} % of decisions.`,
  ].join('\n');
}
