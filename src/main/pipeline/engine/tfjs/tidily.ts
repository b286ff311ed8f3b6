import type { TensorContainer, TensorFlow } from './tensorFlow.ts';

/** `tf.tidy` for plain results: every tensor made inside is freed. Errors reject. */
export async function tidily<Result>(tf: TensorFlow, work: () => Result): Promise<Result> {
  return tf.tidy(() => work() as unknown as TensorContainer) as unknown as Result;
}
