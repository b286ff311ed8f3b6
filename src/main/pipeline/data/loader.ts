import type { AugmentationConfig } from '../../../shared/config.ts';
import type { Sample } from './dataset.ts';

/**
 * Batches of letterboxed (and on request augmented) pixels, made by worker threads ahead of the training step.
 * One call makes one batch at every size asked for, with the same augmentation for each sample at all sizes.
 */
export interface LoaderOptions {
  /** Sides of the square inputs, in pixels: for example [240, 300] for student and teacher. */
  readonly sizes: readonly number[];
  /** RGB 0..255 of the letterbox's padding. */
  readonly paddingColor: readonly [number, number, number];
  /** Letterboxed pixels are kept here; null = no cache. */
  readonly cache: { readonly folder: string; readonly maxBytes: number } | null;
  readonly workers: number;
}

export interface BatchRequest {
  readonly samples: readonly Sample[];
  /** Null: exactly the letterboxed pixels (evaluation, calibration). Else drawn once a sample from (seed, epoch, sample's position). */
  readonly augmentation: { readonly config: AugmentationConfig; readonly seed: number; readonly epoch: number; readonly positions: readonly number[] } | null;
}

export interface Loader {
  /** One uint8 buffer [N, S, S, 3] per size, in the order of `sizes`. Rejects with a Problem that names the file. */
  load(request: BatchRequest): Promise<readonly Uint8Array[]>;
  close(): Promise<void>;
}
