import { z } from 'zod';
import type { ThresholdResult } from '../../../../shared/metrics/thresholds.ts';
import { encodePixels } from '../../tflite/io.ts';
import type { TfliteSummary } from '../../tflite/io.ts';
import { INPUT_MEAN, INPUT_STD } from '../../tflite/metadata.ts';
import type { IoType } from '../../tflite/metadata.ts';
import { INPUT_NAME, OUTPUT_NAME } from '../../tflite/write.ts';

/*
 * inference_config.json has everything that an app needs to use the model.
 * resources/schemas/inference_config.schema.json is generated from this schema.
 */

const ioType = z.enum(['uint8', 'int8', 'float32']).describe('Type of the numbers.');
const quantization = z
  .strictObject({
    scale: z.number().describe('Difference in real value between two neighboring numbers.'),
    zeroPoint: z.int().describe('Number that stands for the real value 0.'),
  })
  .nullable()
  .describe('From the model file: real value = scale * (number - zeroPoint). Null for float32.');
const byte = z.int().min(0).max(255);
const k = z.int().min(0).max(256);
const shape = z.array(z.int()).describe('With the batch axis first.');

export const inferenceConfigSchema = z
  .strictObject({
    formatVersion: z.literal(1).describe('Increases when readers of this version could misread the file.'),
    model: z.strictObject({
      file: z.string().describe('The model file in the bundle.'),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .describe('SHA-256 of that file.'),
      name: z.string(),
      architecture: z.string(),
      inputSize: z.int().describe('Side of the square input, in pixels.'),
      classes: z.int().describe('Number of labels and scores.'),
    }),
    preprocessing: z.strictObject({
      orientation: z.string().describe('How to treat the orientation stored in an image file.'),
      colorSpace: z.literal('sRGB').describe('Color space of the 8-bit RGB pixels.'),
      letterbox: z.strictObject({
        size: z.int().describe('Side of the square, in pixels.'),
        paddingColor: z
          .tuple([byte, byte, byte])
          .describe('Red, green and blue of the area beside images that are not square.'),
        placement: z.literal('center'),
        interpolation: z.string().describe('How the image is scaled; the aspect ratio is kept.'),
        reference: z.string().describe('C code that gives the same bytes.'),
      }),
      normalization: z.strictObject({
        mean: z.number(),
        std: z.number(),
        appliedBy: z
          .enum(['model', 'app'])
          .describe('model: feed the numbers of `input.value` unchanged. app: compute (pixel - mean) / std yourself.'),
      }),
    }),
    input: z.strictObject({
      name: z.string(),
      type: ioType,
      shape,
      layout: z.literal('NHWC'),
      channels: z.literal('RGB'),
      quantization,
      value: z.string().describe('The number to feed for a pixel 0..255.'),
      ofBlackPixel: z.number().describe('The number to feed for the pixel 0, as a check.'),
      ofWhitePixel: z.number().describe('The number to feed for the pixel 255, as a check.'),
    }),
    output: z.strictObject({
      name: z.string(),
      type: ioType,
      shape,
      quantization,
      code: z.string().describe('How to compute the code q, 0..255, from an output number.'),
      score: z.string().describe('How to compute the score, 0..1, from q.'),
    }),
    labels: z.array(z.string()).describe('In the order of the scores.'),
    thresholds: z.strictObject({
      rule: z.string().describe('The decision rule in words.'),
      globalK: k.describe('A single threshold for all labels, for apps that want just one.'),
      perClass: z
        .array(
          z.strictObject({
            label: z.string(),
            k: k.describe('The label is present when q >= k; 256 means never.'),
            score: z.number().describe('k / 256, for display.'),
          }),
        )
        .describe('In the order of the labels. Prefer these.'),
    }),
  })
  .describe('Everything that an app needs to use the model: its input, its output and the decision rule.');
export type InferenceConfig = z.infer<typeof inferenceConfigSchema>;

export interface InferenceConfigInput {
  readonly file: string;
  readonly sha256: string;
  readonly architecture: string;
  /** Read from the written file itself, so that the configuration cannot disagree with it. */
  readonly model: TfliteSummary;
  readonly paddingColor: readonly [number, number, number];
  readonly thresholds: ThresholdResult;
}

const inputValue: Record<IoType, string> = {
  uint8: 'the pixel, 0..255',
  int8: 'pixel - 128',
  float32: `(pixel - ${INPUT_MEAN}) / ${INPUT_STD}`,
};
const outputCode: Record<IoType, string> = {
  uint8: 'q = output',
  int8: 'q = output + 128',
  float32: 'q = output * 256',
};

export function buildInferenceConfig({
  file,
  sha256,
  architecture,
  model,
  paddingColor,
  thresholds,
}: InferenceConfigInput): InferenceConfig {
  const { inputSize, input, output, labels } = model;
  const [black, white] = encodePixels(Uint8Array.of(0, 255), input.type);
  return {
    formatVersion: 1,
    model: { file, sha256, name: model.name, architecture, inputSize, classes: labels.length },
    preprocessing: {
      orientation: 'upright: apply the EXIF orientation first',
      colorSpace: 'sRGB',
      letterbox: {
        size: inputSize,
        paddingColor: [...paddingColor],
        placement: 'center',
        interpolation: 'OpenCV INTER_LINEAR_EXACT',
        reference: 'preprocess/letterbox.h',
      },
      normalization: { mean: INPUT_MEAN, std: INPUT_STD, appliedBy: input.type === 'float32' ? 'app' : 'model' },
    },
    input: {
      name: INPUT_NAME,
      type: input.type,
      shape: [1, inputSize, inputSize, 3],
      layout: 'NHWC',
      channels: 'RGB',
      quantization: input.quantization,
      value: inputValue[input.type],
      ofBlackPixel: black!,
      ofWhitePixel: white!,
    },
    output: {
      name: OUTPUT_NAME,
      type: output.type,
      shape: [1, labels.length],
      quantization: output.quantization,
      code: outputCode[output.type],
      score: 'q / 256',
    },
    labels: [...labels],
    thresholds: {
      rule:
        'A label is present when q >= k. k = 256 means never. ' +
        'Compare integers, so that no rounding moves a decision.',
      globalK: thresholds.globalK,
      perClass: thresholds.perClass.map((threshold, c) => ({
        label: labels[c]!,
        k: threshold.k,
        score: threshold.k / 256,
      })),
    },
  };
}
