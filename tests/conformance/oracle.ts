import { quoted } from '../../src/shared/message.ts';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import * as tf from '@tensorflow/tfjs-core';
import { tfjsEngine } from '../../src/main/pipeline/engine/tfjs/engine.ts';
import { onBackend } from './backend.ts';

// Silences warnings about faster backends, and about kernels registered twice next to native TensorFlow.
tf.env().set('PROD', true);

/**
 * The reference for all engines: TensorFlow.js on its plain CPU backend, which is slow and differentiates by itself.
 */
export const oracle = onBackend(
  tf,
  'cpu',
  tfjsEngine(tf, 'tfjs-cpu', 'cpu', quoted('TensorFlow.js on its plain CPU backend')),
);
