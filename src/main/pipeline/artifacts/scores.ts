import path from 'node:path';
import { makeOneFolder, writeFileAtomic } from '../storage/atomicFile.ts';
import type { RunContext } from '../stages/runContext.ts';
import { readRegularFile } from '../storage/regularFile.ts';

export type ScoredModel = 'teacher' | 'student' | 'int8';
export type ScoredSplit = 'val' | 'test';

/**
 * File with the scores of a whole split in the snapshot's order, raw, little-endian, row-major [n, classes]: float32
 * logits of the float networks, or uint8 codes q of the INT8 model (score q / 256).
 */
const file = (context: Pick<RunContext, 'folder'>, model: ScoredModel, split: ScoredSplit): string =>
  path.join(context.folder, 'scores', `${model}-${split}.${model === 'int8' ? 'uint8' : 'float32'}.bin`);

/** File with the codes on validation after post-training quantization, the baseline of quantization-aware training. */
const postTrainingFile = (context: Pick<RunContext, 'folder'>): string =>
  path.join(context.folder, 'scores', 'ptq-val.uint8.bin');

export async function writeScores(
  context: RunContext,
  model: ScoredModel,
  split: ScoredSplit,
  scores: Float32Array | Uint8Array,
): Promise<void> {
  await makeOneFolder(path.join(context.folder, 'scores'));
  await writeFileAtomic(
    file(context, model, split),
    new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength),
  );
}

export async function readLogits(
  context: Pick<RunContext, 'folder'>,
  model: 'teacher' | 'student',
  split: ScoredSplit,
): Promise<Float32Array> {
  const bytes = await readRegularFile(file(context, model, split));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

export async function readCodes(context: Pick<RunContext, 'folder'>, split: ScoredSplit): Promise<Uint8Array> {
  return new Uint8Array(await readRegularFile(file(context, 'int8', split)));
}

export async function writePostTrainingCodes(context: RunContext, codes: Uint8Array): Promise<void> {
  await writeFileAtomic(postTrainingFile(context), codes);
}

/** Null for runs of versions that did not keep them. */
export async function readPostTrainingCodes(context: Pick<RunContext, 'folder'>): Promise<Uint8Array | null> {
  return await readRegularFile(postTrainingFile(context)).then(
    (bytes) => new Uint8Array(bytes),
    () => null,
  );
}
