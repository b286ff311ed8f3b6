import { message } from '../../../../shared/message.ts';
import type { Model, Parameter } from '../../graph/graph.ts';
import type { StoredTensor } from '../../storage/safetensors.ts';
import type { PretrainedWeights } from './pretrained.ts';
import { familyOfModel } from '../registry.ts';
import { otherNetwork, isBackbone, memberThat, sameShape, shapeText } from './pretrained.ts';
import { fromTorch, torchShape } from './torch.ts';

/**
 * Weights of a safetensors file with timm's names. It states neither its classes nor the normalization of its pixels.
 */
export function timmWeights(file: string, tensors: ReadonlyMap<string, StoredTensor>, model: Model): PretrainedWeights {
  const placeOf = (of: Model, { name }: Parameter): string => familyOfModel(of).timm.parameter(name) ?? '';
  const misfitOf = (of: Model): Parameter | undefined =>
    of.parameters
      .filter(isBackbone)
      .find((parameter) => !sameShape(tensors.get(placeOf(of, parameter))?.shape ?? [-1], torchShape(parameter)));
  const stored = (parameter: Parameter): StoredTensor | undefined => tensors.get(placeOf(model, parameter));
  const misfit = misfitOf(model);
  if (misfit !== undefined) {
    const found = memberThat((other) => misfitOf(other) === undefined);
    throw otherNetwork(
      file,
      found,
      model,
      `${placeOf(model, misfit)}: ${shapeText(stored(misfit)?.shape)}, expected ${shapeText(torchShape(misfit))}`,
    );
  }
  return {
    source: message('weights.fromTimm', { architecture: model.architecture }),
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
