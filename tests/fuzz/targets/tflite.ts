import { createLitert } from '../../../src/main/pipeline/tflite/litert.ts';
import { validateTflite } from '../../../src/main/pipeline/tflite/validate.ts';
import { writeTflite } from '../../../src/main/pipeline/tflite/write.ts';
import { buildModel } from '../../../src/main/pipeline/models/registry.ts';
import { tfliteWeights } from '../../../src/main/pipeline/models/weights/tfliteFile.ts';
import { Problem } from '../../../src/shared/problem.ts';
import { smallIntegerModel } from '../../parity/tfliteModel.ts';
import type { Target } from '../target.ts';

/** Both readers of .tflite files, and LiteRT on what the validator lets pass. */
export default function open(): Target {
  const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const types = ['uint8', 'int8', 'float32'] as const;
  const student = buildModel('efficientnet-lite0', { inputSize: 32, classes: 1, dropout: 0, dropPath: 0 });
  return {
    seeds: types.map((type) =>
      writeTflite(smallIntegerModel(1), {
        inputType: type,
        outputType: type,
        labels,
        name: 'small',
        description: 'x',
        version: '1',
      }),
    ),
    pieces: [],
    read: async (bytes) => {
      if (validateTflite(bytes).length === 0) {
        const litert = await createLitert(bytes);
        litert.dispose();
      }
      try {
        tfliteWeights('x.tflite', bytes, student);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
      }
    },
  };
}
