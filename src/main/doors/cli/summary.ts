import path from 'node:path';
import { stages } from '../../../shared/events.ts';
import { shortLabels, notMeasuredText, qualityText, nextStepText } from '../../../shared/metrics/verdictTexts.ts';
import { goalsOf, readThresholds } from '../../pipeline/artifacts/thresholds.ts';
import type { MetricsReport } from '../../pipeline/eval/metricsReport.ts';
import { readMetricsReport } from '../../pipeline/eval/metricsReport.ts';
import { notMeasuredIn, splitQuality } from '../../pipeline/eval/splitQuality.ts';
import { readRun } from '../../pipeline/storage/runFolder.ts';
import { decimal, duration, score, table } from './format.ts';
import { stageTitle } from './reporter.ts';
import { t } from './wording.ts';

/** Summary of a finished run: time per stage, the three networks on the test split, and where the bundle is. */
export async function runSummary(folder: string): Promise<string> {
  const record = await readRun(folder);
  const report = await readMetricsReport(folder);
  const times = stages.map((stage) => [stageTitle(stage, t), duration(record.stages[stage].seconds)]);
  const total = stages.reduce((sum, stage) => sum + record.stages[stage].seconds, 0);
  const bundle = record.export === null ? null : path.join(folder, record.export);
  return [
    `${t('cli.summaryTime')}\n${table([...times, [t('cli.summaryTotal'), duration(total)]])}`,
    metricsSummary(report),
    ...(bundle === null ? [] : [await verdicts(folder, report)]),
    t('cli.summaryRun', { folder }),
    ...(bundle === null ? [] : [`${t('cli.summaryBundle', { folder: bundle })}\n        ${bundle}.zip`]),
  ].join('\n\n');
}

/** A bundle only exists if LiteRT gave the same numbers, so the file is faithful. How good the model is varies. */
async function verdicts(folder: string, metrics: MetricsReport): Promise<string> {
  const { config } = await readRun(folder);
  const goals = goalsOf(await readThresholds(folder), config.threshold_search);
  const quality = splitQuality(metrics, 'test', goals);
  const nextStep = nextStepText(quality, config.student.weights === null, t);
  return `${t('cli.summaryFaithful')}\n${qualityText(quality, t)} ${nextStep} ${t('cli.onTest')}`;
}

function metricsSummary({ val, test, images, labels, agreement }: MetricsReport): string {
  const networks = [
    [test.teacher, t('cli.networkTeacher')],
    [test.student, t('cli.networkStudent')],
    [test.int8, t('cli.networkInt8')],
  ] as const;
  const rows = networks.map(
    ([
      {
        macroAp,
        macroApInterval: { low, high },
        at,
      },
      title,
    ]) => [
      title,
      score(macroAp),
      low === null ? '' : `${score(low)} – ${score(high)}`,
      score(at['0.5'].macroF1),
      score(at.global.macroF1),
      score(at.per_class.macroF1),
      score(at.per_class.microF1),
    ],
  );
  const head = [
    '',
    'mAP',
    t('cli.columnInterval'),
    t('cli.columnF1AtHalf'),
    t('cli.columnF1Global'),
    t('cli.columnF1PerLabel'),
    'micro F1',
  ];
  return [
    t('cli.summaryTest', { images: images.test, labels: labels.length }),
    table([head, ...rows]),
    t('cli.summaryF1'),
    ...notMeasuredLines(notMeasuredIn({ labels, test, val }, 'test'), 'test'),
    t('cli.agreement', { share: decimal(agreement.test.decisions * 100, 1) }),
  ].join('\n');
}

const MOST_NAMED = 20;

/** Labels without images in a split, which no average there includes. */
export function notMeasuredLines(labels: readonly string[], split: string): string[] {
  if (labels.length === 0) return [];
  const names = shortLabels(labels, t, MOST_NAMED);
  return [`${notMeasuredText(labels.length, t)} ${t('cli.notInAverages', { split, labels: names })}`];
}
