import path from 'node:path';
import { makeOneFolder, writeFileAtomic } from '../storage/atomicFile.ts';
import type { RunRoom } from '../stages/runContext.ts';
import { readRegularFile } from '../storage/regularFile.ts';

export type ScoredModel = 'teacher' | 'student' | 'int8';
export type ScoredSplit = 'val' | 'test';

/**
 * File with the scores of a whole split in the snapshot's order, raw, little-endian, row-major [n, classes]: float32
 * logits of the float networks, or uint8 codes q of the INT8 model (score q / 256).
 */
const file = (room: Pick<RunRoom, 'folder'>, model: ScoredModel, split: ScoredSplit): string =>
  path.join(room.folder, 'scores', `${model}-${split}.${model === 'int8' ? 'uint8' : 'float32'}.bin`);

/** File with the codes on validation after post-training quantization, the baseline of quantization-aware training. */
const postTrainingFile = (room: Pick<RunRoom, 'folder'>): string =>
  path.join(room.folder, 'scores', 'ptq-val.uint8.bin');

export async function writeScores(
  room: RunRoom,
  model: ScoredModel,
  split: ScoredSplit,
  scores: Float32Array | Uint8Array,
): Promise<void> {
  await makeOneFolder(path.join(room.folder, 'scores'));
  await writeFileAtomic(file(room, model, split), new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength));
}

export async function readLogits(
  room: Pick<RunRoom, 'folder'>,
  model: 'teacher' | 'student',
  split: ScoredSplit,
): Promise<Float32Array> {
  const bytes = await readRegularFile(file(room, model, split));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

export async function readCodes(room: Pick<RunRoom, 'folder'>, split: ScoredSplit): Promise<Uint8Array> {
  return new Uint8Array(await readRegularFile(file(room, 'int8', split)));
}

export async function writePostTrainingCodes(room: RunRoom, codes: Uint8Array): Promise<void> {
  await writeFileAtomic(postTrainingFile(room), codes);
}

/** Null for runs of versions that did not keep them. */
export async function readPostTrainingCodes(room: Pick<RunRoom, 'folder'>): Promise<Uint8Array | null> {
  return await readRegularFile(postTrainingFile(room)).then(
    (bytes) => new Uint8Array(bytes),
    () => null,
  );
}
