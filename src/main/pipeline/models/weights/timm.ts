import type { Parameter, ParameterRole, Tensor } from '../../graph/graph.ts';

/**
 * timm's names and layouts (timm/models/efficientnet.py, _efficientnet_blocks.py) for our neutral ones: PyTorch holds convolutions
 * as OIHW, depthwise ones as [C, 1, k, k], dense ones as [out, in].
 */

const batchNorm: Readonly<Record<string, string>> = {
  gamma: 'weight',
  beta: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
};

/** Names inside a block: without expansion (DepthwiseSeparableConv), and with it (InvertedResidual). */
const separable: Readonly<Record<string, string>> = {
  'depthwise.conv': 'conv_dw',
  'depthwise.bn': 'bn1',
  'se.reduce': 'se.conv_reduce',
  'se.expand': 'se.conv_expand',
  'project.conv': 'conv_pw',
  'project.bn': 'bn2',
};
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
const outside: Readonly<Record<string, string>> = {
  'stem.conv': 'conv_stem',
  'stem.bn': 'bn1',
  'head.conv': 'conv_head',
  'head.bn': 'bn2',
  classifier: 'classifier',
};

/** 'block2b.expand.conv.kernel' is 'blocks.1.1.conv_pw.weight'. Null for a name that no EfficientNet has. */
export function timmName(name: string): string | null {
  const block = /^block(\d)([a-z])\.(.+)\.(\w+)$/.exec(name);
  if (block === null) {
    const [, layer, kind] = /^(.+)\.(\w+)$/.exec(name) ?? [];
    const module = layer === undefined ? undefined : outside[layer];
    return module === undefined ? null : `${module}.${weightName(layer!, kind!)}`;
  }
  const [, stage, letter, layer, kind] = block as unknown as [string, string, string, string, string];
  const module = (stage === '1' ? separable : inverted)[layer];
  return module === undefined
    ? null
    : `blocks.${Number(stage) - 1}.${letter.charCodeAt(0) - 'a'.charCodeAt(0)}.${module}.${weightName(layer, kind)}`;
}

const weightName = (layer: string, kind: string): string =>
  layer.endsWith('bn') ? batchNorm[kind]! : kind === 'kernel' ? 'weight' : 'bias';

/** PyTorch's shape of a parameter. */
export function torchShape({ role, shape }: Pick<Parameter, 'role' | 'shape'>): readonly number[] {
  const [a, b, c, d] = shape as readonly [number, number, number, number];
  if (role === 'kernel') return [d, c, a, b];
  if (role === 'depthwiseKernel') return [c, 1, a, b];
  return role === 'denseKernel' ? [b, a] : shape;
}

/** A PyTorch tensor in the neutral layout. */
export function fromTorch(data: Float32Array, { role, shape }: Pick<Parameter, 'role' | 'shape'>): Tensor {
  return { shape, data: reordered(data, role, shape) };
}

/** A neutral tensor as PyTorch holds it. */
export function toTorch(data: Float32Array, parameter: Pick<Parameter, 'role' | 'shape'>): Tensor {
  const out = new Float32Array(data.length);
  const places = fromTorch(Float32Array.from(data.keys()), parameter).data; // exact up to 2^24: no kernel of the family is larger
  places.forEach((place, at) => {
    out[place] = data[at]!;
  });
  return { shape: torchShape(parameter), data: out };
}

function reordered(data: Float32Array, role: ParameterRole, shape: readonly number[]): Float32Array {
  const out = new Float32Array(data.length);
  if (role === 'denseKernel') {
    const [inputs, outputs] = shape as readonly [number, number];
    for (let i = 0; i < inputs; i++) for (let o = 0; o < outputs; o++) out[i * outputs + o] = data[o * inputs + i]!;
    return out;
  }
  if (role !== 'kernel' && role !== 'depthwiseKernel') return data;
  // The neutral kernel is [k, k, inputs, filters]; PyTorch's [filters, inputs, k, k]. A depthwise one has its channels as PyTorch's filters.
  const [height, width, third, fourth] = shape as readonly [number, number, number, number];
  const [filters, inputs] = role === 'kernel' ? [fourth, third] : [third, 1];
  const area = height * width;
  for (let f = 0; f < filters; f++) {
    for (let c = 0; c < inputs; c++) {
      for (let place = 0; place < area; place++)
        out[role === 'kernel' ? (place * inputs + c) * filters + f : place * filters + f] =
          data[(f * inputs + c) * area + place]!;
    }
  }
  return out;
}
