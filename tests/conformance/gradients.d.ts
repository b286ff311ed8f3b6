/** Registers the gradients of all ops. Only the ES build of TensorFlow.js has this module, without types. */
declare module '@tensorflow/tfjs-core/dist/register_all_gradients';
