import type { Conv2dNode, DenseNode, DepthwiseConv2dNode } from '../../../graph/graph.ts';
import type { Lowering } from '../lowering.ts';

/**
 * int8 weights are limited to [-127, 127] for a symmetric range, as the TensorFlow Lite quantization specification
 * requires.
 */
const LARGEST = 127;
/** Avoids a scale of 0 for a filter of zeros. */
const SMALLEST_RANGE = 1e-6;

/**
 * The kernel as the integer model rounds it: round(w / scale) * scale with scale = max|w| / 127, per filter or for the
 * whole kernel. No weight is out of range, so the gradient passes straight through everywhere.
 */
export function fakeQuantKernel(
  lowering: Lowering,
  node: Conv2dNode | DepthwiseConv2dNode | DenseNode,
  kernel: string,
): string {
  if (node.weightQuantization === null) return kernel;
  const { graph } = lowering;
  const { shape, sharedAxes } = lowering.packing(node.kernel);
  const axes = node.weightQuantization === 'perTensor' ? shape.map((_, axis) => axis) : sharedAxes;
  const largest = graph.node('ReduceMax', [graph.node('Abs', [graph.reshape(kernel, shape)]), graph.ints(axes)], {
    keepdims: 1,
  });
  const scale = graph.node('Div', [graph.node('Max', [largest, graph.scalar(SMALLEST_RANGE)]), graph.scalar(LARGEST)]);
  const steps = graph.node('Round', [graph.node('Div', [graph.reshape(kernel, shape), scale])]);
  return graph.node('Mul', [steps, scale]);
}
