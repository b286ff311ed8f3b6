import type { Message } from '../../../../shared/message.ts';
import type { Device, Engine } from '../engine.ts';
import { createTfjsInference } from './inference.ts';
import { createTfjsStatistics } from './statistics.ts';
import type { TensorFlow } from './tensorFlow.ts';
import { TfjsTraining } from './training.ts';

/**
 * The engine on TensorFlow.js, which computes the gradients itself, independent of the hand-written ones in
 * engine/onnx. Weights and optimizer state stay on the device; a step reads one vector back.
 */
export function tfjsEngine(tf: TensorFlow, name: string, device: Device, description: Message): Engine {
  return {
    name,
    device,
    description,
    createInference: (request) => Promise.resolve(createTfjsInference(tf, request)),
    createStatistics: (request) => Promise.resolve(createTfjsStatistics(tf, request)),
    createTraining: (request) => Promise.resolve(new TfjsTraining(tf, request)),
  };
}
