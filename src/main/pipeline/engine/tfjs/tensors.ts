import type { Model, Parameters } from '../../graph/graph.ts';
import { sizeOf } from '../../graph/graph.ts';
import type { NetworkInput } from '../engine.ts';
import type { Tensor, TensorFlow, Variable } from './tensorFlow.ts';

/** Tensors on the device by parameter name. They outlive `tidy`, so they must be disposed. */
export type Variables = ReadonlyMap<string, Variable>;

export const toVariables = (tf: TensorFlow, parameters: Parameters): Variables =>
  new Map(
    [...parameters].map(([name, { shape, data }]) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor(data, [...shape], 'float32'), false)),
    ]),
  );

export const toParameters = (variables: Variables): Parameters =>
  new Map(
    [...variables].map(([name, variable]) => [
      name,
      { shape: variable.shape, data: Float32Array.from(variable.dataSync()) },
    ]),
  );

export function dispose(variables: Variables): void {
  for (const variable of variables.values()) variable.dispose();
}

/** The model's input as float32: pixels [N, S, S, 3], or features [N, C] for a head alone. */
export const inputTensor = (tf: TensorFlow, { nodes }: Model, batchSize: number, input: NetworkInput): Tensor =>
  tf.tensor(Float32Array.from(input), [batchSize, ...nodes[0]!.shape]);

/** Reads several tensors in one transfer from the device; each comes back flat. */
export function read(tf: TensorFlow, tensors: readonly Tensor[]): Float32Array[] {
  if (tensors.length === 0) return [];
  const all = tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]))).dataSync() as Float32Array;
  let offset = 0;
  return tensors.map(({ shape }) => all.slice(offset, (offset += sizeOf(shape))));
}

/** The smallest and the largest value as a tensor [2]. */
export const rangeTensor = (tf: TensorFlow, tensor: Tensor): Tensor => tf.stack([tf.min(tensor), tf.max(tensor)]);
