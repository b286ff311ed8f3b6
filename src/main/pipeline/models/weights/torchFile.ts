import { message } from '../../../../shared/message.ts';
import { Problem } from '../../../../shared/problem.ts';
import type { Model, Parameter } from '../../graph/graph.ts';
import type { StoredTensor } from '../../storage/safetensors.ts';
import { familyOfModel } from '../registry.ts';
import type { PretrainedWeights } from './pretrained.ts';
import { otherNetwork, isBackbone, memberThat, sameShape, shapeText } from './pretrained.ts';
import { fromTorch, torchShape } from './torch.ts';

/** A library whose networks are recognized by the name of their first convolution. */
interface Library {
  readonly stem: string;
  readonly source: 'weights.fromTimm' | 'weights.fromEfficientNetPyTorch';
  /** The library's name for each parameter; empty for a network that it does not have. */
  names(model: Model): ReadonlyMap<string, string>;
}

const libraries: readonly Library[] = [
  {
    stem: 'conv_stem.weight',
    source: 'weights.fromTimm',
    names: (model) => {
      const { timm } = familyOfModel(model);
      return new Map(model.parameters.map(({ name }) => [name, timm.parameter(name) ?? '']));
    },
  },
  {
    stem: '_conv_stem.weight',
    source: 'weights.fromEfficientNetPyTorch',
    names: (model) => familyOfModel(model).efficientNetPyTorch?.(model) ?? new Map(),
  },
];

/**
 * Weights of a PyTorch network, from a safetensors file or a checkpoint. Neither states its classes or the
 * normalization of its pixels.
 */
export function torchWeights(
  file: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  model: Model,
): PretrainedWeights {
  const library = libraries.find(({ stem }) => tensors.has(stem));
  if (library === undefined) {
    const [first] = tensors.keys();
    throw new Problem(
      'mismatch.weightsFormat',
      { file },
      `There is no conv_stem.weight; the first tensor is '${first}'`,
    );
  }
  const misfitOf = (of: Model, names = library.names(of)): Parameter | undefined =>
    of.parameters
      .filter(isBackbone)
      .find(
        (parameter) => !sameShape(tensors.get(names.get(parameter.name) ?? '')?.shape ?? [-1], torchShape(parameter)),
      );
  const names = library.names(model);
  const stored = ({ name }: Parameter): StoredTensor | undefined => tensors.get(names.get(name) ?? '');
  const misfit = misfitOf(model, names);
  if (misfit !== undefined) {
    const found = memberThat((other) => misfitOf(other) === undefined);
    throw otherNetwork(
      file,
      found,
      model,
      `${names.get(misfit.name) ?? misfit.name}: ${shapeText(stored(misfit)?.shape)}, expected ${shapeText(torchShape(misfit))}`,
    );
  }
  return {
    source: message(library.source, { architecture: model.architecture }),
    head: null,
    folded: false,
    normalization: null,
    tensors: new Map(
      model.parameters
        .filter(isBackbone)
        .map((parameter) => [parameter.name, fromTorch(stored(parameter)!.data, parameter)]),
    ),
  };
}
