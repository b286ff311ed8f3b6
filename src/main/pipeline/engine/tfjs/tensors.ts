import type { Parameters } from '../../graph/graph.ts';
import { sizeOf } from '../../graph/graph.ts';
import type { Tensor, Tensor4D, TensorFlow, Variable } from './tensorFlow.ts';

/** Tensors on the device by parameter name, which outlive `tidy` until they are disposed. */
export type Variables = ReadonlyMap<string, Variable>;

export const toVariables = (tf: TensorFlow, parameters: Parameters): Variables =>
  new Map([...parameters].map(([name, { shape, data }]) => [name, tf.tidy(() => tf.variable(tf.tensor(data, [...shape], 'float32'), false))]));

export const toParameters = (variables: Variables): Parameters =>
  new Map([...variables].map(([name, variable]) => [name, { shape: variable.shape, data: Float32Array.from(variable.dataSync()) }]));

export function dispose(variables: Variables): void {
  for (const variable of variables.values()) variable.dispose();
}

export const pixelTensor = (tf: TensorFlow, pixels: Uint8Array, batchSize: number, size: number): Tensor4D => tf.tensor4d(Float32Array.from(pixels), [batchSize, size, size, 3]);

/** Several tensors in one transfer from the device, each flat and in its own order. */
export function read(tf: TensorFlow, tensors: readonly Tensor[]): Float32Array[] {
  if (tensors.length === 0) return [];
  const all = tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]))).dataSync() as Float32Array;
  let offset = 0;
  return tensors.map(({ shape }) => all.slice(offset, (offset += sizeOf(shape))));
}

/** [2]: smallest and largest value. */
export const rangeTensor = (tf: TensorFlow, tensor: Tensor): Tensor => tf.stack([tf.min(tensor), tf.max(tensor)]);
