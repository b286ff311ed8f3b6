import type { ClassThresholdState, OcclusionMap, ScoredSplit, Tune } from '../../../shared/contract/tune.ts';
import { occlusionMapSchema } from '../../../shared/contract/tune.ts';
import { Problem } from '../../../shared/problem.ts';
import { classMetrics } from '../../../shared/metrics/metrics.ts';
import { confusionByK, histogram } from '../../../shared/metrics/thresholds.ts';
import { startJob } from '../../jobs/startJob.ts';
import type { Dataset } from '../../pipeline/data/dataset.ts';
import { readSnapshot, snapshotFolder } from '../../pipeline/data/snapshot.ts';
import type { ScoredSplit as SplitName } from '../../pipeline/artifacts/scores.ts';
import { readCodes, readLogits } from '../../pipeline/artifacts/scores.ts';
import { readThresholds, writeThresholds } from '../../pipeline/artifacts/thresholds.ts';
import { takeLock } from '../../pipeline/storage/lock.ts';
import { lockFile, readRun, writeRun } from '../../pipeline/storage/runFolder.ts';
import { labelMatrix } from '../../pipeline/train/scoring.ts';
import { OPENED_BY_HAND, timesOpened } from './seal.ts';

const UNKNOWN_BYTE = 255;

/** Scores and thresholds of a finished run. Includes test scores only if a person has opened the test split. */
export async function readTune(folder: string, name: string): Promise<Tune> {
  const record = await readRun(folder);
  if (record.stages.thresholds.state !== 'finished') throw new Problem('data.noThresholds');
  const dataset = await readSnapshot(snapshotFolder(folder), record.project);
  const thresholds = await readThresholds(folder);
  const opened = timesOpened(record);
  const { goal, min_precision, min_recall, smoothing } = record.config.threshold_search;
  return {
    run: record.id,
    name,
    labels: [...dataset.vocabulary],
    globalK: thresholds.globalK,
    saved: thresholds.perClass.map(({ k, tuned, locked, goal: own }) => ({
      k,
      tuned,
      locked: locked ?? false,
      goal: own ?? null,
    })),
    found: thresholds.perClass.map(({ k, foundK }) => foundK ?? k),
    goal: { goal, min_precision, min_recall, smoothing },
    val: await scored(folder, dataset, 'val'),
    test: opened > 0 && record.stages.test.state === 'finished' ? await scored(folder, dataset, 'test') : null,
    testOpened: opened,
  };
}

async function scored(folder: string, dataset: Dataset, split: SplitName): Promise<ScoredSplit> {
  const samples = dataset.splits[split];
  const codes = await readCodes({ folder }, split);
  const asCodes = (logits: Float32Array): string =>
    base64(Uint8Array.from(logits, (logit) => Math.min(255, Math.round(256 / (1 + Math.exp(-logit))))));
  const float = (model: 'teacher' | 'student'): Promise<string | null> =>
    readLogits({ folder }, model, split).then(asCodes, () => null);
  const labels = Uint8Array.from(labelMatrix(samples, dataset.vocabulary.length), (label) =>
    label < 0 ? UNKNOWN_BYTE : label,
  );
  return {
    paths: samples.map(({ path }) => path),
    codes: base64(codes),
    labels: base64(labels),
    teacher: await float('teacher'),
    student: await float('student'),
  };
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** Writes thresholds that a person chose into thresholds.json, with their metrics on validation. */
export async function saveThresholds(folder: string, chosen: readonly ClassThresholdState[]): Promise<void> {
  const lock = await takeLock(lockFile(folder), 'thresholds');
  try {
    const record = await readRun(folder);
    const {
      vocabulary,
      splits: { val },
    } = await readSnapshot(snapshotFolder(folder), record.project);
    if (chosen.length !== vocabulary.length) throw new Problem('mismatch.thresholdsOfOtherLabels');
    const before = await readThresholds(folder);
    const codes = await readCodes({ folder }, 'val');
    const labels = labelMatrix(val, vocabulary.length);
    const perClass = before.perClass.map((old, c) => {
      const { k, locked, goal } = chosen[c]!;
      const report = classMetrics(confusionByK(histogram(codes, labels, vocabulary.length, c))[k]!);
      return {
        ...old,
        k,
        locked,
        goal: goal ?? undefined,
        foundK: old.foundK ?? old.k,
        valPrecision: report.precision,
        valRecall: report.recall,
        valF1: report.f1,
      };
    });
    await writeThresholds(folder, vocabulary, { globalK: before.globalK, perClass });
  } finally {
    await lock.release();
  }
}

/** Opens the test split and counts it in run.json, because a split that guides decisions is no longer a fair test. */
export async function openTest(folder: string): Promise<void> {
  const lock = await takeLock(lockFile(folder), 'opening test');
  try {
    const record = await readRun(folder);
    if (record.stages.test.state !== 'finished') throw new Problem('data.testNotScored');
    await writeRun(folder, {
      ...record,
      testOpenings: [...record.testOpenings, { at: new Date().toISOString(), by: OPENED_BY_HAND }],
    });
  } finally {
    await lock.release();
  }
}

/** `file` is the absolute path of an image of the run. */
export async function occlusionMap(
  folder: string,
  file: string,
  label: number,
  signal?: AbortSignal,
): Promise<OcclusionMap> {
  return occlusionMapSchema.parse(
    await startJob({ type: 'occlusionMap', runFolder: folder, file, label }, { signal }).result,
  );
}
