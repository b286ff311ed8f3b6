import type { Message } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import { Problem } from '../../../../shared/problem.ts';
import { readIntegerModel } from '../../tflite/readIntegerModel.ts';
import { readTflite } from '../../tflite/read.ts';
import { createLitert } from '../../tflite/litert.ts';
import type { Litert } from '../../tflite/litert.ts';
import { decodeScores, encodePixels } from '../../tflite/io.ts';
import { parseBundleJson } from './bundleJson.ts';
import type { InferenceConfig } from './inferenceConfig.ts';
import { MODEL_FILE, PARITY_CASES, PARITY_IMAGES, PARITY_INDEX, parityNames } from './manifest.ts';
import type { ParityIndex, ParityItem } from './parityIndex.ts';
import { bytesOf, casesWithKernels, decidedFrom, otherKernels, OWN, parityCasesFile, stepsOf } from './parityFiles.ts';
import { PARITY_NOTE, parityIndex, parityIndexSchema } from './parityIndex.ts';
import { DRAWN_IMAGES, THRESHOLD_IMAGES } from './parityImages.ts';
import type { Files, FindFault } from './verifyTexts.ts';
import { configIn, fileIn, metricsIn } from './verifyTexts.ts';

type Check = (name: Message, findFault: FindFault) => Promise<boolean>;
type Item = ParityItem;

export const parityIndexIn = (files: Files): ParityIndex =>
  parseBundleJson(parityIndexSchema, PARITY_INDEX, fileIn(files, PARITY_INDEX));

/**
 * Computes every step from each parity image to its decisions again; each step starts from the file that the bundle has
 * for the step before it.
 */
export async function checkParity(files: Files, check: Check): Promise<void> {
  let ready: { model: Litert; config: InferenceConfig; index: ParityIndex } | null = null;
  await check(message('bundle.checkLitert'), async () => {
    const config = configIn(files);
    const index = parityIndexIn(files);
    const fault = indexFault(files, index.items);
    if (fault === null) ready = { config, index, model: await createLitert(fileIn(files, MODEL_FILE)) };
    return fault;
  });
  if (ready === null) return;
  const { model, config, index } = ready as { model: Litert; config: InferenceConfig; index: ParityIndex };
  try {
    await checkSteps(files, check, model, config, index);
  } finally {
    model.dispose();
  }
}

function indexFault(files: Files, items: readonly Item[]): Message | null {
  const { images } = metricsIn(files);
  const own = items.filter(({ name }) => name.startsWith(OWN)).length;
  const fixed = DRAWN_IMAGES.length + THRESHOLD_IMAGES.length;
  // The person can leave out their own images.
  const expected = fixed + (own === 0 ? 0 : Math.min(PARITY_IMAGES, images.val + images.test));
  if (items.length !== expected)
    return message('bundle.imageCount', { file: PARITY_INDEX, found: items.length, expected });
  const names = [
    ...Array.from({ length: own }, (_, i) => ({ name: `${OWN}${String(i + 1).padStart(2, '0')}`, extension: 'png' })),
    ...DRAWN_IMAGES,
    ...THRESHOLD_IMAGES,
  ];
  const misnamed = items.findIndex((item, i) => {
    const { name, extension } = names[i]!;
    return (
      item.name !== name ||
      Object.entries(parityNames(name, extension)).some(([of, file]) => item[of as 'image'] !== file)
    );
  });
  return misnamed < 0 ? null : message('bundle.imageNames', { file: PARITY_INDEX, number: misnamed + 1 });
}

async function checkSteps(
  files: Files,
  check: Check,
  model: Litert,
  { preprocessing, labels, thresholds }: InferenceConfig,
  index: ParityIndex,
): Promise<void> {
  const { items } = index;
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
      const pixels = await letterboxed(files, item, { inputSize: size, paddingColor });
      return equal(pixelsOf(item), pixels) ? null : item.letterbox;
    }),
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
    const integer = readIntegerModel(readTflite(fileIn(files, MODEL_FILE)));
    const context = { model: integer, labels, ks };
    const expected = items.map((item, i) => ({
      ...item,
      ...decidedFrom(decodeScores(outputs[i]!), context),
      otherKernels: i < casesWithKernels(integer) ? otherKernels(pixelsOf(item), context) : null,
    }));
    const decided = ({ codes, decisions, otherKernels: other }: Item): string =>
      JSON.stringify([codes, decisions, other]);
    const wrong = items.find((item, i) => decided(item) !== decided(expected[i]!));
    if (wrong !== undefined) return message('bundle.decisionsDiffer', { file: PARITY_INDEX, image: wrong.image });
    return equal(fileIn(files, PARITY_INDEX), parityIndex({ ...index, note: PARITY_NOTE, items: expected }))
      ? null
      : message('bundle.layout', { file: PARITY_INDEX });
  });
  await check(message('bundle.checkCases'), async () => {
    const expected = await parityCasesFile(index, files, {
      inputSize: size,
      paddingColor,
      labels,
      ks,
      globalK: thresholds.globalK,
      litert: model,
    });
    return equal(fileIn(files, PARITY_CASES), expected)
      ? null
      : message('bundle.casesDiffer', { file: PARITY_CASES, other: PARITY_INDEX });
  });
}

const SIGNATURES = { png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], jpg: [0xff, 0xd8, 0xff] } as const;

/** Decodes only the formats that the studio writes, of the size in the index. */
async function letterboxed(files: Files, item: Item, box: Parameters<typeof stepsOf>[1]): Promise<Uint8Array> {
  const bytes = fileIn(files, item.image);
  const signature = SIGNATURES[item.image.endsWith('.png') ? 'png' : 'jpg'];
  const steps = signature.every((byte, i) => bytes[i] === byte)
    ? await stepsOf(bytes, box).catch(() => null) // the decoder's own errors do not name the file
    : null;
  if (steps === null || steps.image.width !== item.width || steps.image.height !== item.height)
    throw new Problem('file.parityImage', { file: item.image, width: item.width, height: item.height });
  return steps.pixels;
}
