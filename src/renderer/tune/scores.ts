import type { LabelGoal } from '../../shared/metrics/goal.ts';
import type { Confusion } from '../../shared/metrics/metrics.ts';
import type { Histogram } from '../../shared/metrics/thresholds.ts';
import type { ScoredSplit } from '../../shared/contract/tune.ts';

/** Scores as bytes, ready to count. */
export interface ScoreBytes {
  /** [images, classes] codes q of the INT8 model: score q / 256. */
  readonly codes: Uint8Array;
  /** 1 present, 0 absent, -1 unknown. */
  readonly labels: Int8Array;
  /** Float networks on the same scale. */
  readonly teacher: Uint8Array | null;
  readonly student: Uint8Array | null;
}

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export function scoreBytes({ codes, labels, teacher, student }: ScoredSplit): ScoreBytes {
  return {
    codes: bytesOf(codes),
    labels: new Int8Array(bytesOf(labels).buffer),
    teacher: teacher === null ? null : bytesOf(teacher),
    student: student === null ? null : bytesOf(student),
  };
}

export interface Threshold {
  readonly k: number;
  readonly tuned: boolean;
  readonly locked: boolean;
  /** Null means the goal from the run's settings. */
  readonly goal: LabelGoal | null;
}

/** One split's score counts per label. */
export interface Counted {
  readonly paths: readonly string[];
  readonly bytes: ScoreBytes;
  readonly histograms: readonly Histogram[];
  /** [label][k], k 0..256 */
  readonly tables: readonly (readonly Confusion[])[];
}
