import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import * as tf from '@tensorflow/tfjs-core';
import { tfjsEngine } from '../../src/main/pipeline/engine/tfjs/engine.ts';

/** TensorFlow.js on its plain CPU backend, which differentiates by itself: what every engine is compared with. Slow. */
export const oracle = tfjsEngine(tf, 'tfjs-cpu', 'TensorFlow.js on its plain CPU backend');
