import { Problem } from '../../../../shared/problem.ts';
import type { Model, Parameter } from '../../graph/graph.ts';
import type { StoredTensor } from '../../storage/safetensors.ts';
import type { PretrainedWeights } from './pretrained.ts';
import { holdsOther, isBackbone, memberThat, sameShape, shapeText } from './pretrained.ts';
import { fromTorch, timmName, torchShape } from './timm.ts';

/** A safetensors file with timm's names; it does not say what its outputs are, or how its pixels were normalized. */
export function timmWeights(file: string, tensors: ReadonlyMap<string, StoredTensor>, model: Model): PretrainedWeights {
  const stored = ({ name }: Parameter): StoredTensor | undefined => tensors.get(timmName(name) ?? '');
  const fits = (parameter: Parameter): boolean => sameShape(stored(parameter)?.shape ?? [-1], torchShape(parameter));
  const backbone = model.parameters.filter(isBackbone);
  const misfit = backbone.find((parameter) => !fits(parameter));
  if (misfit !== undefined) {
    const held = memberThat((other) => other.parameters.filter(isBackbone).every(fits));
    throw new Problem(
      'mismatch',
      holdsOther(file, held, model),
      `${timmName(misfit.name)}: ${shapeText(stored(misfit)?.shape)}, expected ${shapeText(torchShape(misfit))}`,
    );
  }
  return {
    source: `${model.architecture} with timm's names`,
    head: null,
    folded: false,
    normalization: null,
    tensors: new Map(backbone.map((parameter) => [parameter.name, fromTorch(stored(parameter)!.data, parameter)])),
  };
}
