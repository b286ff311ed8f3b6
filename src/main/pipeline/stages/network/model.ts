import type { Loader } from '../../data/loader.ts';
import type { LossSpec } from '../../losses/loss.ts';
import type { Model, Normalization, Parameters } from '../../graph/graph.ts';
import { buildModel } from '../../models/registry.ts';
import { readModelFile } from '../../models/modelFile.ts';
import type { BatchImages } from '../../train/batches.ts';
import type { RunRoom } from '../runContext.ts';
import { modelPath } from '../runContext.ts';

/** What teacher and student have in common before anything is trained. */
export type NetworkStage = 'teacher' | 'student';

/** With the normalization that its weights were trained on, null being the family's own. */
export function networkModel(
  room: Pick<RunRoom, 'config' | 'dataset'>,
  stage: NetworkStage,
  normalization: Normalization | null = null,
): Model {
  const config = room.config[stage];
  return buildModel(config.architecture, {
    inputSize: config.input_size,
    classes: room.dataset.vocabulary.length,
    dropout: config.dropout,
    dropPath: config.drop_path,
    normalization,
  });
}

/** The best network of a finished stage. */
export async function bestNetwork(
  room: Pick<RunRoom, 'config' | 'dataset' | 'folder'>,
  stage: NetworkStage,
): Promise<{ model: Model; parameters: Parameters }> {
  const { parameters, normalization } = await readModelFile(modelPath(room, `${stage}_best`));
  return { model: networkModel(room, stage, normalization), parameters };
}

export interface NetworkTraining {
  readonly stage: NetworkStage;
  readonly loss: LossSpec;
  readonly loader: Loader;
  /** Index of this network's size among the loader's sizes. */
  readonly sizeIndex: number;
  readonly teach: ((batch: BatchImages) => Promise<Float32Array>) | null;
}
