import type { z } from 'zod';
import { sharp } from '../../data/imageLibrary.ts';
import type { DecodedImage } from '../../data/decode.ts';
import { decodeBytes } from '../../data/decode.ts';
import { letterbox } from '../../data/letterbox.ts';
import { decide } from '../../../../shared/metrics/thresholds.ts';
import type { IntegerModel } from '../../quant/integerModel.ts';
import { runIntegerReference } from '../../quant/integerReference.ts';
import type { Litert } from '../../tflite/litert.ts';
import { decodeScores, encodePixels } from '../../tflite/io.ts';
import { parityNames, PARITY_CASES, PARITY_INDEX } from './manifest.ts';
import { parityCases } from './parityCases.ts';
import type { ParityImage } from './parityImages.ts';
import { parityImages } from './parityImages.ts';
import type { decided, difference, ParityContext, ParityIndex, ParityItem } from './parityIndex.ts';
import { PARITY_NOTE, parityIndex } from './parityIndex.ts';
import { mistakeSamples } from './parityMistakes.ts';
import { thresholdImages } from './parityThresholds.ts';
import type { BundleFile } from './writeBundle.ts';

export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** Larger images of the person are shrunk first; the shrunk image in the bundle is then the source of all steps. */
export const LONGEST_SIDE = 512;

/** The person's images, if any, then the drawn ones, then those with scores next to a threshold. */
export async function parityFiles(own: readonly RgbImage[], context: ParityContext): Promise<BundleFile[]> {
  const first = [...(await Promise.all(own.map(ownImage))), ...(await parityImages(context.inputSize))];
  const pixels = await Promise.all(first.map(async ({ bytes }) => (await stepsOf(bytes, context)).pixels));
  const images = [...first, ...(await thresholdImages(pixels, context))];
  const files: BundleFile[] = [];
  const items: ParityItem[] = [];
  for (const [i, { name, extension, bytes, tolerance }] of images.entries()) {
    const { image, pixels: letterboxed } = await stepsOf(bytes, context);
    const output = await context.litert.run(encodePixels(letterboxed, context.litert.inputType));
    const names = parityNames(name, extension);
    files.push(
      { name: names.image, data: bytes },
      { name: names.letterbox, data: letterboxed },
      { name: names.output, data: bytesOf(output) },
    );
    items.push({
      name,
      image: names.image,
      tolerance,
      letterbox: names.letterbox,
      output: names.output,
      width: image.width,
      height: image.height,
      ...decidedFrom(decodeScores(output), context),
      otherKernels: i < casesWithKernels(context.model) ? otherKernels(letterboxed, context) : null,
    });
  }
  const index = { formatVersion: 2, note: PARITY_NOTE, measured: measured(context), items } satisfies ParityIndex;
  return [
    ...files,
    { name: PARITY_INDEX, data: parityIndex(index) },
    {
      name: PARITY_CASES,
      data: await parityCasesFile(index, new Map(files.map(({ name, data }) => [name, data])), context),
    },
  ];
}

/** parity/cases.txt, made of the index and the images. */
export async function parityCasesFile(
  index: ParityIndex,
  files: ReadonlyMap<string, Uint8Array>,
  context: Pick<ParityContext, 'inputSize' | 'paddingColor' | 'labels' | 'ks' | 'globalK'> & {
    readonly litert: Pick<Litert, 'inputType' | 'outputType'>;
  },
): Promise<Uint8Array> {
  const { inputSize: size, paddingColor: padding } = context;
  const samples = await Promise.all(
    index.items.map(async (item) => {
      if (item.name.startsWith(OWN) || item.name.startsWith('threshold')) return null;
      const bytes = files.get(item.image)!;
      const image = await decodeBytes(bytes, { paddingColor: padding, maxMegapixels: MAX_MEGAPIXELS });
      return mistakeSamples(bytes, files.get(item.letterbox)!, image, { size, padding });
    }),
  );
  return Buffer.from(parityCases(index, samples, context));
}

/** No image of a bundle has more; the drawn noise is the largest. */
export const MAX_MEGAPIXELS = 4;

