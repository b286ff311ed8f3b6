import type { Architecture } from '../../../../shared/architectures.ts';
import { architectures } from '../../../../shared/architectures.ts';
import type { Message } from '../../../../shared/message.ts';
import { Problem } from '../../../../shared/problem.ts';
import type { Model, Normalization, Parameter, Tensor } from '../../graph/graph.ts';
import { buildModel } from '../registry.ts';

/** The content of a weights file, in the form that a model starts from. */
export interface PretrainedWeights {
  /** Architecture and format of the file, for people. */
  readonly source: Message;
  /** The backbone's parameters by name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The classifier; null when the file does not name its classes. */
  readonly head: LabeledHead | null;
  /** Whether BatchNorm was folded into the convolutions, so that here it only adds the bias and has no statistics. */
  readonly folded: boolean;
  /** How pixels were normalized in training, in pixel units; null when the file does not say. */
  readonly normalization: Normalization | null;
}

export interface LabeledHead {
  /** Class names in the order of the outputs. */
  readonly labels: readonly string[];
  /** [features, labels] */
  readonly kernel: Tensor;
  /** [labels] */
  readonly bias: Tensor;
}

export const isBackbone = ({ name }: Pick<Parameter, 'name'>): boolean => !name.startsWith('classifier.');
export const sameShape = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();
export const shapeText = (shape: readonly number[] | undefined): string => shape?.join(' x ') ?? 'missing';

/** The architecture that a file fits, which helps people who chose another one. */
export const memberThat = (fits: (model: Model) => boolean): Architecture | undefined =>
  architectures.find((architecture) =>
    fits(buildModel(architecture, { inputSize: 64, classes: 1, dropout: 0, dropPath: 0 })),
  );

/** The file belongs to another network; undefined when it is none that is supported. */
export function otherNetwork(file: string, found: string | undefined, model: Model, detail?: string): Problem {
  const expected = model.architecture;
  return found === undefined
    ? new Problem('mismatch.weightsOfUnknownNetwork', { file, expected }, detail)
    : new Problem('mismatch.weightsOfOtherNetwork', { file, found, expected }, detail);
}
