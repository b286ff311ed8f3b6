import { z } from 'zod';
import { sharp } from '../../data/imageLibrary.ts';
import { letterbox } from '../../data/letterbox.ts';
import { decide } from '../../../../shared/metrics/thresholds.ts';
import type { Litert } from '../../tflite/litert.ts';
import { decodeScores, encodePixels } from '../../tflite/io.ts';
import { parityNames, PARITY_INDEX } from './manifest.ts';
import type { BundleFile } from './writeBundle.ts';

/**
 * parity/ has a few images with every step from pixels to decisions, so that an app's developer can find the first step
 * that differs. All raw files are row-major without a header; the index gives types and shapes.
 */
export const parityIndexSchema = z.strictObject({
  formatVersion: z.literal(1),
  note: z.string(),
  items: z.array(
    z.strictObject({
      /** PNG, upright, 8-bit sRGB. */
      image: z.string(),
      /** uint8 RGB [S, S, 3] after the letterbox. */
      letterbox: z.string(),
      /** The model's input, in its own type, [1, S, S, 3]. */
      input: z.string(),
      /** The model's output, in its own type, [1, classes]. */
      output: z.string(),
      width: z.int(),
      height: z.int(),
      /** The output as codes q 0..255. */
      codes: z.array(z.int()),
      /** Labels with q >= k, by the thresholds per class. */
      decisions: z.array(z.string()),
    }),
  ),
});
export type ParityIndex = z.infer<typeof parityIndexSchema>;

export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

export interface ParityContext {
  readonly litert: Litert;
  readonly inputSize: number;
  readonly paddingColor: readonly [number, number, number];
  readonly labels: readonly string[];
  /** Threshold of each class. */
  readonly ks: readonly number[];
}

/** Larger images are shrunk first; the shrunk image in the bundle is then the source of all steps. */
export const LONGEST_SIDE = 1024;

const NOTE =
  'Source images (PNG, upright, sRGB), their letterboxed pixels (uint8 RGB), the input and output tensors in the ' +
  "model's own types, scores as codes q (score q / 256), and the labels with q >= k. Raw files are row-major, " +
  'little-endian, without a header.';

export async function parityFiles(images: readonly RgbImage[], context: ParityContext): Promise<BundleFile[]> {
  const files: BundleFile[] = [];
  const items: ParityIndex['items'] = [];
  for (const [i, image] of images.entries()) {
    const { width, height, rgb } = await shrunk(image);
    const pixels = letterbox(rgb, width, height, context.inputSize, context.paddingColor);
    const input = encodePixels(pixels, context.litert.inputType);
    const output = await context.litert.run(input);
    const codes = decodeScores(output);
    const names = parityNames(i);
    files.push(
      {
        name: names.image,
        data: await sharp(rgb, { raw: { width, height, channels: 3 } })
          .png({ compressionLevel: 9 })
          .toBuffer(),
      },
      { name: names.letterbox, data: pixels },
      { name: names.input, data: bytesOf(input) },
      { name: names.output, data: bytesOf(output) },
    );
    items.push({ ...names, width, height, codes: [...codes], decisions: decisionsOf(codes, context) });
  }
  return [...files, { name: PARITY_INDEX, data: parityIndex(items) }];
}

export const parityIndex = (items: ParityIndex['items']): Uint8Array =>
  Buffer.from(`${JSON.stringify({ formatVersion: 1, note: NOTE, items } satisfies ParityIndex, null, 1)}\n`);

export function decisionsOf(codes: Uint8Array, { labels, ks }: Pick<ParityContext, 'labels' | 'ks'>): string[] {
  const present = decide(codes, ks);
  return labels.filter((_, c) => present[c] === 1);
}

export const bytesOf = (data: Uint8Array | Int8Array | Float32Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();

async function shrunk(image: RgbImage): Promise<RgbImage> {
  if (Math.max(image.width, image.height) <= LONGEST_SIDE) return image;
  const { data, info } = await sharp(image.rgb, {
    raw: { width: image.width, height: image.height, channels: 3 },
  })
    .resize(LONGEST_SIDE, LONGEST_SIDE, { fit: 'inside' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: new Uint8Array(data) };
}
