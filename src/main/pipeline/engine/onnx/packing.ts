import type { Model, Parameter, Shape, Tensor } from '../../graph/graph.ts';
import { parametersOf, sizeOf } from '../../graph/graph.ts';
import type { Layout } from './layout.ts';
import { paddedChannels } from './layout.ts';
import type { TensorKind } from './tensorKinds.ts';
import { tensorKinds } from './tensorKinds.ts';

/** Maps a parameter to the engine's form, which is padded with zeros and in the order that the kernels require. */
export interface Packing {
  readonly parameter: Parameter;
  /** Shape in the engine. */
  readonly shape: Shape;
  /** Axes of `shape` other than the filter's, over which a per-filter scale is shared. */
  readonly sharedAxes: readonly number[];
  /** Index in the engine's form of the value at row-major index i of the neutral layout. */
  readonly indexOf: (i: number) => number;
}

export function packingsOf(model: Model, layout: Layout): Map<string, Packing> {
  const kinds = tensorKinds(model);
  const parameters = new Map(model.parameters.map((parameter) => [parameter.name, parameter]));
  const packings = new Map<string, Packing>();
  for (const node of model.nodes) {
    for (const name of parametersOf(node)) {
      const inputKind = node.op === 'conv2d' ? kinds.get(node.input)! : 'map';
      packings.set(name, packingOf(parameters.get(name)!, layout, inputKind, kinds.get(node.name)!));
    }
  }
  return packings;
}

function packingOf(parameter: Parameter, layout: Layout, inputKind: TensorKind, outputKind: TensorKind): Packing {
  const { role, shape } = parameter;
  if (outputKind === 'vector') return vectorPacking(parameter);
  if (role === 'depthwiseKernel') return blockedPacking(parameter, layout, shape[0]! * shape[1]!, shape[2]!);
  if (role !== 'kernel')
    return { parameter, shape: [paddedChannels(layout, shape[0]!)], sharedAxes: [], indexOf: (i) => i };
  if (inputKind === 'image') return imageKernelPacking(parameter, layout);
  return mapKernelPacking(parameter, layout);
}

/** Vectors [N, C] are multiplied by plain [in, out] matrices, so nothing is padded. */
function vectorPacking(parameter: Parameter): Packing {
  const { shape } = parameter;
  const packed = shape.length === 1 ? shape : shape.slice(-2);
  return { parameter, shape: packed, sharedAxes: packed.length === 2 ? [0] : [], indexOf: (i) => i };
}

/** Packs [taps, C] as [C'/block, taps, block]. */
function blockedPacking(parameter: Parameter, { block }: Layout, taps: number, channels: number): Packing {
  const blocks = Math.ceil(channels / block);
  return {
    parameter,
    shape: [blocks, taps, block],
    sharedAxes: [1],
    indexOf: (i) => {
      const channel = i % channels,
        tap = (i - channel) / channels;
      return (Math.floor(channel / block) * taps + tap) * block + (channel % block);
    },
  };
}

/** Packs HWIO as [O'/block, I * H * W, block], which ORT's blocked convolution requires for a plain NCHW image. */
function imageKernelPacking(parameter: Parameter, layout: Layout): Packing {
  const [height, width, inputs, filters] = parameter.shape as [number, number, number, number];
  const blocked = blockedPacking(parameter, layout, inputs * height * width, filters);
  return {
    ...blocked,
    indexOf: (i) => {
      const filter = i % filters,
        rest = (i - filter) / filters;
      const input = rest % inputs,
        position = (rest - input) / inputs;
      return blocked.indexOf((input * height * width + position) * filters + filter);
    },
  };
}

/** Packs [k, k, I, O] as [k * k, I', O'], or as [I', O'] where k is 1. */
function mapKernelPacking(parameter: Parameter, layout: Layout): Packing {
  const [height, width, inputs, filters] = parameter.shape as [number, number, number, number];
  const [rows, columns] = [paddedChannels(layout, inputs), paddedChannels(layout, filters)];
  const taps = height * width;
  return {
    parameter,
    shape: taps === 1 ? [rows, columns] : [taps, rows, columns],
    sharedAxes: taps === 1 ? [0] : [0, 1],
    indexOf: (i) => {
      const row = Math.floor(i / filters),
        tap = Math.floor(row / inputs);
      return (tap * rows + (row % inputs)) * columns + (i % filters);
    },
  };
}

/** Writes neutral values into `target` at `offset`. Padding keeps its zeros. */
export function pack(
  packing: Packing,
  values: Float32Array,
  target: Float32Array = new Float32Array(sizeOf(packing.shape)),
  offset = 0,
): Float32Array {
  for (let i = 0; i < values.length; i++) target[offset + packing.indexOf(i)] = values[i]!;
  return target;
}

/** The neutral tensor that was packed into `source` at `offset`. */
export function unpack(packing: Packing, source: Float32Array, offset = 0): Tensor {
  const data = new Float32Array(sizeOf(packing.parameter.shape));
  for (let i = 0; i < data.length; i++) data[i] = source[offset + packing.indexOf(i)]!;
  return { shape: packing.parameter.shape, data };
}
