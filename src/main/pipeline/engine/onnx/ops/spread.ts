import { samePadding } from '../../../graph/graph.ts';
import type { MapDims } from '../layout.ts';
import type { Lowering } from '../lowering.ts';

/** A map with a zero after every value in both directions where the stride is 2: what the gradient of a strided convolution is made of. */
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

/** Top, left, bottom, right, with which a convolution of the spread gradient has the input's size. */
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
