import type { Model } from '../../graph/graph.ts';

/** Position of each weight in a layer's `vars` (Keras 3, saving/saving_lib.py). */
const positions: Readonly<Record<string, number>> = { kernel: 0, bias: 1, gamma: 0, beta: 1, mean: 2, variance: 3 };

/**
 * Paths of a model's parameters in a Keras 3 `.weights.h5`, which has no names: it counts layers per class in the order
 * of the network, 'conv2d', 'conv2d_1' and so on. 'block1a.depthwise.conv.kernel' is 'depthwise_conv2d/vars/0'.
 */
export function keras3Places(model: Pick<Model, 'parameters'>): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  const groups = new Map<string, string>();
  for (const { name } of model.parameters) {
    const layer = name.replace(/\.\w+$/, '');
    if (groups.has(layer)) continue;
    const kind = layer.endsWith('bn')
      ? 'batch_normalization'
      : layer.endsWith('depthwise.conv')
        ? 'depthwise_conv2d'
        : layer === 'classifier'
          ? 'dense'
          : 'conv2d';
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    groups.set(layer, count === 0 ? kind : `${kind}_${count}`);
  }
  return new Map(
    model.parameters.map(({ name }) => [
      name,
      `${groups.get(name.replace(/\.\w+$/, ''))}/vars/${positions[name.replace(/^.*\./, '')]}`,
    ]),
  );
}
