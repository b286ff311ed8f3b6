import type { DropoutNode, DropPathNode } from '../../../graph/graph.ts';
import type { Lowering } from '../lowering.ts';

/** Name of the graph input for a node's mask. */
export const maskInput = (name: string): string => `mask/${name}`;

/** The graph input for the mask of a dropPath node, [N, 1]. */
export function maskOf(lowering: Lowering, name: string): string {
  return lowering.graph.input(maskInput(name), 'float32', [lowering.batch, 1]);
}

const isIdentity = (lowering: Lowering, node: DropoutNode | DropPathNode): boolean =>
  !lowering.isTrainable(node) || !lowering.masks;

function lowerIdentity(lowering: Lowering, node: DropoutNode | DropPathNode): void {
  const x = lowering.value(node.input);
  lowering.define(node, x.tensor, (dy) => {
    lowering.contribute(node.input, { kind: 'tensor', tensor: dy });
  });
}

/** Dropout (Srivastava et al. 2014): x [N, C] times a mask [N, C]. */
export function lowerDropout(lowering: Lowering, node: DropoutNode): void {
  if (isIdentity(lowering, node)) return lowerIdentity(lowering, node);
  const { graph } = lowering;
  const mask = graph.input(maskInput(node.name), 'float32', [lowering.batch, node.shape.at(-1)!]);
  lowering.define(node, graph.node('Mul', [lowering.value(node.input).tensor, mask]), (dy) => {
    lowering.contribute(node.input, { kind: 'tensor', tensor: graph.node('Mul', [dy, mask]) });
  });
}

/**
 * Stochastic depth (Huang et al. 2016, arXiv 1603.09382) that was not fused into a BatchNorm: x times one factor per
 * image.
 */
export function lowerDropPath(lowering: Lowering, node: DropPathNode): void {
  if (isIdentity(lowering, node)) return lowerIdentity(lowering, node);
  const { graph, batch } = lowering;
  const mask = graph.reshape(
    maskOf(lowering, node.name),
    lowering.kindOf(node.name) === 'vector' ? [batch, 1] : [batch, 1, 1, 1],
  );
  lowering.define(node, graph.node('Mul', [lowering.value(node.input).tensor, mask]), (dy) => {
    lowering.contribute(node.input, { kind: 'tensor', tensor: graph.node('Mul', [dy, mask]) });
  });
}
