import { message } from '../../../../shared/message.ts';
import { Problem } from '../../../../shared/problem.ts';
import type { Model, Tensor } from '../../graph/graph.ts';
import type { StoredModel } from '../modelFile.ts';
import { familyOf } from '../registry.ts';
import type { LabeledHead, PretrainedWeights } from './pretrained.ts';
import { otherNetwork, isBackbone, sameShape, shapeText } from './pretrained.ts';

/** Weights of a network that this program trained: backbone, classifier with its labels, and normalization. */
export function ownWeights(
  file: string,
  { architecture, labels, parameters, ranges, normalization }: StoredModel,
  model: Model,
): PretrainedWeights {
  if (architecture !== model.architecture) throw otherNetwork(file, architecture, model);
  if (ranges !== null) throw new Problem('mismatch.weightsQuantized', { file });
  const stored = (name: string, shape: readonly number[]): Tensor => {
    const tensor = parameters.get(name);
    if (tensor !== undefined && sameShape(tensor.shape, shape)) return tensor;
    throw new Problem(
      'mismatch.weightsIncomplete',
      { file, tensor: name },
      `${shapeText(tensor?.shape)}, expected ${shapeText(shape)}`,
    );
  };
  const [features] = model.parameters.find(({ name }) => name === 'classifier.kernel')!.shape as [number];
  return {
    source: message('weights.fromRun', { architecture }),
    folded: false,
    normalization: normalization ?? familyOf(architecture).normalization,
    tensors: new Map(model.parameters.filter(isBackbone).map(({ name, shape }) => [name, stored(name, shape)])),
    head: {
      labels,
      kernel: stored('classifier.kernel', [features, labels.length]),
      bias: stored('classifier.bias', [labels.length]),
    },
  };
}

export interface ContinuedHead {
  readonly kernel: Tensor;
  readonly bias: Tensor;
  /** Labels whose weights are kept. */
  readonly kept: readonly string[];
  /** Labels that are new to the network. */
  readonly added: readonly string[];
  /** Labels of the network that are not used anymore. */
  readonly dropped: readonly string[];
}

/**
 * A classifier for `labels`. Labels that `from` has keep their weights; the others take those of `fresh`, whose kernel
 * is [features, labels] and whose bias is [labels].
 */
export function continuedHead(
  labels: readonly string[],
  from: LabeledHead,
  fresh: { readonly kernel: Tensor; readonly bias: Tensor },
): ContinuedHead {
  const known = labels.map((label) => from.labels.indexOf(label));
  const kernel = fresh.kernel.data.map((value, i) => {
    const source = known[i % labels.length]!;
    return source < 0 ? value : from.kernel.data[Math.floor(i / labels.length) * from.labels.length + source]!;
  });
  const bias = fresh.bias.data.map((value, c) => (known[c]! < 0 ? value : from.bias.data[known[c]!]!));
  return {
    kernel: { shape: fresh.kernel.shape, data: kernel },
    bias: { shape: fresh.bias.shape, data: bias },
    kept: labels.filter((_, c) => known[c]! >= 0),
    added: labels.filter((_, c) => known[c]! < 0),
    dropped: from.labels.filter((label) => !labels.includes(label)),
  };
}
