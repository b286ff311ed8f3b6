import { decisionMetrics, macroAveragePrecision } from '../../../shared/metrics/metrics.ts';
import type { ClassThreshold } from '../../../shared/metrics/thresholds.ts';
import { decide, searchThresholds } from '../../../shared/metrics/thresholds.ts';
import { requireFiniteScores } from '../train/diverged.ts';
import { labelMatrix } from '../train/scoring.ts';
import { figure } from './network/validationMetrics.ts';
import { finalIntegerModel, scoreInteger } from './integer.ts';
import { bestNetwork } from './network/model.ts';
import { scoreFloat } from './network/train.ts';
import type { RunRoom, StageSummary } from './runContext.ts';
import { note, split, withLoader } from './runContext.ts';
import type { ScoredSplit } from '../artifacts/scores.ts';
import { readLogits, writeScores } from '../artifacts/scores.ts';
import type { StoredThresholds } from '../artifacts/thresholds.ts';
import { readThresholds, writeThresholds } from '../artifacts/thresholds.ts';

/** Scores validation with all three networks and searches the thresholds on the INT8 model's codes. */
export async function thresholdsStage(room: RunRoom): Promise<StageSummary> {
  const codes = await scoreAll(room, 'val');
  const { vocabulary } = room.dataset;
  const { threshold_search: search } = room.config;
  const searched = searchThresholds(
    codes,
    labelMatrix(split(room, 'val'), vocabulary.length),
    vocabulary.length,
    search,
  );
  const result = {
    ...searched,
    perClass: withLocked(searched.perClass, vocabulary, await readThresholds(room.folder).catch(() => null)),
  };
  await writeThresholds(room.folder, vocabulary, result);
  const named = (classes: readonly string[]): string =>
    classes.slice(0, 10).join(', ') + (classes.length > 10 ? ` and ${classes.length - 10} more` : '');
  const untuned = vocabulary.filter((_, c) => !result.perClass[c]!.tuned);
  const unreached = vocabulary.filter((_, c) => result.perClass[c]!.tuned && !result.perClass[c]!.goalReached);
  if (untuned.length > 0)
    note(room, 'thresholds', `No validation image, so the global threshold stands in: ${named(untuned)}.`, 'warning');
  if (unreached.length > 0)
    note(
      room,
      'thresholds',
      `No threshold reaches the goal (${search.goal} at least ${search.goal === 'precision' ? search.min_precision : search.min_recall}), so the best F1 stands in: ${named(unreached)}.`,
      'warning',
    );
  return {
    global_k: result.globalK,
    untuned: untuned.length,
    goal_not_reached: unreached.length,
    ...(await valFigures(
      room,
      codes,
      result.perClass.map(({ k }) => k),
    )),
  };
}

/** A threshold that a person locked survives a new search. */
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

/** Validation figures of the three networks, for tables of runs. */
async function valFigures(room: RunRoom, codes: Uint8Array, ks: readonly number[]): Promise<StageSummary> {
  const classes = room.dataset.vocabulary.length;
  const labels = labelMatrix(split(room, 'val'), classes);
  const ap = (scores: ArrayLike<number>): number | null =>
    figure(macroAveragePrecision(labels, scores, classes).macroAp);
  return {
    val_teacher_ap: ap(await readLogits(room, 'teacher', 'val')),
    val_student_ap: ap(await readLogits(room, 'student', 'val')),
    val_int8_ap: ap(codes),
    val_int8_f1: figure(decisionMetrics(labels, decide(codes, ks), classes).macroF1),
  };
}

/** Scores a split with teacher, float student and INT8 student, keeps the scores, and returns the INT8 codes [n, classes]. */
export async function scoreAll(room: RunRoom, name: ScoredSplit): Promise<Uint8Array> {
  for (const stage of ['teacher', 'student'] as const) {
    const { input_size: size, batch_size: batchSize } = room.config[stage];
    const { model, parameters } = await bestNetwork(room, stage);
    const logits = await withLoader(room, [size], (loader) =>
      scoreFloat(room, model, parameters, { loader, sizeIndex: 0, batchSize }, name),
    );
    requireFiniteScores(stage, logits);
    await writeScores(room, stage, name, logits);
  }
  const model = await finalIntegerModel(room);
  const codes = await withLoader(room, [model.inputSize], (loader) => scoreInteger(room, model, loader, name));
  await writeScores(room, 'int8', name, codes);
  return codes;
}
