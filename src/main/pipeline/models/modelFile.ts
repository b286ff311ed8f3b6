import path from 'node:path';
import type { Architecture } from '../../../shared/architectures.ts';
import { architectureNamed } from '../../../shared/architectures.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Normalization, Parameters } from '../graph/graph.ts';
import { makeOneFolder } from '../storage/atomicFile.ts';
import { writeFileInThread } from '../storage/fileThread.ts';
import { readSafetensors, writeSafetensors } from '../storage/safetensors.ts';
import { readRegularFile } from '../storage/regularFile.ts';

/** A trained network in a run's models/ folder, a safetensors file that describes the network in its metadata. */
export interface StoredModel {
  readonly architecture: Architecture;
  readonly inputSize: number;
  /** Class names in the order of the logits. */
  readonly labels: readonly string[];
  readonly parameters: Parameters;
  /** Set when it differs from the family's, because the pretrained weights were trained with it. */
  readonly normalization?: Normalization | null;
  /** Activation ranges by fake-quant node of a quantized network, whose BatchNorm is folded; else null. */
  readonly ranges: ReadonlyMap<string, readonly [number, number]> | null;
}

const FORMAT = 'destila-model';
const FORMAT_VERSION = '1';

export async function writeModelFile(file: string, model: StoredModel): Promise<void> {
  const metadata = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    architecture: model.architecture,
    inputSize: String(model.inputSize),
    labels: JSON.stringify(model.labels),
    ...(model.normalization && { normalization: JSON.stringify(model.normalization) }),
    ...(model.ranges && { ranges: JSON.stringify([...model.ranges]) }),
  };
  await makeOneFolder(path.dirname(file));
  await writeFileInThread(file, writeSafetensors(model.parameters, metadata));
}

export const readModelFile = async (file: string): Promise<StoredModel> =>
  storedModelOf(file, readSafetensors(await readRegularFile(file)));

type Safetensors = ReturnType<typeof readSafetensors>;
export const isStoredModel = ({ metadata }: Safetensors): boolean => metadata.format === FORMAT;

/** Throws a Problem for a file that this program did not write, or that a later version wrote. */
export function storedModelOf(file: string, { tensors, metadata }: Safetensors): StoredModel {
  const architecture = architectureNamed(metadata.architecture ?? '');
  if (metadata.format !== FORMAT || architecture === null) throw new Problem('mismatch.modelFileForeign', { file });
  if (metadata.formatVersion !== FORMAT_VERSION)
    throw new Problem('mismatch.modelFileVersion', {
      file,
      found: metadata.formatVersion ?? '-',
      supported: FORMAT_VERSION,
    });
  return {
    architecture,
    inputSize: Number(metadata.inputSize),
    labels: JSON.parse(metadata.labels!) as string[],
    parameters: tensors,
    normalization: metadata.normalization === undefined ? null : (JSON.parse(metadata.normalization) as Normalization),
    ranges: metadata.ranges === undefined ? null : new Map(JSON.parse(metadata.ranges) as [string, [number, number]][]),
  };
}
