import { samePadding } from '../../../graph/graph.ts';
import type { MapDims } from '../layout.ts';
import type { Lowering } from '../lowering.ts';

/**
 * Inserts a zero after each value of a map in both directions if the stride is 2, for the gradient of a strided
 * convolution.
 */
export function spreadOut({ graph, layout }: Lowering, dy: string, dims: MapDims, stride: 1 | 2): string {
  if (stride === 1) return dy;
  const { block } = layout;
  const { n, channels, height, width } = dims;
  const cells = graph.reshape(dy, [(n * channels) / block, height, 1, width, block]);
  return graph.reshape(graph.node('Pad', [cells, graph.ints([0, 0, 0, 0, 0, 0, 0, 1, 0, block])]), [
    n,
    channels,
    height * stride,
    width * stride,
  ]);
}

/** Padding (top, left, bottom, right) with which a convolution of the spread gradient has the size of the input. */
export function gradientPads(
  inDims: MapDims,
  dims: MapDims,
  k: number,
  stride: number,
): readonly [number, number, number, number] {
  const before = (size: number): number => k - 1 - samePadding(size, k, stride).before;
  const [top, left] = [before(inDims.height), before(inDims.width)];
  return [
    top,
    left,
    inDims.height + k - 1 - top - dims.height * stride,
    inDims.width + k - 1 - left - dims.width * stride,
  ];
}
