import { z } from 'zod';
import type { ThresholdResult } from '../../eval/thresholds.ts';
import { encodePixels } from '../tflite/io.ts';
import type { TfliteSummary } from '../tflite/io.ts';
import { INPUT_MEAN, INPUT_STD } from '../tflite/metadata.ts';
import type { IoType } from '../tflite/metadata.ts';
import { INPUT_NAME, OUTPUT_NAME } from '../tflite/write.ts';

/** inference_config.json: all that an app has to know to use the model. resources/schemas/inference_config.schema.json is its JSON Schema. */
const ioType = z.enum(['uint8', 'int8', 'float32']);
const quantization = z.object({ scale: z.number(), zeroPoint: z.int() }).nullable();
const byte = z.int().min(0).max(255);
const k = z.int().min(0).max(256);

export const inferenceConfigSchema = z.object({
  formatVersion: z.literal(1),
  model: z.object({ file: z.string(), sha256: z.string(), name: z.string(), architecture: z.string(), inputSize: z.int(), classes: z.int() }),
  preprocessing: z.object({
    orientation: z.string(),
    colorSpace: z.literal('sRGB'),
    letterbox: z.object({ size: z.int(), paddingColor: z.tuple([byte, byte, byte]), placement: z.literal('center'), interpolation: z.string(), reference: z.string() }),
    normalization: z.object({ mean: z.number(), std: z.number(), appliedBy: z.enum(['model', 'app']) }),
  }),
  input: z.object({ name: z.string(), type: ioType, shape: z.array(z.int()), layout: z.literal('NHWC'), channels: z.literal('RGB'), quantization, value: z.string(), ofBlackPixel: z.number(), ofWhitePixel: z.number() }),
  output: z.object({ name: z.string(), type: ioType, shape: z.array(z.int()), quantization, code: z.string(), score: z.string() }),
  labels: z.array(z.string()),
  thresholds: z.object({ rule: z.string(), globalK: k, perClass: z.array(z.object({ label: z.string(), k, score: z.number() })) }),
});
export type InferenceConfig = z.infer<typeof inferenceConfigSchema>;

export interface InferenceConfigInput {
  readonly file: string;
  readonly sha256: string;
  readonly architecture: string;
  /** Of the written file itself, so that nothing is said that it does not hold. */
  readonly model: TfliteSummary;
  readonly paddingColor: readonly [number, number, number];
  readonly thresholds: ThresholdResult;
}

const inputValue: Record<IoType, string> = { uint8: 'the pixel, 0..255', int8: 'pixel - 128', float32: `(pixel - ${INPUT_MEAN}) / ${INPUT_STD}` };
const outputCode: Record<IoType, string> = { uint8: 'q = output', int8: 'q = output + 128', float32: 'q = output * 256' };

export function buildInferenceConfig({ file, sha256, architecture, model, paddingColor, thresholds }: InferenceConfigInput): InferenceConfig {
  const { inputSize, input, output, labels } = model;
  const [black, white] = encodePixels(Uint8Array.of(0, 255), input.type);
  return {
    formatVersion: 1,
    model: { file, sha256, name: model.name, architecture, inputSize, classes: labels.length },
    preprocessing: {
      orientation: 'upright: apply the EXIF orientation first',
      colorSpace: 'sRGB',
      letterbox: { size: inputSize, paddingColor: [...paddingColor], placement: 'center', interpolation: 'OpenCV INTER_LINEAR_EXACT', reference: 'preprocess/letterbox.h' },
      normalization: { mean: INPUT_MEAN, std: INPUT_STD, appliedBy: input.type === 'float32' ? 'app' : 'model' },
    },
    input: { name: INPUT_NAME, type: input.type, shape: [1, inputSize, inputSize, 3], layout: 'NHWC', channels: 'RGB', quantization: input.quantization, value: inputValue[input.type], ofBlackPixel: black!, ofWhitePixel: white! },
    output: { name: OUTPUT_NAME, type: output.type, shape: [1, labels.length], quantization: output.quantization, code: outputCode[output.type], score: 'q / 256' },
    labels: [...labels],
    thresholds: {
      rule: 'A label is present when q >= k. k = 256 means never. Compare integers, so that no rounding moves a decision.',
      globalK: thresholds.globalK,
      perClass: thresholds.perClass.map((threshold, c) => ({ label: labels[c]!, k: threshold.k, score: threshold.k / 256 })),
    },
  };
}
