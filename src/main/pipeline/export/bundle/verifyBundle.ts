import { Problem, toProblemData } from '../../../../shared/problem.ts';
import { sharp } from '../../data/imageLibrary.ts';
import { letterbox } from '../../data/letterbox.ts';
import { createLitert } from '../litert.ts';
import type { Litert } from '../litert.ts';
import { decodeScores, encodePixels, summarizeTflite } from '../tflite/io.ts';
import { readTflite } from '../tflite/read.ts';
import { validateTflite } from '../tflite/validate.ts';
import type { InferenceConfig } from './inferenceConfig.ts';
import { inferenceConfigSchema } from './inferenceConfig.ts';
import type { ParityIndex } from './parityFiles.ts';
import { bytesOf, decisionsOf, PARITY_INDEX, parityIndexSchema } from './parityFiles.ts';
import { readBundleFiles } from './readBundle.ts';
import { thresholdRecommendationSchema } from './thresholdRecommendation.ts';
import { sha256, SUMS_FILE } from './writeBundle.ts';

export interface BundleCheck {
  /** What was checked, in words. */
  readonly name: string;
  /** Null: it is as it should be. */
  readonly fault: string | null;
}

export const MODEL_FILE = 'model_int8.tflite';
export const CONFIG_FILE = 'inference_config.json';
export const THRESHOLDS_FILE = 'threshold_recommendation.json';

type Files = ReadonlyMap<string, Uint8Array>;

/**
 * Judges a bundle (folder or .zip) by nothing but itself: checksums, the model's validity, what the texts say of it, and the
 * whole way from each parity picture to its decisions, recomputed. Throws a Problem only if there is nothing to read.
 * `onCheck` hears each check as soon as it is made.
 */
export async function verifyBundle(
  bundle: string,
  onCheck: (check: BundleCheck) => void = () => undefined,
): Promise<BundleCheck[]> {
  const files = await readBundleFiles(bundle);
  const checks: BundleCheck[] = [];
  const check = async (name: string, work: () => Promise<string | null> | string | null): Promise<void> => {
    let fault: string | null;
    try {
      fault = await work();
    } catch (error) {
      fault = toProblemData(error).message;
    }
    checks.push({ name, fault });
    onCheck({ name, fault });
  };
  await check('every file is as it was written (SHA256SUMS)', () => checkSums(files));
  await check(
    'the model is a valid int8 .tflite',
    () => validateTflite(file(files, MODEL_FILE)).map(({ where, problem }) => `${where}: ${problem}`)[0] ?? null,
  );
  await check('labels.txt, inference_config.json and the model agree', () => checkTexts(files));
  await checkParity(files, check);
  return checks;
}

function file(files: Files, name: string): Uint8Array {
  const found = files.get(name);
  if (found === undefined) throw new Problem('file', `${name} is missing.`);
  return found;
}

const text = (files: Files, name: string): string => Buffer.from(file(files, name)).toString('utf8');

function checkSums(files: Files): string | null {
  const listed = new Map(
    text(files, SUMS_FILE)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
  for (const [name, sum] of listed) {
    const data = files.get(name);
    if (data === undefined) return `${name} is missing.`;
    if (sha256(data) !== sum) return `${name} was changed.`;
  }
  const extra = [...files.keys()].find((name) => name !== SUMS_FILE && !listed.has(name));
  return extra === undefined ? null : `${extra} does not belong to the bundle.`;
}

const configOf = (files: Files): InferenceConfig => inferenceConfigSchema.parse(JSON.parse(text(files, CONFIG_FILE)));

function checkTexts(files: Files): string | null {
  const config = configOf(files);
  const bytes = file(files, MODEL_FILE);
  const model = summarizeTflite(readTflite(bytes));
  const recommendation = thresholdRecommendationSchema.parse(JSON.parse(text(files, THRESHOLDS_FILE)));
  const labels = text(files, 'labels.txt').split('\n').slice(0, -1);
  const same = (a: readonly unknown[], b: readonly unknown[]): boolean => JSON.stringify(a) === JSON.stringify(b);
  if (!same(labels, model.labels)) return 'labels.txt is not the list inside the model.';
  if (!same(config.labels, model.labels)) return 'inference_config.json has other labels than the model.';
  if (config.model.sha256 !== sha256(bytes)) return 'inference_config.json was written for another model.';
  if (config.model.inputSize !== model.inputSize)
    return `inference_config.json says ${config.model.inputSize} px, the model takes ${model.inputSize} px.`;
  if (config.input.type !== model.input.type || config.output.type !== model.output.type)
    return 'inference_config.json says other input or output types than the model has.';
  if (
    !same(
      [config.input.quantization, config.output.quantization],
      [model.input.quantization, model.output.quantization],
    )
  )
    return 'inference_config.json says another quantization than the model has.';
  const ks = config.thresholds.perClass.map(({ label, k }) => [label, k]);
  if (
    !same(
      ks.map(([label]) => label),
      model.labels,
    )
  )
    return 'the thresholds are not in the order of the labels.';
  return same(
    ks,
    recommendation.perClass.map(({ label, k }) => [label, k]),
  )
    ? null
    : 'inference_config.json and threshold_recommendation.json have different thresholds.';
}

async function checkParity(
  files: Files,
  check: (name: string, work: () => Promise<string | null>) => Promise<void>,
): Promise<void> {
  let index: ParityIndex | null = null;
  let config: InferenceConfig | null = null;
  let litert: Litert | null = null;
  await check('the model loads in LiteRT', async () => {
    config = configOf(files);
    index = parityIndexSchema.parse(JSON.parse(text(files, PARITY_INDEX)));
    litert = await createLitert(file(files, MODEL_FILE));
    return index.items.length === 0 ? 'there are no parity pictures.' : null;
  });
  if (index === null || config === null || litert === null) return;
  const { items } = index as ParityIndex;
  const {
    preprocessing: { letterbox: box },
    labels,
    thresholds,
  } = config as InferenceConfig;
  const model = litert as Litert;
  const differing = async (
    recompute: (item: ParityIndex['items'][number]) => Promise<readonly [unknown, unknown]>,
  ): Promise<string | null> => {
    for (const item of items) {
      const [expected, found] = await recompute(item);
      if (JSON.stringify(expected) !== JSON.stringify(found)) return `${item.image} gives something else.`;
    }
    return null;
  };
  await check(`letterbox: ${items.length} pictures give the same bytes`, () =>
    differing(async (item) => {
      const { data, info } = await sharp(file(files, item.image))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      return [
        sha256(file(files, item.letterbox)),
        sha256(letterbox(new Uint8Array(data), info.width, info.height, box.size, box.paddingColor)),
      ];
    }),
  );
  await check("input tensors are the letterboxed pixels in the model's type", () =>
    differing(async (item) => [
      sha256(file(files, item.input)),
      sha256(bytesOf(encodePixels(file(files, item.letterbox), model.inputType))),
    ]),
  );
  const outputOf = (item: ParityIndex['items'][number]): ReturnType<Litert['run']> =>
    model.run(encodePixels(file(files, item.letterbox), model.inputType));
  await check('outputs: LiteRT gives the same numbers', () =>
    differing(async (item) => {
      const output = await outputOf(item);
      return [
        [sha256(file(files, item.output)), item.codes],
        [sha256(bytesOf(output)), [...decodeScores(output)]],
      ];
    }),
  );
  await check('decisions: q >= k gives the same labels', () =>
    differing(async (item) => [
      item.decisions,
      decisionsOf(decodeScores(await outputOf(item)), { labels, ks: thresholds.perClass.map(({ k }) => k) }),
    ]),
  );
  model.dispose();
}
