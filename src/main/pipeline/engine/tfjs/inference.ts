import type { InferenceRequest, InferenceSession, Range } from '../engine.ts';
import { forward } from './forward.ts';
import type { TensorFlow } from './tensorFlow.ts';
import { tidily } from './tidily.ts';
import { dispose, inputTensor, rangeTensor, read, toVariables } from './tensors.ts';

export function createTfjsInference(
  tf: TensorFlow,
  { model, parameters: start, batchSize, outputs, ranges = [], fakeQuantRanges = new Map() }: InferenceRequest,
): InferenceSession {
  let parameters = toVariables(tf, start);
  return {
    run: (pixels) =>
      tidily(tf, () => {
        const { values } = forward(
          { tf, model, parameters, trainableFrom: model.nodes.length, masks: null, fakeQuantRanges },
          inputTensor(tf, model, batchSize, pixels),
        );
        const found = read(tf, [
          ...outputs.map((name) => values.get(name)!),
          ...ranges.map((name) => rangeTensor(tf, values.get(name)!)),
        ]);
        return {
          outputs: new Map(outputs.map((name, i) => [name, found[i]!])),
          ranges: new Map(ranges.map((name, i) => [name, [...found[outputs.length + i]!] as unknown as Range])),
        };
      }),
    load: (next) => {
      dispose(parameters);
      parameters = toVariables(tf, next);
    },
    dispose: () => Promise.resolve(dispose(parameters)),
  };
}
