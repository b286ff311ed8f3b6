import type { Architecture } from '../../../shared/architectures.ts';
import type { Model, Normalization } from '../graph/graph.ts';

export interface ModelOptions {
  readonly inputSize: number;
  readonly classes: number;
  /** Dropout before the classifier, in training. */
  readonly dropout: number;
  /** Stochastic depth at the last block; the rate rises linearly with the block's index. */
  readonly dropPath: number;
  readonly bnMomentum?: number;
  /** What the network's weights want to see; its family's own when null or left out. */
  readonly normalization?: Normalization | null;
}

/** What the pipeline knows of a family of networks; names, sizes and roles are in src/shared/architectures.ts. */
export interface Family {
  /**
   * The graph of a member. It names the tensors 'features' (after the last activation), 'pooled' ([c]) and 'logits', the first convolution
   * 'stem.conv' with its BatchNorm 'stem.bn', and the classifier 'classifier' in the block 'top'.
   */
  build(architecture: Architecture, options: ModelOptions): Model;
  /** What its networks normalize pixels by, in pixel units: x becomes (x - mean) / std. */
  readonly normalization: Normalization;
  /** What published weights were trained on, for files that do not say. */
  readonly publishedNormalization: Normalization;
  readonly timm: {
    /** The argument of timm.create_model. */
    model(architecture: Architecture): string;
    /** timm's name for a parameter; null for a name that the family does not have. */
    parameter(name: string): string | null;
  };
  /** Null when Keras does not know the family's layers. */
  readonly keras: {
    /** Keras's name, 'layer/weight'; null for a name that the family does not have. */
    parameter(name: string): string | null;
    /** The network holds a Normalization layer. */
    readonly normalizes: boolean;
  } | null;
}
