/**
 * TensorFlow.js as it is passed in: on native TensorFlow in the product, on the plain CPU backend in the tests. Only
 * types are imported, so that the product does not load this package.
 */
export type TensorFlow = typeof import('@tensorflow/tfjs-core');
export type {
  GradSaveFunc,
  Scalar,
  Tensor,
  Tensor2D,
  Tensor4D,
  TensorContainer,
  Variable,
} from '@tensorflow/tfjs-core';
