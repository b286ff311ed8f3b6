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
