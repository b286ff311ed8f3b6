import { sharp } from '../../data/imageLibrary.ts';
import { Problem } from '../../../../shared/problem.ts';
import { letterbox } from '../../data/letterbox.ts';
import { metricsReportSchema } from '../../eval/metricsReport.ts';
import { createLitert } from '../../tflite/litert.ts';
import type { Litert } from '../../tflite/litert.ts';
import { decodeScores, encodePixels } from '../../tflite/io.ts';
import { parseBundleJson } from './bundleJson.ts';
import type { Files } from './bundleTexts.ts';
import { configIn, fileIn } from './bundleTexts.ts';
import type { InferenceConfig } from './inferenceConfig.ts';
import { METRICS_FILE, MODEL_FILE, PARITY_INDEX, PARITY_PICTURES, parityNames } from './manifest.ts';
import type { ParityIndex, Picture } from './parityFiles.ts';
import { bytesOf, decisionsOf, LONGEST_SIDE, parityIndex, parityIndexSchema } from './parityFiles.ts';

type Check = (name: string, work: () => Promise<string | null> | string | null) => Promise<boolean>;
type Item = ParityIndex['items'][number];

export const parityIndexIn = (files: Files): ParityIndex =>
  parseBundleJson(parityIndexSchema, PARITY_INDEX, fileIn(files, PARITY_INDEX));

/**
 * The whole way from each parity picture to its decisions, computed again; each step from what the step before it left
 * in the bundle.
 */
export async function checkParity(files: Files, check: Check): Promise<void> {
  let ready: { model: Litert; config: InferenceConfig; items: readonly Item[] } | null = null;
  await check('the model loads in LiteRT', async () => {
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

function indexFault(files: Files, items: readonly Item[]): string | null {
  const { images } = parseBundleJson(metricsReportSchema, METRICS_FILE, fileIn(files, METRICS_FILE));
  const expected = Math.min(PARITY_PICTURES, images.val + images.test);
  if (items.length !== expected || expected === 0)
    return `${PARITY_INDEX} lists ${items.length} pictures; a bundle of this dataset has ${expected}.`;
  const misnamed = items.findIndex((item, i) =>
    Object.entries(parityNames(i)).some(([of, name]) => item[of as 'image'] !== name),
  );
  return misnamed < 0 ? null : `${PARITY_INDEX} names other files for picture ${misnamed + 1} than the studio does.`;
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
    if (pixels.length !== size * size * 3)
      throw new Problem(
        'file',
        `${item.letterbox} has ${pixels.length} bytes; ${size} x ${size} RGB are ${size * size * 3}.`,
      );
    return pixels;
  };
  const inputOf = (item: Item): ReturnType<typeof encodePixels> => encodePixels(pixelsOf(item), model.inputType);
  const outputs: Awaited<ReturnType<Litert['run']>>[] = [];
  /** The file of the first picture for which `differs` names one. */
  const differing = async (
    differs: (item: Item, i: number) => Promise<string | null> | string | null,
  ): Promise<string | null> => {
    for (const [i, item] of items.entries()) {
      const file = await differs(item, i);
      if (file !== null) return `${file} is not what ${item.image} gives.`;
    }
    return null;
  };
  const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
  await check(`letterbox: ${items.length} pictures give the same bytes`, () =>
    differing(async (item) => {
      const { rgb, width, height } = await pictureIn(files, item);
      return equal(pixelsOf(item), letterbox(rgb, width, height, size, paddingColor)) ? null : item.letterbox;
    }),
  );
  await check("input tensors are the letterboxed pixels in the model's type", () =>
    differing((item) => (equal(fileIn(files, item.input), bytesOf(inputOf(item))) ? null : item.input)),
  );
  await check('outputs: LiteRT gives the same numbers', () =>
    differing(async (item, i) => {
      const output = await model.run(inputOf(item));
      outputs[i] = output;
      return equal(fileIn(files, item.output), bytesOf(output)) ? null : item.output;
    }),
  );
  await check('decisions: q >= k gives the same labels', () => {
    if (outputs.length < items.length) return null; // the check before this one failed and said why
    const expected = items.map((item, i) => {
      const codes = decodeScores(outputs[i]!);
      return { ...item, codes: [...codes], decisions: decisionsOf(codes, { labels, ks }) };
    });
    const wrong = items.find(
      ({ codes, decisions }, i) =>
        JSON.stringify([codes, decisions]) !== JSON.stringify([expected[i]!.codes, expected[i]!.decisions]),
    );
    if (wrong !== undefined)
      return `${PARITY_INDEX} says other codes or labels for ${wrong.image} than the model gives.`;
    return equal(fileIn(files, PARITY_INDEX), parityIndex(expected))
      ? null
      : `${PARITY_INDEX} has the right values but is not laid out as the studio writes it.`;
  });
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Only what the studio writes is decoded: an 8-bit RGB PNG of the size that the index says. */
async function pictureIn(files: Files, item: Item): Promise<Picture> {
  const bytes = fileIn(files, item.image);
  const refused = (): Problem =>
    new Problem('file', `${item.image} is not an 8-bit RGB PNG of ${item.width} x ${item.height} pixels.`);
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
