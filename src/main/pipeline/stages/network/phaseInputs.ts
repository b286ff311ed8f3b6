import type { Loader } from '../../data/loader.ts';
import type { NetworkInput } from '../../engine/engine.ts';
import type { Parameters } from '../../graph/graph.ts';
import type { BatchImages } from '../../train/batches.ts';

/** Where a phase gets its inputs and how its weights are scored, so that a head can learn from cached features. */
export interface PhaseInputs {
  readonly loader: Pick<Loader, 'load'>;
  inputOf(batch: BatchImages): NetworkInput | Promise<NetworkInput>;
  /** Logits [N, classes] of the teacher for the same batch; null without distillation. */
  readonly teach: ((batch: BatchImages) => Promise<Float32Array>) | null;
  /**
   * The variants of an epoch's weights to evaluate: as they are and, where the statistics belong to other weights (an
   * EMA), also with re-estimated statistics.
   */
  candidates(trained: Parameters): Promise<readonly [Parameters, Parameters?]>;
  /** Logits [n, classes] of the validation split. */
  scoreValidation(parameters: Parameters): Promise<Float32Array>;
  dispose(): Promise<void>;
}
