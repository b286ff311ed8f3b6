import type { ActivationName } from '../../graph/graph.ts';
import type { OnnxGraph } from './onnxModel.ts';

/**
 * Memory layout of feature maps. ONNX sees maps as [N, C', H, W] tensors, where C' is C padded to a multiple of
 * `block`; in memory blocked ones are [N, C'/block, H, W, block]. Padded channels are always zero. A layout has few
 * primitives; the ops combine them with reshapes, which move no data.
 */
export interface Layout {
  readonly name: 'nchwc' | 'nchw';
  readonly block: number;
  /** ORT's `com.microsoft.nchwc` Conv, or the same from plain ops. Weights must be in the layout's own order. */
  conv(graph: OnnxGraph, inputs: ConvInputs, geometry: ConvGeometry): string;
  /** x * scale + shift per channel: [N, C', H, W] with scale and shift [C']. */
  channelAffine(graph: OnnxGraph, x: string, affine: ChannelAffine): string;
  /** Mean over H and W, [N, C']. */
  channelMeans(graph: OnnxGraph, x: string, dims: MapDims): string;
  /** Sum of a * b over H and W, [N, C']. */
  channelDots(graph: OnnxGraph, a: string, b: string, dims: MapDims): string;
  /** A plain [N, C', H*W] copy, or the same tensor if it is already plain. */
  toPlain(graph: OnnxGraph, x: string, dims: MapDims): string;
  /**
   * Sum over images and pixels of a[i] * b[o], [O'/block, I', block]; fastest for I' < O'. With `ones`, a gets one more
   * channel that is 1 everywhere, so that the last of I' + 1 rows is the sum of b.
   */
  pixelProducts(graph: OnnxGraph, a: FeatureMap, b: FeatureMap, options?: { readonly ones: boolean }): string;
  /** Splits a vector into pieces of these sizes. */
  split(graph: OnnxGraph, vector: string, sizes: readonly number[]): string[];
  /** Rounds x, halves to even, to the grid (code - zeroPoint) * scale with codes 0..255. `zeroPoint` is uint8. */
  fakeQuantize(graph: OnnxGraph, x: string, grid: { readonly scale: string; readonly zeroPoint: string }): string;
  /** A plain [N, H, W, C'] copy. */
  toChannelsLast(graph: OnnxGraph, x: string, dims: MapDims): string;
}

/** Primitives that both CPU layouts share. */
export const cpuPrimitives: Pick<Layout, 'split' | 'fakeQuantize'> = {
  split: (graph, vector, sizes) =>
    graph.nodeWithOutputs('Split', [vector, graph.ints(sizes)], sizes.length, { axis: 0 }),
  fakeQuantize: (graph, x, { scale, zeroPoint }) =>
    graph.node('DequantizeLinear', [graph.node('QuantizeLinear', [x, scale, zeroPoint]), scale, zeroPoint]),
};

/** Dimensions as ONNX sees them, that is, with padded channels. */
export interface MapDims {
  readonly n: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export interface FeatureMap {
  readonly tensor: string;
  readonly dims: MapDims;
}

/** Activations that are fused into a pass over a map and whose gradient follows from their output. */
export type ReluName = Extract<ActivationName, 'relu' | 'relu6'>;
export const reluOf = (name: ActivationName): ReluName | null => (name === 'relu' || name === 'relu6' ? name : null);

/** An activation that is fused as the last step of an op. */
export type Epilogue = ReluName | 'sigmoid' | readonly [min: number, max: number] | null;

export interface ConvInputs {
  readonly x: string;
  readonly weights: string;
  readonly bias?: string | undefined;
  /** Added to the result before the epilogue. */
  readonly sum?: string | null | undefined;
}

export interface ConvGeometry {
  readonly kernel: readonly [number, number];
  readonly group?: number;
  readonly stride?: number;
  readonly dilation?: number;
  /** In the order top, left, bottom, right. */
  readonly pads?: readonly [number, number, number, number];
  readonly epilogue?: Epilogue;
}

export interface ChannelAffine {
  /** Padded channels. */
  readonly channels: number;
  readonly scale: string;
  readonly shift?: string | undefined;
  readonly sum?: string | null | undefined;
  readonly epilogue?: Epilogue;
}

export const paddedChannels = (layout: Layout, channels: number): number =>
  Math.ceil(channels / layout.block) * layout.block;

/** The ONNX operator of an epilogue, and its bounds where it is Clip. */
export function epilogueOperator(
  epilogue: Exclude<Epilogue, null>,
): { readonly name: 'Relu' | 'Sigmoid' } | { readonly name: 'Clip'; readonly bounds: readonly [number, number] } {
  if (epilogue === 'relu') return { name: 'Relu' };
  if (epilogue === 'sigmoid') return { name: 'Sigmoid' };
  return { name: 'Clip', bounds: epilogue === 'relu6' ? [0, 6] : epilogue };
}
