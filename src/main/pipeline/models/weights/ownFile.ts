import { Problem } from '../../../../shared/problem.ts';
import type { Model, Tensor } from '../../graph/graph.ts';
import type { StoredModel } from '../modelFile.ts';
import { familyOf } from '../registry.ts';
import type { LabelledHead, PretrainedWeights } from './pretrained.ts';
import { holdsOther, isBackbone, sameShape, shapeText } from './pretrained.ts';

/** A network of this studio: backbone, classifier with its labels, and the normalization that it was trained on. */
export function ownWeights(
  file: string,
  { architecture, labels, parameters, ranges, normalization }: StoredModel,
  model: Model,
): PretrainedWeights {
  if (architecture !== model.architecture) throw new Problem('mismatch', holdsOther(file, architecture, model));
  if (ranges !== null)
    throw new Problem(
      'mismatch',
      `${file} is a quantized network: its BatchNorm is folded. Take student_best or teacher_best of the same run.`,
    );
  const stored = (name: string, shape: readonly number[]): Tensor => {
    const tensor = parameters.get(name);
    if (tensor !== undefined && sameShape(tensor.shape, shape)) return tensor;
    throw new Problem(
      'mismatch',
      `${file}: '${name}' is ${tensor === undefined ? 'missing' : shapeText(tensor.shape)}, expected ${shapeText(shape)}.`,
    );
  };
  const [features] = model.parameters.find(({ name }) => name === 'classifier.kernel')!.shape as [number];
  return {
    source: `${architecture} of another run`,
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
  /** Labels that keep what the network knew of them, labels that it knew nothing of, and those that it forgets. */
  readonly kept: readonly string[];
  readonly added: readonly string[];
  readonly dropped: readonly string[];
}

/** A classifier for `labels`: each that `from` knows has its weights, the others those of `fresh`, which is [features, labels] and [labels]. */
export function continuedHead(
  labels: readonly string[],
  from: LabelledHead,
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
