import type { TfliteFile } from './read.ts';

export interface TfliteFinding {
  /** Which part of the file: "tensor 12 ('block2a.add')", 'labels', ... */
  readonly where: string;
  /** What is wrong with it, and what it should be: the rest of a sentence that begins with `where`. */
  readonly problem: string;
}

/** Takes note of a problem unless `ok`. */
export type Check = (ok: boolean, where: string, problem: string) => void;

export const tensorName = (file: TfliteFile, i: number): string => `tensor ${i} ('${file.tensors[i]?.name ?? ''}')`;

/** float32's smallest normal number: XNNPACK refuses scales below. */
const SMALLEST_SCALE = 2 ** -126;
export const isScale = (scale: number): boolean => Number.isFinite(scale) && scale >= SMALLEST_SCALE;

export const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
