import type { Parameter, ParameterRole, Tensor } from '../../graph/graph.ts';

/**
 * Converts parameters from and to PyTorch, where convolutions are OIHW, depthwise ones [C, 1, k, k] and dense ones
 * [out, in].
 */

const batchNorm: Readonly<Record<string, string>> = {
  gamma: 'weight',
  beta: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
};

/**
 * PyTorch's name of a weight in its module, such as 'weight' or 'running_mean'. The names of BatchNorm layers end in
 * 'bn'.
 */
export const torchWeight = (layer: string, kind: string): string =>
  layer.endsWith('bn') ? batchNorm[kind]! : kind === 'kernel' ? 'weight' : 'bias';

export function torchShape({ role, shape }: Pick<Parameter, 'role' | 'shape'>): readonly number[] {
  const [a, b, c, d] = shape as readonly [number, number, number, number];
  if (role === 'kernel') return [d, c, a, b];
  if (role === 'depthwiseKernel') return [c, 1, a, b];
  return role === 'denseKernel' ? [b, a] : shape;
}

export function fromTorch(data: Float32Array, { role, shape }: Pick<Parameter, 'role' | 'shape'>): Tensor {
  return { shape, data: reordered(data, role, shape) };
}

export function toTorch(data: Float32Array, parameter: Pick<Parameter, 'role' | 'shape'>): Tensor {
  const out = new Float32Array(data.length);
  // Positions as float32 are exact up to 2^24, and no kernel is larger.
  const places = fromTorch(Float32Array.from(data.keys()), parameter).data;
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
  // From [filters, inputs, k, k] to [k, k, inputs, filters]. The channels of a depthwise kernel are PyTorch's filters.
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
