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
  /** Length of a row of the neutral layout. */
  readonly width: number;
  /** A row is stored in pieces of this many values, which start `stride` apart. */
  readonly piece: number;
  readonly stride: number;
  /** Index in the engine's form of the first value of a row. */
  readonly startOf: (row: number) => number;
}

/** A parameter whose values keep their order and come without padding between them. */
const inOrder = ({ shape }: Parameter): Pick<Packing, 'width' | 'piece' | 'stride' | 'startOf'> => ({
  width: sizeOf(shape),
  piece: sizeOf(shape),
  stride: 0,
  startOf: () => 0,
});

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
    return { parameter, shape: [paddedChannels(layout, shape[0]!)], sharedAxes: [], ...inOrder(parameter) };
  if (inputKind === 'image') return imageKernelPacking(parameter, layout);
  return mapKernelPacking(parameter, layout);
}

/** Vectors [N, C] are multiplied by plain [in, out] matrices, so nothing is padded. */
function vectorPacking(parameter: Parameter): Packing {
  const { shape } = parameter;
  const packed = shape.length === 1 ? shape : shape.slice(-2);
  return { parameter, shape: packed, sharedAxes: packed.length === 2 ? [0] : [], ...inOrder(parameter) };
}

/** Packs [taps, C] as [C'/block, taps, block]. */
function blockedPacking(parameter: Parameter, { block }: Layout, taps: number, channels: number): Packing {
  const blocks = Math.ceil(channels / block);
  return {
    parameter,
    shape: [blocks, taps, block],
    sharedAxes: [1],
    width: channels,
    piece: block,
    stride: taps * block,
    startOf: (tap) => tap * block,
  };
}

/** Packs HWIO as [O'/block, I * H * W, block], which ORT's blocked convolution requires for a plain NCHW image. */
function imageKernelPacking(parameter: Parameter, layout: Layout): Packing {
  const [height, width, inputs, filters] = parameter.shape as [number, number, number, number];
  const blocked = blockedPacking(parameter, layout, inputs * height * width, filters);
  return {
    ...blocked,
    startOf: (row) => {
      const input = row % inputs,
        position = (row - input) / inputs;
      return blocked.startOf(input * height * width + position);
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
    width: filters,
    piece: filters,
    stride: 0,
    startOf: (row) => (Math.floor(row / inputs) * rows + (row % inputs)) * columns,
  };
}

/** Writes neutral values into `target` at `offset`. Padding keeps its zeros. */
export function pack(
  packing: Packing,
  values: Float32Array,
  target: Float32Array = new Float32Array(sizeOf(packing.shape)),
  offset = 0,
): Float32Array {
  forEachPiece(packing, values.length, (from, at, length) => {
    for (let i = 0; i < length; i++) target[offset + at + i] = values[from + i]!;
  });
  return target;
}

/** The neutral tensor that was packed into `source` at `offset`. */
export function unpack(packing: Packing, source: Float32Array, offset = 0): Tensor {
  const data = new Float32Array(sizeOf(packing.parameter.shape));
  forEachPiece(packing, data.length, (from, at, length) => {
    for (let i = 0; i < length; i++) data[from + i] = source[offset + at + i]!;
  });
  return { shape: packing.parameter.shape, data };
}

/** Calls `copy` for each run of values that lie side by side in both forms: one call per value would be slow. */
function forEachPiece(
  { width, piece, stride, startOf }: Packing,
  size: number,
  copy: (neutral: number, packed: number, length: number) => void,
): void {
  for (let row = 0; row * width < size; row++) {
    const start = startOf(row);
    for (let at = 0, k = 0; at < width; at += piece, k++)
      copy(row * width + at, start + k * stride, Math.min(piece, width - at));
  }
}
