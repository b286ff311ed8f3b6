import { splitFingerprint } from '../data/snapshot.ts';
import { METRICS_FORMAT_VERSION, metricsReportFile } from '../eval/metricsReport.ts';
import type { MetricsReport } from '../eval/metricsReport.ts';
import { evaluateSplit } from '../eval/report.ts';
import type { SplitReport } from '../eval/report.ts';
import { writeFileAtomic } from '../storage/atomicFile.ts';
import { labelMatrix } from '../train/scoring.ts';
import { agreement } from './figures.ts';
import type { RunRoom, StageSummary } from './room.ts';
import { split } from './room.ts';
import type { ScoredModel, ScoredSplit } from './scores.ts';
import { readCodes, readLogits } from './scores.ts';
import { scoreAll } from './thresholds.ts';
import { readThresholds } from './thresholdsFile.ts';

/** Scores the test split once, at the very end, with teacher, float student and INT8 student. */
export async function testStage(room: RunRoom): Promise<StageSummary> {
  await room.countTestOpening('test stage');
  await scoreAll(room, 'test');
  const report = await metricsReport(room);
  await writeFileAtomic(metricsReportFile(room.folder), `${JSON.stringify(report)}\n`);
  const { teacher, student, int8 } = report.test;
  return { teacher_macro_ap: teacher.macroAp, student_macro_ap: student.macroAp, int8_macro_ap: int8.macroAp };
}

async function metricsReport(room: RunRoom): Promise<MetricsReport> {
  const { vocabulary, splits } = room.dataset;
  const thresholds = await readThresholds(room.folder);
  const used = { globalK: thresholds.globalK, perClassK: thresholds.perClass.map(({ k }) => k) };
  const judge = async (name: ScoredSplit): Promise<Record<ScoredModel, SplitReport>> => {
    const common = { labels: labelMatrix(split(room, name), vocabulary.length), classes: vocabulary.length, thresholds: used, seed: room.config.seed };
    return {
      teacher: evaluateSplit({ ...common, codes: null, logits: await readLogits(room, 'teacher', name) }),
      student: evaluateSplit({ ...common, codes: null, logits: await readLogits(room, 'student', name) }),
      int8: evaluateSplit({ ...common, codes: await readCodes(room, name), logits: null }),
    };
  };
  const agree = async (name: ScoredSplit): Promise<MetricsReport['agreement']['val']> => agreement(await readLogits(room, 'teacher', name), await readLogits(room, 'student', name));
  const fingerprint = (name: 'train' | 'val' | 'test'): string => splitFingerprint(splits[name], vocabulary);
  return {
    formatVersion: METRICS_FORMAT_VERSION,
    labels: [...vocabulary],
    images: { train: splits.train.length, val: splits.val.length, test: splits.test.length },
    fingerprints: { train: fingerprint('train'), val: fingerprint('val'), test: fingerprint('test') },
    thresholds: used,
    val: await judge('val'),
    test: await judge('test'),
    agreement: { val: await agree('val'), test: await agree('test') },
  };
}
