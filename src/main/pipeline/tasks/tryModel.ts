import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { letterboxed } from '../data/preview.ts';
import { openScoredModel } from './scoredModel.ts';

export interface Trial {
  readonly labels: readonly string[];
  readonly codes: readonly number[];
  readonly thresholds: readonly number[];
  /** Time of the model alone, without decoding. */
  readonly milliseconds: number;
  /** PNG of the letterboxed input, base64. */
  readonly input: string;
}

export type TrialImage = { readonly path: string } | { readonly base64: string };

/** Scores one image with the exported file itself, as a phone does. */
export async function tryModel(bundle: string, image: TrialImage): Promise<Trial> {
  const temporary = 'path' in image ? null : path.join(os.tmpdir(), `destila-${randomBytes(8).toString('hex')}`);
  if (temporary !== null && 'base64' in image)
    await writeFile(temporary, Buffer.from(image.base64, 'base64'), { mode: 0o600 });
  const file = temporary ?? ('path' in image ? image.path : '');
  const model = await openScoredModel(bundle, null);
  try {
    const sample = { path: path.basename(file), file, labels: new Int8Array(model.labels.length), hash: '', line: 0 };
    const began = performance.now();
    const codes = await model.score([sample]);
    const milliseconds = performance.now() - began;
    const input = Buffer.from(await letterboxed(file, model.inputSize, model.paddingColor)).toString('base64');
    return { labels: model.labels, codes: [...codes], thresholds: model.perClassK, milliseconds, input };
  } finally {
    await model.dispose();
    if (temporary !== null) await rm(temporary, { force: true });
  }
}
