import type { Conv2dNode, DenseNode } from '../../../graph/graph.ts';
import type { Lowering } from '../lowering.ts';
import { fakeQuantKernel } from './fakeQuantKernel.ts';

/** x [N, in] times kernel [in, out] plus bias, for dense layers and the 1x1 convolutions of squeeze-excite. */
export function lowerMatrixProduct(lowering: Lowering, node: Conv2dNode | DenseNode): void {
  const { graph } = lowering;
  const x = lowering.value(node.input).tensor;
  const kernel = fakeQuantKernel(lowering, node, lowering.parameter(node.kernel));
  const y = graph.node('Gemm', node.bias === null ? [x, kernel] : [x, kernel, lowering.parameter(node.bias)]);
  lowering.define(node, y, (dy) => {
    lowering.setParameterGradient(node.kernel, graph.node('Gemm', [x, dy], { transA: 1 }));
    if (node.bias !== null) lowering.setParameterGradient(node.bias, lowering.sumOverBatch(dy));
    lowering.contribute(node.input, {
      kind: 'adding',
      make: (sum) => graph.node('Gemm', sum === null ? [dy, kernel] : [dy, kernel, sum], { transB: 1 }),
    });
  });
}
