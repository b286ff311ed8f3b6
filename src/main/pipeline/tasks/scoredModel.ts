import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../../../shared/problem.ts';
import type { Config } from '../../../shared/config.ts';
import { configSchema } from '../../../shared/config.ts';
import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import { createLoader } from '../data/loader.ts';
import { configIn, modelIn } from '../export/bundle/verifyTexts.ts';
import { CONFIG_FILE, MODEL_FILE } from '../export/bundle/manifest.ts';
import { readBundle } from '../export/bundle/readBundle.ts';
import { createLitert } from '../tflite/litert.ts';
import { decodeScores, encodePixels } from '../tflite/io.ts';
import { readModelFile } from '../models/modelFile.ts';
import { plainBatches } from '../train/batches.ts';
import { readRun } from '../storage/runFolder.ts';
import { finalIntegerModel, scoreCodes } from '../stages/integer.ts';
import { modelPath } from '../stages/runContext.ts';
import { readThresholds } from '../artifacts/thresholds.ts';

/** An INT8 model that can score images: a run's own or the one in a bundle. */
export interface ScoredModel {
  readonly kind: 'run' | 'bundle';
  /** In the model's own order. */
  readonly labels: readonly string[];
  readonly inputSize: number;
  readonly paddingColor: readonly [number, number, number];
  readonly globalK: number;
  readonly perClassK: readonly number[];
  /** Returns codes q 0..255, [n, classes]. */
  score(samples: readonly Sample[], onProgress?: (done: number) => void): Promise<Uint8Array>;
  dispose(): Promise<void>;
}

/**
 * Opens a run's folder, a bundle's folder or its .zip. `cacheFolder` is for letterboxed pixels; null means no cache.
 * Throws a Problem when the path is neither.
 */
export async function openScoredModel(place: string, cacheFolder: string | null): Promise<ScoredModel> {
  const found = await stat(place).catch(() => null);
  if (found === null) throw new Problem('file.runOrBundleMissing', { path: place });
  const isRun = found.isDirectory() && (await stat(path.join(place, 'run.json')).catch(() => null)) !== null;
  return isRun ? openRun(place, cacheFolder) : openBundle(place, cacheFolder);
}

async function openRun(folder: string, cacheFolder: string | null): Promise<ScoredModel> {
  const { config } = await readRun(folder);
  const thresholds = await readThresholds(folder);
  const model = await finalIntegerModel({ folder });
  const { labels } = await readModelFile(modelPath({ folder }, 'student_qat'));
  const loader = await openLoader(config.data, model.inputSize, cacheFolder);
  return {
    kind: 'run',
    labels,
    inputSize: model.inputSize,
    paddingColor: config.data.padding_color,
    globalK: thresholds.globalK,
    perClassK: thresholds.perClass.map(({ k }) => k),
    score: (samples, onProgress) => scoreCodes(model, loader, samples, config.engine.threads, onProgress),
    dispose: () => loader.close(),
  };
}

async function openBundle(bundle: string, cacheFolder: string | null): Promise<ScoredModel> {
  const { files } = await readBundle(bundle);
  const bytes = files.get(MODEL_FILE);
  if (bytes === undefined || !files.has(CONFIG_FILE))
    throw new Problem('file.runOrBundleUnknown', {
      path: bundle,
      file: bytes === undefined ? MODEL_FILE : CONFIG_FILE,
    });
  const {
    labels,
    thresholds,
    model: { inputSize },
    preprocessing: {
      letterbox: { paddingColor },
    },
  } = configIn(files);
  const model = modelIn(files);
  const named = thresholds.perClass.map(({ label }) => label);
  if (inputSize !== model.inputSize || [labels, named].some((own) => !isDeepStrictEqual(own, model.labels)))
    throw new Problem('mismatch.bundleConfig');
  const litert = await createLitert(bytes);
  const loader = await openLoader(
    { ...configSchema.parse({}).data, padding_color: paddingColor },
    inputSize,
    cacheFolder,
  );
  return {
    kind: 'bundle',
    labels,
    inputSize,
    paddingColor,
    globalK: thresholds.globalK,
    perClassK: thresholds.perClass.map(({ k }) => k),
    score: async (samples, onProgress) => {
      const codes = new Uint8Array(samples.length * labels.length);
      for await (const { pixels, first } of plainBatches(loader, samples, 1)) {
        codes.set(decodeScores(await litert.run(encodePixels(pixels[0]!, litert.inputType))), first * labels.length);
        onProgress?.(first + 1);
      }
      return codes;
    },
    dispose: () => {
      litert.dispose();
      return loader.close();
    },
  };
}

function openLoader(
  { padding_color: paddingColor, max_megapixels: maxMegapixels, workers, cache_gb: gigabytes }: Config['data'],
  size: number,
  cacheFolder: string | null,
): Promise<Loader> {
  const cache = cacheFolder === null || gigabytes === 0 ? null : { folder: cacheFolder, maxBytes: gigabytes * 1e9 };
  return createLoader({ sizes: [size], paddingColor, maxMegapixels, workers, cache });
}
