import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../../shared/problem.ts';
import type { Model } from '../../graph/graph.ts';
import { readSafetensors } from '../../storage/safetensors.ts';
import { isStoredModel, storedModelOf } from '../modelFile.ts';
import { isLegacyCheckpoint, readLegacyCheckpoint, readZipCheckpoint } from './checkpoint.ts';
import { kerasWeights } from './kerasFile.ts';
import { ownWeights } from './ownFile.ts';
import type { PretrainedWeights } from './pretrained.ts';
import { tfliteWeights } from './tfliteFile.ts';
import { torchWeights } from './torchFile.ts';
import { readRegularFile } from '../../storage/regularFile.ts';

/**
 * Reads weights for a model from a network that this program trained (or a run's folder: its student or teacher,
 * whichever fits), a safetensors file or PyTorch checkpoint with the names of timm or efficientnet_pytorch, Keras's .h5
 * or .weights.h5, or a float32 .tflite of EfficientNet-Lite. The content decides, not the name. Throws a Problem that
 * says what the file contains if it does not fit.
 */
export async function readWeights(place: string, model: Model): Promise<PretrainedWeights> {
  const weights = await read(place, model);
  const broken = [...weights.tensors].find(([, { data }]) => data.some((value) => !Number.isFinite(value)));
  if (broken !== undefined) throw new Problem('mismatch.weightsNotFinite', { file: place, tensor: broken[0] });
  return weights;
}

async function read(place: string, model: Model): Promise<PretrainedWeights> {
  const cannot = (error: unknown): never => {
    throw new Problem('file.weightsNotReadable', { file: place }, (error as Error).message);
  };
  const isFolder = await stat(place).then((found) => found.isDirectory(), cannot);
  const file = isFolder ? await networkOfRun(place, model) : place;
  const bytes = await readRegularFile(file).catch(cannot);
  if (isHdf5(bytes)) {
    // Imported only here: the library is large, and few networks come from Keras.
    const { readHdf5 } = await import('./hdf5.ts');
    return kerasWeights(file, await readHdf5(bytes, file), model);
  }
  if (isTflite(bytes)) return tfliteWeights(file, bytes, model);
  if (isLegacyCheckpoint(bytes)) return torchWeights(file, readLegacyCheckpoint(file, bytes), model);
  refuseOtherFormats(file, bytes);
  if (isZip(bytes)) {
    const tensors = await readZipCheckpoint(file, bytes.length);
    if (tensors === null) throw new Problem('mismatch.weightsZip', { file });
    return torchWeights(file, tensors, model);
  }
  const content = readSafetensors(bytes);
  if (isStoredModel(content)) return ownWeights(file, storedModelOf(file, content), model);
  return torchWeights(file, content.tensors, model);
}

const isHdf5 = (bytes: Buffer): boolean => bytes.subarray(0, 8).toString('latin1') === '\x89HDF\r\n\x1a\n';

const isZip = (bytes: Buffer): boolean => bytes.subarray(0, 4).toString('latin1') === 'PK\x03\x04';

const isTflite = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(4, 8)).toString('latin1') === 'TFL3';

/** Recognizes files that people choose by mistake, by their first bytes, and says what to do instead. */
function refuseOtherFormats(file: string, bytes: Uint8Array): void {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  if (bytes.length === 0) throw new Problem('mismatch.weightsEmpty', { file });
  if (start.startsWith('version https://git-lfs')) throw new Problem('mismatch.weightsGitLfs', { file });
  if (/^\s*<(!doctype|html|\?xml)/i.test(start)) throw new Problem('mismatch.weightsWebPage', { file });
  if (start.startsWith('\x1f\x8b')) throw new Problem('mismatch.weightsGzip', { file });
}

/** The file of a run's student or teacher, whichever has the model's architecture. */
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
  if (held.length === 0) throw new Problem('file.noNetworkInFolder', { folder });
  throw new Problem('mismatch.runOfOtherNetwork', { folder, found: held, expected: architecture });
}
