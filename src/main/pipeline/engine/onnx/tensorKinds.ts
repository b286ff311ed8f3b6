import type { Model } from '../../graph/graph.ts';
import { inputsOf } from '../../graph/graph.ts';

/**
 * 'pixels' are uint8 [N, S, S, 3] as fed, an 'image' is float32 [N, 3, S, S], a 'map' is [N, C', H, W] in the engine's
 * layout. A 'vector' is plain [N, C]; squeeze-excite's [1, 1, C] tensors and the features that feed a head alone are
 * vectors too.
 */
export type TensorKind = 'pixels' | 'image' | 'map' | 'vector';

/**
 * The kind of each tensor. It depends on the tensor's origin, so a 1x1 map is still a map. So is a map that is pooled
 * with its dimensions kept, unless it leads to the factors of a scaleChannels.
 */
export function tensorKinds(model: Model): Map<string, TensorKind> {
  const kinds = new Map<string, TensorKind>();
  const squeezed = squeezedPools(model);
  for (const node of model.nodes) {
    if (node.op === 'input') kinds.set(node.name, node.shape.length === 1 ? 'vector' : 'pixels');
    else if (node.op === 'normalize') kinds.set(node.name, 'image');
    else if (node.op === 'globalAveragePool')
      kinds.set(node.name, node.keepDims && !squeezed.has(node.name) ? 'map' : 'vector');
    else kinds.set(node.name, kinds.get(inputsOf(node)[0]!) === 'vector' ? 'vector' : 'map');
  }
  return kinds;
}

/** The pools that the factors of squeeze-excite come from. */
function squeezedPools({ nodes }: Model): ReadonlySet<string> {
  const makers = new Map(nodes.map((node) => [node.name, node]));
  const pools = new Set<string>();
  for (const node of nodes) {
    if (node.op !== 'scaleChannels') continue;
    let maker = makers.get(node.factors);
    while (maker !== undefined && maker.op !== 'globalAveragePool') maker = makers.get(inputsOf(maker)[0] ?? '');
    if (maker !== undefined) pools.add(maker.name);
  }
  return pools;
}
