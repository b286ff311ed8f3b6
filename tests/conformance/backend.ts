import type { Engine } from '../../src/main/pipeline/engine/engine.ts';
import type { TensorFlow } from '../../src/main/pipeline/engine/tfjs/tensorFlow.ts';

/**
 * Selects the engine's backend before each call, because all copies of TensorFlow.js in a process share one current
 * backend.
 */
export function onBackend(tf: TensorFlow, backend: string, engine: Engine): Engine {
  const ready = async <T>(work: () => Promise<T>): Promise<T> => {
    await tf.setBackend(backend);
    return work();
  };
  return {
    ...engine,
    createInference: async (request) => {
      const session = await ready(() => engine.createInference(request));
      return {
        run: (pixels) => ready(() => session.run(pixels)),
        load: (parameters) => session.load(parameters),
        dispose: () => session.dispose(),
      };
    },
    createStatistics: async (request) => {
      const session = await ready(() => engine.createStatistics(request));
      return { run: (pixels) => ready(() => session.run(pixels)), dispose: () => session.dispose() };
    },
    createTraining: async (request) => {
      const session = await ready(() => engine.createTraining(request));
      return {
        step: (input) => ready(() => session.step(input)),
        state: () => ready(() => session.state()),
        dispose: () => session.dispose(),
      };
    },
  };
}
