/** TensorFlow.js as it is handed in: native TensorFlow's in the product, the plain CPU backend's in the tests. Only its types are of this package. */
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
