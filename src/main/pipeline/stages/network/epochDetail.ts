import { macroAveragePrecision } from '../../../../shared/metrics/metrics.ts';
import { permutation, randomStream } from '../../../../shared/random.ts';
import type { Sample } from '../../data/dataset.ts';
import { labelsOf } from '../../data/dataset.ts';
import type { EpochDetail } from '../../train/phase.ts';
import { labelMatrix } from '../../train/scoring.ts';

/** The same few validation images are shown after every epoch, with their highest-scoring classes. */
const WATCHED_IMAGES = 4;
const WATCHED_CLASSES = 6;

/**
 * What people watch during training: average precision per class and scores of a few fixed images. `scores` [n,
 * classes] in 0..1.
 */
export function epochDetail(
  scores: ArrayLike<number>,
  samples: readonly Sample[],
  vocabulary: readonly string[],
  seed: number,
): EpochDetail {
  const classes = vocabulary.length;
  const { perClass } = macroAveragePrecision(labelMatrix(samples, classes), scores, classes);
  const chosen = [...permutation(samples.length, randomStream(seed, 'watched')).subarray(0, WATCHED_IMAGES)];
  return {
    perClassAp: perClass.map((ap) => (Number.isNaN(ap) ? null : round(ap))),
    watched: chosen.map((row) => {
      const sample = samples[row]!;
      const all = vocabulary
        .map((label, c) => ({ label, score: round(scores[row * classes + c]!) }))
        .sort((a, b) => b.score - a.score);
      const truth = labelsOf(sample, vocabulary);
      const shown = all.filter(({ label }, rank) => rank < WATCHED_CLASSES || truth.includes(label));
      return { path: sample.path, truth, scores: shown.slice(0, 2 * WATCHED_CLASSES) };
    }),
  };
}

/** Four decimals are enough for charts and keep metrics.jsonl readable. */
const round = (value: number): number => Math.round(value * 1e4) / 1e4;
