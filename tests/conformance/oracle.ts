import { quoted } from '../../src/shared/message.ts';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import * as tf from '@tensorflow/tfjs-core';
import { tfjsEngine } from '../../src/main/pipeline/engine/tfjs/engine.ts';
import { onBackend } from './backend.ts';

// Says nothing of faster backends, nor of kernels that are registered twice where native TensorFlow is loaded beside it.
tf.env().set('PROD', true);

/** TensorFlow.js on its plain CPU backend, which differentiates by itself: what every engine is compared with. Slow. */
export const oracle = onBackend(
  tf,
  'cpu',
  tfjsEngine(tf, 'tfjs-cpu', 'cpu', quoted('TensorFlow.js on its plain CPU backend')),
);
