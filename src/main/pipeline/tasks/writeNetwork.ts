import path from 'node:path';
import { readModelFile } from '../models/modelFile.ts';
import type { WeightsFormat } from '../models/weights/writeWeights.ts';
import { writeWeights } from '../models/weights/writeWeights.ts';
import { writeFileAtomic } from '../storage/atomicFile.ts';
import type { NetworkStage } from '../stages/network/model.ts';
import { modelPath } from '../stages/runContext.ts';

export interface NetworkRequest {
  readonly runFolder: string;
  readonly stage: NetworkStage;
  readonly format: WeightsFormat;
  /** An absolute path; null means models/<stage>_<format> in the run's folder. */
  readonly out: string | null;
}

/** Writes a run's best float network for PyTorch (timm) or Keras and returns the file's path. */
export async function writeNetwork({ runFolder, stage, format, out }: NetworkRequest): Promise<string> {
  const best = modelPath({ folder: runFolder }, `${stage}_best`);
  const file = out ?? path.join(path.dirname(best), `${stage}_${format}.${format === 'timm' ? 'safetensors' : 'h5'}`);
  await writeFileAtomic(file, await writeWeights(await readModelFile(best), format));
  return file;
}
