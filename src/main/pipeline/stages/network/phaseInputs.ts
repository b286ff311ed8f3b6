import type { Loader } from '../../data/loader.ts';
import type { NetworkInput } from '../../engine/engine.ts';
import type { Parameters } from '../../graph/graph.ts';
import type { BatchImages } from '../../train/batches.ts';

/** What of a batch a phase learns from, and how its weights are scored on validation. */
export interface PhaseInputs {
  readonly loader: Pick<Loader, 'load'>;
  inputOf(batch: BatchImages): NetworkInput | Promise<NetworkInput>;
  /** Logits [N, classes] of the teacher for the same batch; null without distillation. */
  readonly teach: ((batch: BatchImages) => Promise<Float32Array>) | null;
  /**
   * What to measure of an epoch's weights: as they are and, where the moving statistics lag behind the weights or belong
   * to others (an EMA), also with re-estimated ones.
   */
  candidates(trained: Parameters): Promise<readonly [Parameters, Parameters?]>;
  /** Logits [n, classes] of the validation split. */
  scoreValidation(parameters: Parameters): Promise<Float32Array>;
  dispose(): Promise<void>;
}
