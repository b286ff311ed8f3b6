import type { Model } from '../../graph/graph.ts';

/**
 * Keras's names for our neutral ones (keras/src/applications/efficientnet.py). Its layouts are ours: HWIO, [k, k, C, 1], [in, out].
 * The Lite members, which Keras does not have, follow the same pattern.
 */
const layers: readonly (readonly [RegExp, string])[] = [
  [/^stem\.(conv|bn)$/, 'stem_$1'],
  [/^head\.(conv|bn)$/, 'top_$1'],
  [/^classifier$/, 'predictions'],
  [/^(block\d[a-z])\.depthwise\.conv$/, '$1_dwconv'],
  [/^(block\d[a-z])\.depthwise\.bn$/, '$1_bn'],
  [/^(block\d[a-z])\.se\.(reduce|expand)$/, '$1_se_$2'],
  [/^(block\d[a-z])\.(expand|project)\.(conv|bn)$/, '$1_$2_$3'],
];
const weights: Readonly<Record<string, string>> = { mean: 'moving_mean', variance: 'moving_variance' };

/** 'block2b.expand.conv.kernel' is 'block2b_expand_conv/kernel'; null for a name that no EfficientNet has. */
export function kerasName(name: string): string | null {
  const [, layer, kind] = /^(.+)\.(\w+)$/.exec(name) ?? [];
  const pattern = layer === undefined ? undefined : layers.find(([found]) => found.test(layer));
  if (pattern === undefined || layer === undefined || kind === undefined) return null;
  return `${layer.replace(...pattern)}/${layer.endsWith('depthwise.conv') ? 'depthwise_kernel' : (weights[kind] ?? kind)}`;
}

/** Position of each kind of weight in a layer's `vars` (Keras 3, saving/saving_lib.py). */
const positions: Readonly<Record<string, number>> = { kernel: 0, bias: 1, gamma: 0, beta: 1, mean: 2, variance: 3 };

/**
 * Places of a model's parameters in a Keras 3 `.weights.h5`, which knows no names: layers are counted by class in the order of the
 * network, 'conv2d', 'conv2d_1', ... 'block1a.depthwise.conv.kernel' is 'depthwise_conv2d/vars/0'.
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
