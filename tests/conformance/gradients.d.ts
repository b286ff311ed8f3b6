/** Registers the gradients of all ops; only the ES build of TensorFlow.js has it, and it has no types. */
declare module '@tensorflow/tfjs-core/dist/register_all_gradients';
