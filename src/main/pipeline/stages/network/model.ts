import type { Loader } from '../../data/loader.ts';
import type { LossSpec } from '../../losses/loss.ts';
import type { Model, Normalization, Parameters } from '../../graph/graph.ts';
import { buildModel } from '../../models/registry.ts';
import { readModelFile } from '../../models/modelFile.ts';
import type { BatchImages } from '../../train/batches.ts';
import type { RunContext } from '../runContext.ts';
import { modelPath } from '../runContext.ts';

export type NetworkStage = 'teacher' | 'student';

/** The network as configured, with the normalization of its weights; null means the family's default. */
export function networkModel(
  context: Pick<RunContext, 'config' | 'dataset'>,
  stage: NetworkStage,
  normalization: Normalization | null = null,
): Model {
  const config = context.config[stage];
  return buildModel(config.architecture, {
    inputSize: config.input_size,
    classes: context.dataset.vocabulary.length,
    dropout: config.dropout,
    dropPath: config.drop_path,
    normalization,
  });
}

/** The best network of a finished stage, as saved in models/. */
export async function bestNetwork(
  context: Pick<RunContext, 'config' | 'dataset' | 'folder'>,
  stage: NetworkStage,
): Promise<{ model: Model; parameters: Parameters }> {
  const { parameters, normalization } = await readModelFile(modelPath(context, `${stage}_best`));
  return { model: networkModel(context, stage, normalization), parameters };
}

/** What differs between training the teacher and training the student. */
export interface NetworkTraining {
  readonly stage: NetworkStage;
  readonly loss: LossSpec;
  readonly loader: Loader;
  /** Index of this network's size among the loader's sizes. */
  readonly sizeIndex: number;
  /** The teacher's logits for a batch; null for the teacher itself. */
  readonly teach: ((batch: BatchImages) => Promise<Float32Array>) | null;
}
