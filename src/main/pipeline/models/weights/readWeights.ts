import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../../shared/problem.ts';
import type { Model } from '../../graph/graph.ts';
import { readSafetensors } from '../../storage/safetensors.ts';
import { isStoredModel, storedModelOf } from '../modelFile.ts';
import { isHdf5, readHdf5 } from './hdf5.ts';
import { kerasWeights } from './kerasFile.ts';
import { ownWeights } from './ownFile.ts';
import type { PretrainedWeights } from './pretrained.ts';
import { tfliteWeights } from './tfliteFile.ts';
import { timmWeights } from './timmFile.ts';
import { readRegularFile } from '../../storage/regularFile.ts';

/**
 * Weights for a model from a file: a network that this studio trained (or a run's folder: its student or teacher, whichever fits), a
 * safetensors file with timm's names (tf_efficientnet_*), Keras's .h5 and .weights.h5, or a float32 .tflite of EfficientNet-Lite.
 * Throws a Problem that says what the file holds when it does not fit.
 */
export async function readWeights(place: string, model: Model): Promise<PretrainedWeights> {
  const weights = await read(place, model);
  const broken = [...weights.tensors].find(([, { data }]) => data.some((value) => !Number.isFinite(value)));
  if (broken !== undefined)
    throw new Problem(
      'mismatch',
      `${place} holds weights that are not numbers (${broken[0]}): the training that wrote them diverged, or the file is damaged. Choose another file.`,
    );
  return weights;
}

async function read(place: string, model: Model): Promise<PretrainedWeights> {
  const cannot = (error: unknown): never => {
    throw new Problem('file', `The weights file ${place} cannot be read.`, (error as Error).message);
  };
  const isFolder = await stat(place).then((found) => found.isDirectory(), cannot);
  const file = isFolder ? await networkOfRun(place, model) : place;
  const bytes = await readRegularFile(file).catch(cannot);
  if (isHdf5(bytes)) return kerasWeights(file, await readHdf5(bytes, file), model);
  if (isTflite(bytes)) return tfliteWeights(file, bytes, model);
  const other = whatElse(bytes);
  if (other !== null)
    throw new Problem(
      'mismatch',
      `${file} is ${other}. Weights are read from .safetensors files (of this studio's runs, or with timm's names), Keras's .h5 and .weights.h5, and float32 .tflite files of EfficientNet-Lite.`,
    );
  const content = readSafetensors(bytes);
  if (isStoredModel(content)) return ownWeights(file, storedModelOf(file, content), model);
  if (content.tensors.has('conv_stem.weight')) return timmWeights(file, content.tensors, model);
  throw new Problem(
    'mismatch',
    `${file} is neither a network of this studio nor one with timm's names (it has no conv_stem.weight; its first tensor is '${[...content.tensors.keys()][0] ?? 'none'}').`,
  );
}

const isTflite = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(4, 8)).toString('latin1') === 'TFL3';

/** What people pick by mistake, by the file's first bytes; null: nothing of these. */
function whatElse(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  if (bytes.length === 0) return 'empty';
  if (start.startsWith('version https://git-lfs'))
    return 'a pointer of Git LFS, not the file itself: run git lfs pull, or download it from its page';
  if (/^\s*<(!doctype|html|\?xml)/i.test(start)) return 'a web page, saved in place of the file: download it again';
  if (start.startsWith('PK'))
    return 'a zip archive (.keras files and PyTorch checkpoints are some): save the weights alone, model.save_weights("model.weights.h5") in Keras';
  if (start.startsWith('\x1f\x8b')) return 'a packed archive: unpack it first';
  return null;
}

/** The student of a run, or its teacher, whichever is of the model's architecture. */
async function networkOfRun(folder: string, { architecture }: Model): Promise<string> {
  const held: string[] = [];
  for (const name of ['student_best', 'teacher_best']) {
    const file = path.join(folder, 'models', `${name}.safetensors`);
    if (
      !(await access(file).then(
        () => true,
        () => false,
      ))
    )
      continue;
    const stored = storedModelOf(file, readSafetensors(await readRegularFile(file)));
    if (stored.architecture === architecture) return file;
    held.push(stored.architecture);
  }
  if (held.length === 0)
    throw new Problem(
      'file',
      `${folder} is a folder without a trained network: name a weights file, or a run's folder that has models/student_best.safetensors or models/teacher_best.safetensors.`,
    );
  throw new Problem('mismatch', `${folder} holds ${held.join(' and ')}, but ${architecture} is to be trained.`);
}
