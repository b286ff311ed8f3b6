import type { InputNode, Model, NormalizeNode } from '../../../graph/graph.ts';
import type { NetworkInput } from '../../engine.ts';
import type { Lowering } from '../lowering.ts';
import type { Tensors } from '../session.ts';
import { Tensor } from '../session.ts';

const INPUT = 'input';
/** TensorProto.DataType of float32 */
const FLOAT32 = 1;

const typeOf = ({ shape }: InputNode): 'uint8' | 'float32' => (shape.length === 1 ? 'float32' : 'uint8');

/** The input in the form in which it is fed: uint8 [N, S, S, 3] or float32 [N, C]. */
export function lowerInput(lowering: Lowering, node: InputNode): void {
  lowering.define(node, lowering.graph.input(INPUT, typeOf(node), [lowering.batch, ...node.shape]));
}

/** The feed for the model's input. */
export function inputFeed({ nodes }: Model, batchSize: number, values: NetworkInput): Tensors {
  const node = nodes[0] as InputNode;
  return { [INPUT]: new Tensor(typeOf(node), values, [batchSize, ...node.shape]) };
}

/** (pixels - mean) / std as float32 [N, 3, S, S]. */
export function lowerNormalize(lowering: Lowering, node: NormalizeNode): void {
  const { graph } = lowering;
  // Equal values become a scalar, because broadcasting three values along the innermost axis takes six times as long.
  const perChannel = (values: readonly number[]): string =>
    new Set(values).size === 1
      ? graph.scalar(values[0]!)
      : graph.constant('float32', Float32Array.from(values), [1, values.length, 1, 1]);
  const planes = graph.node('Cast', [graph.transpose(lowering.value(node.input).tensor, [0, 3, 1, 2])], {
    to: FLOAT32,
  });
  lowering.define(node, graph.node('Div', [graph.node('Sub', [planes, perChannel(node.mean)]), perChannel(node.std)]));
}
