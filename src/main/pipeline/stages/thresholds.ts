import { message } from '../../../shared/message.ts';
import { decisionMetrics, macroAveragePrecision } from '../../../shared/metrics/metrics.ts';
import type { ClassThreshold } from '../../../shared/metrics/thresholds.ts';
import { decide, searchThresholds } from '../../../shared/metrics/thresholds.ts';
import { shortList } from '../../../shared/shortList.ts';
import { requireFiniteScores } from '../train/diverged.ts';
import { labelMatrix } from '../train/scoring.ts';
import { figure } from './network/validationMetrics.ts';
import { finalIntegerModel, scoreInteger } from './integer.ts';
import { bestNetwork } from './network/model.ts';
import { scoreFloat } from './network/train.ts';
import type { RunContext, StageSummary } from './runContext.ts';
import { note, split, withLoader } from './runContext.ts';
import type { ScoredSplit } from '../artifacts/scores.ts';
import { readLogits, writeScores } from '../artifacts/scores.ts';
import type { StoredThresholds } from '../artifacts/thresholds.ts';
import { readThresholds, writeThresholds } from '../artifacts/thresholds.ts';

/** Scores validation with all three networks and searches the thresholds on the INT8 model's codes. */
export async function thresholdsStage(context: RunContext): Promise<StageSummary> {
  const codes = await scoreAll(context, 'val');
  const { vocabulary } = context.dataset;
  const { threshold_search: search } = context.config;
  const searched = searchThresholds(
    codes,
    labelMatrix(split(context, 'val'), vocabulary.length),
    vocabulary.length,
    search,
  );
  const result = {
    ...searched,
    perClass: withLocked(searched.perClass, vocabulary, await readThresholds(context.folder).catch(() => null)),
  };
  await writeThresholds(context.folder, vocabulary, result);
  const untuned = vocabulary.filter((_, c) => !result.perClass[c]!.tuned);
  const unreached = vocabulary.filter((_, c) => result.perClass[c]!.tuned && !result.perClass[c]!.goalReached);
  if (untuned.length > 0)
    note(context, 'thresholds', message('thresholds.notMeasured', { labels: shortList(untuned) }), 'warning');
  if (unreached.length > 0)
    note(
      context,
      'thresholds',
      search.goal === 'precision'
        ? message('thresholds.precisionNotReached', { least: search.min_precision, labels: shortList(unreached) })
        : message('thresholds.recallNotReached', { least: search.min_recall, labels: shortList(unreached) }),
      'warning',
    );
  return {
    global_k: result.globalK,
    untuned: untuned.length,
    goal_not_reached: unreached.length,
    ...(await validationFigures(
      context,
      codes,
      result.perClass.map(({ k }) => k),
    )),
  };
}

/** Keeps the thresholds that a person locked; the search only fills in what it would have chosen. */
function withLocked(
  perClass: readonly ClassThreshold[],
  vocabulary: readonly string[],
  before: StoredThresholds | null,
): readonly ClassThreshold[] {
  return perClass.map((found, c) => {
    const old = before?.labels[c] === vocabulary[c] ? before?.perClass[c] : undefined;
    return old?.locked === true
      ? { ...found, k: old.k, foundK: found.k, locked: true, ...(old.goal !== undefined && { goal: old.goal }) }
      : found;
  });
}

/** Validation metrics of the three networks, which the tables of runs show. */
async function validationFigures(context: RunContext, codes: Uint8Array, ks: readonly number[]): Promise<StageSummary> {
  const classes = context.dataset.vocabulary.length;
  const labels = labelMatrix(split(context, 'val'), classes);
  const ap = (scores: ArrayLike<number>): number | null =>
    figure(macroAveragePrecision(labels, scores, classes).macroAp);
  return {
    val_teacher_ap: ap(await readLogits(context, 'teacher', 'val')),
    val_student_ap: ap(await readLogits(context, 'student', 'val')),
    val_int8_ap: ap(codes),
    val_int8_f1: figure(decisionMetrics(labels, decide(codes, ks), classes).macroF1),
  };
}

/**
 * Scores a split with teacher, float student and INT8 student, saves all scores and returns the INT8 codes [n,
 * classes].
 */
export async function scoreAll(context: RunContext, name: ScoredSplit): Promise<Uint8Array> {
  for (const stage of ['teacher', 'student'] as const) {
    const { input_size: size, batch_size: batchSize } = context.config[stage];
    const { model, parameters } = await bestNetwork(context, stage);
    const logits = await withLoader(context, [size], (loader) =>
      scoreFloat(context, model, parameters, { loader, sizeIndex: 0, batchSize }, name),
    );
    requireFiniteScores(stage, logits);
    await writeScores(context, stage, name, logits);
  }
  const model = await finalIntegerModel(context);
  const codes = await withLoader(context, [model.inputSize], (loader) => scoreInteger(context, model, loader, name));
  await writeScores(context, 'int8', name, codes);
  return codes;
}
