import type { Architecture } from '../../../shared/architectures.ts';
import type { Model, Normalization } from '../graph/graph.ts';

export interface ModelOptions {
  readonly inputSize: number;
  readonly classes: number;
  /** Dropout before the classifier during training. */
  readonly dropout: number;
  /** Rate of stochastic depth at the last block; it rises linearly with the block's index. */
  readonly dropPath: number;
  readonly bnMomentum?: number;
  /** The normalization that the weights were trained with; the family's when null or left out. */
  readonly normalization?: Normalization | null;
}

/**
 * The part of a family of networks that the pipeline needs; names, sizes and roles are in src/shared/architectures.ts.
 */
export interface Family {
  /**
   * The graph of a member. It names the tensors 'features' (after the last activation), 'pooled' ([c]) and 'logits',
   * the first convolution 'stem.conv' with its BatchNorm 'stem.bn', and the classifier 'classifier' in the block 'top'.
   */
  build(architecture: Architecture, options: ModelOptions): Model;
  /** How its networks normalize pixels, in pixel units: x becomes (x - mean) / std. */
  readonly normalization: Normalization;
  /** The normalization of published weights, assumed for files that do not state one. */
  readonly publishedNormalization: Normalization;
  readonly timm: {
    /** The name for timm.create_model. */
    model(architecture: Architecture): string;
    /** timm's name for a parameter; null for a name that the family does not have. */
    parameter(name: string): string | null;
  };
  /**
   * The names of the parameters in efficientnet_pytorch, and in efficientnet_lite_pytorch, which follows it; null when
   * they do not have the family.
   */
  readonly efficientNetPyTorch: ((model: Pick<Model, 'parameters'>) => ReadonlyMap<string, string>) | null;
  /** Null when Keras does not have the family. */
  readonly keras: {
    /** Keras's name, 'layer/weight'; null for a name that the family does not have. */
    parameter(name: string): string | null;
    /** Whether Keras's network contains a Normalization layer. */
    readonly normalizes: boolean;
  } | null;
}
