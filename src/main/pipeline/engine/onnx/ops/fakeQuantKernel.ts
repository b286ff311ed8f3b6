import type { Conv2dNode, DenseNode, DepthwiseConv2dNode } from '../../../graph/graph.ts';
import type { Lowering } from '../lowering.ts';

/** int8 in [-127, 127], so that the range is symmetric (the TensorFlow Lite quantization specification). */
const LARGEST = 127;
/** A filter of zeros needs a scale too. */
const SMALLEST_RANGE = 1e-6;

/**
 * The kernel as the integer model will have it: round(w / scale) * scale with scale = max|w| / 127, a filter or the whole
 * kernel. The gradient of the result is taken as the kernel's own (straight through): no weight is out of range.
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
