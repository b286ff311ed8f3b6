import { Problem } from '../../../../shared/problem.ts';
import type { Model, Parameter } from '../../graph/graph.ts';
import type { StoredTensor } from '../../storage/safetensors.ts';
import type { PretrainedWeights } from './pretrained.ts';
import { familyOfModel } from '../registry.ts';
import { holdsOther, isBackbone, memberThat, sameShape, shapeText } from './pretrained.ts';
import { fromTorch, torchShape } from './torch.ts';

/** A safetensors file with timm's names; it does not say what its outputs are, or how its pixels were normalized. */
export function timmWeights(file: string, tensors: ReadonlyMap<string, StoredTensor>, model: Model): PretrainedWeights {
  const placeOf = (of: Model, { name }: Parameter): string => familyOfModel(of).timm.parameter(name) ?? '';
  const misfitOf = (of: Model): Parameter | undefined =>
    of.parameters
      .filter(isBackbone)
      .find((parameter) => !sameShape(tensors.get(placeOf(of, parameter))?.shape ?? [-1], torchShape(parameter)));
  const stored = (parameter: Parameter): StoredTensor | undefined => tensors.get(placeOf(model, parameter));
  const misfit = misfitOf(model);
  if (misfit !== undefined) {
    const held = memberThat((other) => misfitOf(other) === undefined);
    throw new Problem(
      'mismatch',
      holdsOther(file, held, model),
      `${placeOf(model, misfit)}: ${shapeText(stored(misfit)?.shape)}, expected ${shapeText(torchShape(misfit))}`,
    );
  }
  return {
    source: `${model.architecture} with timm's names`,
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
