import type { ActivationName } from '../../graph/graph.ts';
import type { OnnxGraph } from './onnxModel.ts';

/**
 * How feature maps lie in memory. Maps are [N, C', H, W] tensors to ONNX, with C' = C padded to a multiple of `block`;
 * in memory blocked ones are [N, C'/block, H, W, block]. Padded channels hold zeros, always.
 * A layout has few primitives; the ops build on them with reshapes, which move no data.
 */
export interface Layout {
  readonly name: 'nchwc' | 'nchw';
  readonly block: number;
  /** ORT's `com.microsoft.nchwc` Conv, or the same from plain ops. Weights lie as the layout wants them. */
  conv(graph: OnnxGraph, inputs: ConvInputs, geometry: ConvGeometry): string;
  /** x * scale + shift per channel: [N, C', H, W] with scale and shift [C']. */
  channelAffine(graph: OnnxGraph, x: string, affine: ChannelAffine): string;
  /** Mean over H and W: [N, C']. */
  channelMeans(graph: OnnxGraph, x: string, dims: MapDims): string;
  /** Sum of a * b over H and W: [N, C']. */
  channelDots(graph: OnnxGraph, a: string, b: string, dims: MapDims): string;
  /** A plain [N, C', H*W] copy (or the same tensor if it is plain already). */
  toPlain(graph: OnnxGraph, x: string, dims: MapDims): string;
  /**
   * Sum over images and pixels of a[i] * b[o]: [O'/block, I', block], for I' < O' best. With `ones` a has one channel more that is 1
   * everywhere, so that the last of I' + 1 rows is the sum of b itself.
   */
  pixelProducts(graph: OnnxGraph, a: FeatureMap, b: FeatureMap, options?: { readonly ones: boolean }): string;
  /** A vector in pieces of these sizes. */
  split(graph: OnnxGraph, vector: string, sizes: readonly number[]): string[];
  /** x rounded to the grid (code - zeroPoint) * scale with codes 0..255; halves to even. `zeroPoint` is uint8. */
  fakeQuantize(graph: OnnxGraph, x: string, grid: { readonly scale: string; readonly zeroPoint: string }): string;
  /** A plain [N, H, W, C'] copy. */
  toChannelsLast(graph: OnnxGraph, x: string, dims: MapDims): string;
}

/** What the layouts of the CPU share. */
export const cpuPrimitives: Pick<Layout, 'split' | 'fakeQuantize'> = {
  split: (graph, vector, sizes) =>
    graph.nodeWithOutputs('Split', [vector, graph.ints(sizes)], sizes.length, { axis: 0 }),
  fakeQuantize: (graph, x, { scale, zeroPoint }) =>
    graph.node('DequantizeLinear', [graph.node('QuantizeLinear', [x, scale, zeroPoint]), scale, zeroPoint]),
};

/** Sides as ONNX sees them: channels are the padded ones. */
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

/** Activations that a pass over a map takes along, and whose gradient follows from their output. */
export type ReluName = Extract<ActivationName, 'relu' | 'relu6'>;
export const reluOf = (name: ActivationName): ReluName | null => (name === 'relu' || name === 'relu6' ? name : null);

/** What is applied to the result, last of all. */
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
  /** Top, left, bottom, right. */
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