export async function stepsOf(
  bytes: Uint8Array,
  { inputSize, paddingColor }: Pick<ParityContext, 'inputSize' | 'paddingColor'>,
): Promise<{ image: DecodedImage; pixels: Uint8Array }> {
  const image = await decodeBytes(bytes, { paddingColor, maxMegapixels: MAX_MEGAPIXELS });
  return { image, pixels: letterbox(image.rgb, image.width, image.height, inputSize, paddingColor) };
}

export const decidedFrom = (
  codes: Uint8Array,
  context: Pick<ParityContext, 'labels' | 'ks'>,
): z.infer<typeof decided> => ({ codes: [...codes], decisions: decisionsOf(codes, context) });

export function decisionsOf(codes: Uint8Array, { labels, ks }: Pick<ParityContext, 'labels' | 'ks'>): string[] {
  const present = decide(codes, ks);
  return labels.filter((_, c) => present[c] === 1);
}

export const bytesOf = (data: Uint8Array | Int8Array | Float32Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();

const kernelCodes = (model: IntegerModel, pixels: Uint8Array, family: 'builtin' | 'reference'): Uint8Array =>
  Uint8Array.from(runIntegerReference(model, pixels, family).get(model.output)!, (code) => code + 128);

export const otherKernels = (
  pixels: Uint8Array,
  context: Pick<ParityContext, 'model' | 'labels' | 'ks'>,
): NonNullable<ParityItem['otherKernels']> => ({
  builtin: decidedFrom(kernelCodes(context.model, pixels, 'builtin'), context),
  reference: decidedFrom(kernelCodes(context.model, pixels, 'reference'), context),
});

/** The integer references run in plain JavaScript, so the number of images depends on the size of the model. */
const MOST_PRODUCTS = 1e9;
const LEAST_CASES = 2;

function productsOf(model: IntegerModel): number {
  const shapes = new Map(model.tensors.map(({ name, shape }) => [name, shape]));
  return model.ops.reduce((sum, op) => {
    if (op.op !== 'conv2d' && op.op !== 'depthwiseConv2d') return sum;
    const [height, width] = shapes.get(op.output) as [number, number];
    return sum + height * width * op.weights.length;
  }, 0);
}

export const casesWithKernels = (model: IntegerModel): number =>
  Math.max(LEAST_CASES, Math.floor(MOST_PRODUCTS / productsOf(model)));

/** How many images to compare the kernels on. */
export const imagesToMeasure = (model: IntegerModel): number => Math.min(200, casesWithKernels(model));

function measured(context: ParityContext): ParityIndex['measured'] {
  const images = context.measureOn.length;
  if (images === 0) return null;
  const against = (family: 'builtin' | 'reference'): z.infer<typeof difference> => {
    let [worst, differing, flips, codes] = [0, 0, 0, 0];
    for (const pixels of context.measureOn) {
      const right = Uint8Array.from(
        runIntegerReference(context.model, pixels).get(context.model.output)!,
        (q) => q + 128,
      );
      const other = kernelCodes(context.model, pixels, family);
      const [rightDecisions, otherDecisions] = [decide(right, context.ks), decide(other, context.ks)];
      for (const [c, code] of right.entries()) {
        codes++;
        worst = Math.max(worst, Math.abs(code - other[c]!));
        if (code !== other[c]) differing++;
        if (rightDecisions[c] !== otherDecisions[c]) flips++;
      }
    }
    const perThousand = (n: number): number => Math.round((n / codes) * 1e5) / 100;
    return { worst, differingPerThousand: perThousand(differing), flipsPerThousand: perThousand(flips) };
  };
  return { images, builtin: against('builtin'), reference: against('reference') };
}

export const OWN = 'own-';

/** Without metadata, because a photo's metadata can say where it was taken. */
async function ownImage(image: RgbImage, i: number): Promise<ParityImage> {
  const { width, height, rgb } = image;
  const source = sharp(rgb, { raw: { width, height, channels: 3 } });
  const resized =
    Math.max(width, height) <= LONGEST_SIDE ? source : source.resize(LONGEST_SIDE, LONGEST_SIDE, { fit: 'inside' });
  const bytes = await resized.png({ compressionLevel: 9 }).toBuffer();
  return { name: `${OWN}${String(i + 1).padStart(2, '0')}`, extension: 'png', bytes, tolerance: 0 };
}
