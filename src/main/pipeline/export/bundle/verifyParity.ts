import { sharp } from '../../data/imageLibrary.ts';
import type { Message } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import { Problem } from '../../../../shared/problem.ts';
import { letterbox } from '../../data/letterbox.ts';
import { metricsReportSchema } from '../../eval/metricsReport.ts';
import { createLitert } from '../../tflite/litert.ts';
import type { Litert } from '../../tflite/litert.ts';
import { decodeScores, encodePixels } from '../../tflite/io.ts';
import { parseBundleJson } from './bundleJson.ts';
import type { InferenceConfig } from './inferenceConfig.ts';
import { METRICS_FILE, MODEL_FILE, PARITY_IMAGES, PARITY_INDEX, parityNames } from './manifest.ts';
import type { ParityIndex, RgbImage } from './parityFiles.ts';
import { bytesOf, decisionsOf, LONGEST_SIDE, parityIndex, parityIndexSchema } from './parityFiles.ts';
import type { Files, FindFault } from './verifyTexts.ts';
import { configIn, fileIn } from './verifyTexts.ts';

type Check = (name: Message, findFault: FindFault) => Promise<boolean>;
type Item = ParityIndex['items'][number];

export const parityIndexIn = (files: Files): ParityIndex =>
  parseBundleJson(parityIndexSchema, PARITY_INDEX, fileIn(files, PARITY_INDEX));

/**
 * Computes every step from each parity image to its decisions again; each step starts from the file that the bundle has
 * for the step before it.
 */
export async function checkParity(files: Files, check: Check): Promise<void> {
  let ready: { model: Litert; config: InferenceConfig; items: readonly Item[] } | null = null;
  await check(message('bundle.checkLitert'), async () => {
    const config = configIn(files);
    const { items } = parityIndexIn(files);
    const fault = indexFault(files, items);
    if (fault === null) ready = { config, items, model: await createLitert(fileIn(files, MODEL_FILE)) };
    return fault;
  });
  if (ready === null) return;
  const { model, config, items } = ready as { model: Litert; config: InferenceConfig; items: readonly Item[] };
  try {
    await checkSteps(files, check, model, config, items);
  } finally {
    model.dispose();
  }
}

function indexFault(files: Files, items: readonly Item[]): Message | null {
  const { images } = parseBundleJson(metricsReportSchema, METRICS_FILE, fileIn(files, METRICS_FILE));
  const expected = Math.min(PARITY_IMAGES, images.val + images.test);
  if (items.length !== expected || expected === 0)
    return message('bundle.imageCount', { file: PARITY_INDEX, found: items.length, expected });
  const misnamed = items.findIndex((item, i) =>
    Object.entries(parityNames(i)).some(([of, name]) => item[of as 'image'] !== name),
  );
  return misnamed < 0 ? null : message('bundle.imageNames', { file: PARITY_INDEX, number: misnamed + 1 });
}

async function checkSteps(
  files: Files,
  check: Check,
  model: Litert,
  { preprocessing, labels, thresholds }: InferenceConfig,
  items: readonly Item[],
): Promise<void> {
  const { size, paddingColor } = preprocessing.letterbox;
  const ks = thresholds.perClass.map(({ k }) => k);
  const pixelsOf = (item: Item): Uint8Array => {
    const pixels = fileIn(files, item.letterbox);
    const expected = size * size * 3;
    if (pixels.length !== expected)
      throw new Problem('file.parityPixels', {
        file: item.letterbox,
        found: pixels.length,
        width: size,
        height: size,
        expected,
      });
    return pixels;
  };
  const inputOf = (item: Item): ReturnType<typeof encodePixels> => encodePixels(pixelsOf(item), model.inputType);
  const outputs: Awaited<ReturnType<Litert['run']>>[] = [];
  /** Names the first file that `differingFile` returns for an image. */
  const firstDiffering = async (
    differingFile: (item: Item, i: number) => Promise<string | null> | string | null,
  ): Promise<Message | null> => {
    for (const [i, item] of items.entries()) {
      const file = await differingFile(item, i);
      if (file !== null) return message('bundle.stepDiffers', { file, image: item.image });
    }
    return null;
  };
  const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
  await check(message('bundle.checkLetterbox', { count: items.length }), () =>
    firstDiffering(async (item) => {
      const { rgb, width, height } = await imageIn(files, item);
      return equal(pixelsOf(item), letterbox(rgb, width, height, size, paddingColor)) ? null : item.letterbox;
    }),
  );
  await check(message('bundle.checkInputs'), () =>
    firstDiffering((item) => (equal(fileIn(files, item.input), bytesOf(inputOf(item))) ? null : item.input)),
  );
  await check(message('bundle.checkOutputs'), () =>
    firstDiffering(async (item, i) => {
      const output = await model.run(inputOf(item));
      outputs[i] = output;
      return equal(fileIn(files, item.output), bytesOf(output)) ? null : item.output;
    }),
  );
  await check(message('bundle.checkDecisions'), () => {
    if (outputs.length < items.length) return null; // the check of the outputs failed and has the fault
    const expected = items.map((item, i) => {
      const codes = decodeScores(outputs[i]!);
      return { ...item, codes: [...codes], decisions: decisionsOf(codes, { labels, ks }) };
    });
    const wrong = items.find(
      ({ codes, decisions }, i) =>
        JSON.stringify([codes, decisions]) !== JSON.stringify([expected[i]!.codes, expected[i]!.decisions]),
    );
    if (wrong !== undefined) return message('bundle.decisionsDiffer', { file: PARITY_INDEX, image: wrong.image });
    return equal(fileIn(files, PARITY_INDEX), parityIndex(expected))
      ? null
      : message('bundle.layout', { file: PARITY_INDEX });
  });
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Decodes only the format that the studio writes: an 8-bit RGB PNG of the size in the index. */
async function imageIn(files: Files, item: Item): Promise<RgbImage> {
  const bytes = fileIn(files, item.image);
  const refused = (): Problem =>
    new Problem('file.parityImage', { file: item.image, width: item.width, height: item.height });
  if (!PNG.every((byte, i) => bytes[i] === byte)) throw refused();
  try {
    const image = sharp(bytes, { limitInputPixels: LONGEST_SIDE ** 2, failOn: 'warning' });
    const { width, height, channels, depth } = await image.metadata();
    if (width !== item.width || height !== item.height || channels !== 3 || depth !== 'uchar') throw refused();
    return { width, height, rgb: new Uint8Array(await image.raw().toBuffer()) };
  } catch {
    throw refused();
  }
}
