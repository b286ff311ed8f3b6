import type { StatisticsRequest, StatisticsSession } from '../engine.ts';
import { forward } from './forward.ts';
import type { TensorFlow } from './tensorFlow.ts';
import { tidily } from './tidily.ts';
import { dispose, inputTensor, read, toVariables } from './tensors.ts';

export function createTfjsStatistics(
  tf: TensorFlow,
  { model, parameters: start, batchSize, trainableFrom }: StatisticsRequest,
): StatisticsSession {
  const parameters = toVariables(tf, start);
  return {
    run: (pixels) =>
      tidily(tf, () => {
        const { statistics } = forward(
          { tf, model, parameters, trainableFrom, masks: null, fakeQuantRanges: new Map() },
          inputTensor(tf, model, batchSize, pixels),
        );
        const found = read(tf, [...statistics.values()]);
        return new Map([...statistics.keys()].map((name, i) => [name, found[i]!]));
      }),
    dispose: () => Promise.resolve(dispose(parameters)),
  };
}
