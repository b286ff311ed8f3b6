/** Conversions between pixels or score codes and the input and output types of a .tflite. */
import { Problem } from '../../../shared/problem.ts';
import { INPUT_MEAN, INPUT_STD } from './metadata.ts';
import type { IoType } from './metadata.ts';
import type { TfliteFile, TfliteTensor } from './read.ts';

/** The numbers that a model takes for pixels 0..255, in the same order; see TfliteOptions.inputType. */
export function encodePixels(pixels: Uint8Array, type: IoType): Uint8Array | Int8Array | Float32Array {
  switch (type) {
    case 'uint8':
      return pixels;
    case 'int8':
      return Int8Array.from(pixels, (pixel) => pixel - 128);
    case 'float32':
      return Float32Array.from(pixels, (pixel) => (pixel - INPUT_MEAN) / INPUT_STD);
  }
}

/**
 * Score codes q 0..255 (score q / 256) of a model's output. Throws Problem('export') for numbers that are not codes.
 */
export function decodeScores(scores: Uint8Array | Int8Array | Float32Array): Uint8Array {
  if (scores instanceof Uint8Array) return scores;
  if (scores instanceof Int8Array) return Uint8Array.from(scores, (score) => score + 128);
  return Uint8Array.from(scores, (score) => {
    const code = score * 256;
    if (Number.isInteger(code) && code >= 0 && code <= 255) return code;
    throw new Problem('export.scoreNotCode', { score });
  });
}

export interface TfliteEnd {
  readonly type: IoType;
  /** float32 value = scale * (number - zeroPoint); null for float32. */
  readonly quantization: { readonly scale: number; readonly zeroPoint: number } | null;
}

/** The main facts about a valid .tflite. */
export interface TfliteSummary {
  /** Side of the square input in pixels. */
  readonly inputSize: number;
  readonly input: TfliteEnd;
  readonly output: TfliteEnd;
  readonly labels: readonly string[];
  readonly name: string;
  readonly description: string;
  readonly version: string;
}

function describeEnd({ type, quantization }: TfliteTensor): TfliteEnd {
  if (type !== 'uint8' && type !== 'int8' && type !== 'float32') throw new Problem('file.modelEnds', { type });
  const [scale] = quantization?.scales ?? [];
  const [zeroPoint] = quantization?.zeroPoints ?? [];
  return { type, quantization: scale === undefined || zeroPoint === undefined ? null : { scale, zeroPoint } };
}

/** Throws Problem('file') for models that are not image classifiers with labels inside. */
export function summarizeTflite(file: TfliteFile): TfliteSummary {
  const input = file.tensors[file.inputs[0] ?? -1];
  const output = file.tensors[file.outputs[0] ?? -1];
  if (input?.shape.length !== 4 || output?.shape.length !== 2) throw new Problem('file.modelNotClassifier');
  if (file.labels === null) throw new Problem('file.modelWithoutLabels');
  return {
    inputSize: input.shape[1]!,
    input: describeEnd(input),
    output: describeEnd(output),
    labels: file.labels,
    name: file.metadata?.name ?? '',
    description: file.description,
    version: file.metadata?.version ?? '',
  };
}
