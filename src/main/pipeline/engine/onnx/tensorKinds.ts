import type { Model } from '../../graph/graph.ts';
import { inputsOf } from '../../graph/graph.ts';

/**
 * 'pixels' are uint8 [N, S, S, 3] as fed, an 'image' is float32 [N, 3, S, S], a 'map' is [N, C', H, W] in the engine's
 * layout. A 'vector' is plain [N, C]; squeeze-excite's [1, 1, C] tensors and the features that feed a head alone are
 * vectors too.
 */
export type TensorKind = 'pixels' | 'image' | 'map' | 'vector';

/** The kind of each tensor. It depends on the tensor's origin, so a 1x1 map is still a map. */
export function tensorKinds(model: Model): Map<string, TensorKind> {
  const kinds = new Map<string, TensorKind>();
  for (const node of model.nodes) {
    if (node.op === 'input') kinds.set(node.name, node.shape.length === 1 ? 'vector' : 'pixels');
    else if (node.op === 'normalize') kinds.set(node.name, 'image');
    else if (node.op === 'globalAveragePool') kinds.set(node.name, 'vector');
    else kinds.set(node.name, kinds.get(inputsOf(node)[0]!) === 'vector' ? 'vector' : 'map');
  }
  return kinds;
}
