import type { TensorContainer, TensorFlow } from './tensorFlow.ts';

/** `tf.tidy` for work that returns plain values: frees every tensor made inside, and turns errors into rejections. */
export async function tidily<Result>(tf: TensorFlow, work: () => Result): Promise<Result> {
  return tf.tidy(() => work() as unknown as TensorContainer) as unknown as Result;
}
