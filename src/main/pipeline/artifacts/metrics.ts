import { splitFingerprint } from '../data/snapshot.ts';
import { METRICS_FORMAT_VERSION, metricsReportFile } from '../eval/metricsReport.ts';
import type { MetricsReport } from '../eval/metricsReport.ts';
import { evaluateSplit } from '../eval/splitMetrics.ts';
import type { SplitMetrics } from '../eval/splitMetrics.ts';
import { notMeasuredIn, splitQuality } from '../eval/splitQuality.ts';
import { writeFileAtomic } from '../storage/atomicFile.ts';
import { labelMatrix } from '../train/scoring.ts';
import { agreement } from '../stages/network/validationMetrics.ts';
import type { RunContext } from '../stages/runContext.ts';
import { split } from '../stages/runContext.ts';
import type { ScoredModel, ScoredSplit } from './scores.ts';
import { readCodes, readLogits } from './scores.ts';
import { goalsOf, readThresholds } from './thresholds.ts';
import { readRegularText } from '../storage/regularFile.ts';

/** Evaluates the stored scores with the current thresholds and writes report/metrics.json; scores nothing again. */
export async function writeMetricsReport(context: RunContext): Promise<MetricsReport> {
  const report = await metricsReport(context);
  await writeFileAtomic(metricsReportFile(context.folder), `${JSON.stringify(report)}\n`);
  return report;
}

/**
 * Evaluates again after a person moved a threshold or changed a goal, so that a bundle's figures match its thresholds.
 */
export async function refreshMetricsReport(context: RunContext): Promise<void> {
  const thresholds = await readThresholds(context.folder);
  const { globalK, perClass } = thresholds;
  const written = JSON.parse(await readRegularText(metricsReportFile(context.folder))) as Pick<
    MetricsReport,
    'thresholds' | 'goals'
  >;
  const same =
    written.thresholds.globalK === globalK &&
    perClass.every(({ k }, c) => written.thresholds.perClassK[c] === k) &&
    JSON.stringify(written.goals) === JSON.stringify(goalsOf(thresholds, context.config.threshold_search));
  if (!same) await writeMetricsReport(context);
}

async function metricsReport(context: RunContext): Promise<MetricsReport> {
  const { vocabulary, splits } = context.dataset;
  const thresholds = await readThresholds(context.folder);
  const used = { globalK: thresholds.globalK, perClassK: thresholds.perClass.map(({ k }) => k) };
  const evaluated = async (name: ScoredSplit): Promise<Record<ScoredModel, SplitMetrics>> => {
    const common = {
      labels: labelMatrix(split(context, name), vocabulary.length),
      classes: vocabulary.length,
      thresholds: used,
      seed: context.config.seed,
    };
    return {
      teacher: evaluateSplit({ ...common, codes: null, logits: await readLogits(context, 'teacher', name) }),
      student: evaluateSplit({ ...common, codes: null, logits: await readLogits(context, 'student', name) }),
      int8: evaluateSplit({ ...common, codes: await readCodes(context, name), logits: null }),
    };
  };
  const agree = async (name: ScoredSplit): Promise<MetricsReport['agreement']['val']> =>
    agreement(await readLogits(context, 'teacher', name), await readLogits(context, 'student', name));
  const [val, test] = [await evaluated('val'), await evaluated('test')];
  const goals = goalsOf(thresholds, context.config.threshold_search);
  const figures = { labels: [...vocabulary], val, test };
  const verdictsOn = (name: ScoredSplit): NonNullable<MetricsReport['quality']>['val'] => {
    const { verdict, labels } = splitQuality(figures, name, goals);
    return { verdict, perClass: labels.map((label) => label.verdict) };
  };
  const fingerprint = (name: 'train' | 'val' | 'test'): string => splitFingerprint(splits[name], vocabulary);
  return {
    formatVersion: METRICS_FORMAT_VERSION,
    labels: [...vocabulary],
    images: { train: splits.train.length, val: splits.val.length, test: splits.test.length },
    fingerprints: { train: fingerprint('train'), val: fingerprint('val'), test: fingerprint('test') },
    thresholds: used,
    goals,
    quality: { val: verdictsOn('val'), test: verdictsOn('test') },
    notMeasured: { val: notMeasuredIn(figures, 'val'), test: notMeasuredIn(figures, 'test') },
    val,
    test,
    agreement: { val: await agree('val'), test: await agree('test') },
  };
}
