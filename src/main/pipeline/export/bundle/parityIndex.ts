import { z } from 'zod';
import type { IntegerModel } from '../../quant/integerModel.ts';
import type { Litert } from '../../tflite/litert.ts';

/**
 * parity/ has images with every step from the file to decisions, so that an app's developer can find the first step
 * that differs. All raw files are row-major without a header; the index gives types and shapes.
 */
export const decided = z.strictObject({
  /** The output as codes q 0..255. */
  codes: z.array(z.int()),
  /** Labels with q >= k, by the thresholds per class. */
  decisions: z.array(z.string()),
});

export const difference = z.strictObject({
  /** The largest difference of a code from XNNPACK's. */
  worst: z.int(),
  /** Codes that differ, per 1,000. */
  differingPerThousand: z.number(),
  /** Decisions that differ, per 1,000. */
  flipsPerThousand: z.number(),
});

export const parityIndexSchema = z.strictObject({
  formatVersion: z.literal(2),
  note: z.string(),
  /** How far the other kernels are from XNNPACK's; null when no images were compared. */
  measured: z.strictObject({ images: z.int(), builtin: difference, reference: difference }).nullable(),
  items: z.array(
    z.strictObject({
      name: z.string(),
      /** PNG or JPEG in its original encoding. */
      image: z.string(),
      /** Mean difference per byte of the letterboxed pixels that correct decoders may have; 0 means equal bytes. */
      tolerance: z.number(),
      /** uint8 RGB [S, S, 3] after the letterbox. */
      letterbox: z.string(),
      /** The model's output, in its own type, [1, classes]. */
      output: z.string(),
      /** Of the upright image. */
      width: z.int(),
      height: z.int(),
      /** With XNNPACK. */
      ...decided.shape,
      /** Null where the kernels take too long to compute in the studio. */
      otherKernels: z.strictObject({ builtin: decided, reference: decided }).nullable(),
    }),
  ),
});
export type ParityIndex = z.infer<typeof parityIndexSchema>;
export type ParityItem = ParityIndex['items'][number];

export const PARITY_NOTE =
  'Images, their letterboxed pixels (uint8 RGB, upright, sRGB), the output tensors in the type of the model, scores as ' +
  'codes q (score q / 256), and the labels with q >= k. The input tensor follows from the letterboxed pixels by ' +
  'input.value in inference_config.json. Raw files are row-major, little-endian, without a header.';

export const parityIndex = (index: ParityIndex): Uint8Array => Buffer.from(`${JSON.stringify(index, null, 1)}\n`);

export interface ParityContext {
  readonly litert: Litert;
  /** As read from the model file. */
  readonly model: IntegerModel;
  readonly inputSize: number;
  readonly paddingColor: readonly [number, number, number];
  readonly labels: readonly string[];
  /** Threshold of each class. */
  readonly ks: readonly number[];
  readonly globalK: number;
  /** Letterboxed images on which the other kernels are compared with XNNPACK. */
  readonly measureOn: readonly Uint8Array[];
}
