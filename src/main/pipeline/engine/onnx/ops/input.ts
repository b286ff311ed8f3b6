import type { InputNode, NormalizeNode } from '../../../graph/graph.ts';
import type { Lowering } from '../lowering.ts';

export const PIXELS = 'pixels';
/** TensorProto.DataType of float32 */
const FLOAT32 = 1;

/** uint8 [N, S, S, 3] as fed. */
export function lowerInput(lowering: Lowering, node: InputNode): void {
  lowering.define(node, lowering.graph.input(PIXELS, 'uint8', [lowering.batch, ...node.shape]));
}

/** (pixels - mean) / std as float32 [N, 3, S, S]. */
export function lowerNormalize(lowering: Lowering, node: NormalizeNode): void {
  const { graph } = lowering;
  // One value for all channels is a scalar: broadcasting three values along the innermost axis takes six times as long.
  const perChannel = (values: readonly number[]): string => (new Set(values).size === 1 ? graph.scalar(values[0]!) : graph.constant('float32', Float32Array.from(values), [1, values.length, 1, 1]));
  const planes = graph.node('Cast', [graph.transpose(lowering.value(node.input).tensor, [0, 3, 1, 2])], { to: FLOAT32 });
  lowering.define(node, graph.node('Div', [graph.node('Sub', [planes, perChannel(node.mean)]), perChannel(node.std)]));
}
