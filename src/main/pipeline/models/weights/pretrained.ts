import type { Architecture } from '../../../../shared/architectures.ts';
import { architectures } from '../../../../shared/architectures.ts';
import type { Model, Normalization, Parameter, Tensor } from '../../graph/graph.ts';
import { buildModel } from '../registry.ts';

/** What a weights file gives a model to begin with. */
export interface PretrainedWeights {
  /** What the file is, for people. */
  readonly source: string;
  /** The backbone: neutral names and layouts. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The classifier, where the file says which classes its outputs are. */
  readonly head: LabelledHead | null;
  /** BatchNorm was folded into the convolutions: it is an identity that adds the bias, and knows no statistics. */
  readonly folded: boolean;
  /** What the pixels were normalized by when the weights were trained, in pixel units; null: the file does not say. */
  readonly normalization: Normalization | null;
}

export interface LabelledHead {
  /** In the order of the outputs. */
  readonly labels: readonly string[];
  /** [features, labels] */
  readonly kernel: Tensor;
  /** [labels] */
  readonly bias: Tensor;
}

export const isBackbone = ({ name }: Pick<Parameter, 'name'>): boolean => !name.startsWith('classifier.');
export const sameShape = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();
export const shapeText = (shape: readonly number[] | undefined): string => shape?.join(' x ') ?? 'missing';

/** The network that a file fits, to be told to people who picked another. */
export const memberThat = (fits: (model: Model) => boolean): Architecture | undefined =>
  architectures.find((architecture) =>
    fits(buildModel(architecture, { inputSize: 64, classes: 1, dropout: 0, dropPath: 0 })),
  );

export const holdsOther = (file: string, held: string | undefined, model: Model): string =>
  `${file} holds ${held ?? 'no complete EfficientNet that is known here'}, but ${model.architecture} is to be trained.`;
