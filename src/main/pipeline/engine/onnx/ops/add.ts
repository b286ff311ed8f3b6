import type { AddNode } from '../../../graph/graph.ts';
import type { Lowering } from '../lowering.ts';

/** a + b that was not fused into a BatchNorm or convolution. */
export function lowerAdd(lowering: Lowering, node: AddNode): void {
  const [a, b] = node.inputs;
  const sum = lowering.graph.node('Add', [lowering.value(a).tensor, lowering.value(b).tensor]);
  lowering.define(node, sum, (dy) => {
    lowering.contribute(a, { kind: 'tensor', tensor: dy });
    lowering.contribute(b, { kind: 'tensor', tensor: dy });
  });
}
