import type { Model } from '../../graph/graph.ts';
import { torchWeight } from '../weights/torch.ts';

/** timm's names inside a block without expansion (DepthwiseSeparableConv; timm/models/_efficientnet_blocks.py). */
const separable: Readonly<Record<string, string>> = {
  'depthwise.conv': 'conv_dw',
  'depthwise.bn': 'bn1',
  'se.reduce': 'se.conv_reduce',
  'se.expand': 'se.conv_expand',
  'project.conv': 'conv_pw',
  'project.bn': 'bn2',
};
/** timm's names inside a block with expansion (InvertedResidual). */
const inverted: Readonly<Record<string, string>> = {
  'expand.conv': 'conv_pw',
  'expand.bn': 'bn1',
  'depthwise.conv': 'conv_dw',
  'depthwise.bn': 'bn2',
  'se.reduce': 'se.conv_reduce',
  'se.expand': 'se.conv_expand',
  'project.conv': 'conv_pwl',
  'project.bn': 'bn3',
};
/** timm's names outside of the blocks (timm/models/efficientnet.py). */
const outside: Readonly<Record<string, string>> = {
  'stem.conv': 'conv_stem',
  'stem.bn': 'bn1',
  'head.conv': 'conv_head',
  'head.bn': 'bn2',
  classifier: 'classifier',
};

/**
 * timm's name, such as 'blocks.1.1.conv_pw.weight' for 'block2b.expand.conv.kernel'; null for a name that no
 * EfficientNet has.
 */
export function timmName(name: string): string | null {
  const block = /^block(\d)([a-z])\.(.+)\.(\w+)$/.exec(name);
  if (block === null) {
    const [, layer, kind] = /^(.+)\.(\w+)$/.exec(name) ?? [];
    const module = layer === undefined ? undefined : outside[layer];
    return module === undefined ? null : `${module}.${torchWeight(layer!, kind!)}`;
  }
  const [, stage, letter, layer, kind] = block as unknown as [string, string, string, string, string];
  const module = (stage === '1' ? separable : inverted)[layer];
  return module === undefined
    ? null
    : `blocks.${Number(stage) - 1}.${letter.charCodeAt(0) - 'a'.charCodeAt(0)}.${module}.${torchWeight(layer, kind)}`;
}

/** Names in efficientnet_pytorch/model.py. Batch normalizations keep their number in blocks without expansion. */
const inPyTorch: Readonly<Record<string, string>> = {
  'stem.conv': '_conv_stem',
  'stem.bn': '_bn0',
  'head.conv': '_conv_head',
  'head.bn': '_bn1',
  classifier: '_fc',
};
const inPyTorchBlock: Readonly<Record<string, string>> = {
  'expand.conv': '_expand_conv',
  'expand.bn': '_bn0',
  'depthwise.conv': '_depthwise_conv',
  'depthwise.bn': '_bn1',
  'se.reduce': '_se_reduce',
  'se.expand': '_se_expand',
  'project.conv': '_project_conv',
  'project.bn': '_bn2',
};

/** efficientnet_pytorch counts the blocks through all stages: '_blocks.2._expand_conv.weight' is in 'block2b' of B0. */
export function efficientNetPyTorchNames({ parameters }: Pick<Model, 'parameters'>): ReadonlyMap<string, string> {
  const blocks: string[] = [];
  return new Map(
    parameters.map(({ name }) => {
      const [, block, layer, kind] = /^(?:(block\d[a-z])\.)?(.+)\.(\w+)$/.exec(name)!;
      const module = (block === undefined ? inPyTorch : inPyTorchBlock)[layer!];
      if (block !== undefined && !blocks.includes(block)) blocks.push(block);
      const place = block === undefined ? '' : `_blocks.${blocks.indexOf(block)}.`;
      return [name, `${place}${module}.${torchWeight(layer!, kind!)}`];
    }),
  );
}

/**
 * Keras's layer names (keras/src/applications/efficientnet.py), whose layouts are the same as here: HWIO, [k, k, C, 1]
 * and [in, out]. Keras has no Lite members; files for them use the same pattern.
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

/**
 * Keras's name, such as 'block2b_expand_conv/kernel' for 'block2b.expand.conv.kernel'; null for a name that no
 * EfficientNet has.
 */
export function kerasName(name: string): string | null {
  const [, layer, kind] = /^(.+)\.(\w+)$/.exec(name) ?? [];
  const pattern = layer === undefined ? undefined : layers.find(([found]) => found.test(layer));
  if (pattern === undefined || layer === undefined || kind === undefined) return null;
  return `${layer.replace(...pattern)}/${layer.endsWith('depthwise.conv') ? 'depthwise_kernel' : (weights[kind] ?? kind)}`;
}
