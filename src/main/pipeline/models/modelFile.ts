import path from 'node:path';
import type { Architecture } from '../../../shared/architectures.ts';
import { architectureNamed } from '../../../shared/architectures.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Normalization, Parameters, Tensor } from '../graph/graph.ts';
import { makeOneFolder, writeFileAtomic } from '../storage/atomicFile.ts';
import { readSafetensors, writeSafetensors } from '../storage/safetensors.ts';
import { readRegularFile } from '../storage/regularFile.ts';

/** A trained network in a run's models/ folder: safetensors with neutral names; what it is stands in the file's metadata. */
export interface StoredModel {
  readonly architecture: Architecture;
  readonly inputSize: number;
  /** Class names in the order of the logits. */
  readonly labels: readonly string[];
  readonly parameters: Parameters;
  /** Where it is another than its family's: the weights that it began with were trained on that. */
  readonly normalization?: Normalization | null;
  /** Quantized models: BatchNorm is folded, and these are the activation ranges by fake-quant node. */
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
  await writeFileAtomic(file, writeSafetensors(model.parameters as ReadonlyMap<string, Tensor>, metadata));
}

export const readModelFile = async (file: string): Promise<StoredModel> =>
  storedModelOf(file, readSafetensors(await readRegularFile(file)));

type Safetensors = ReturnType<typeof readSafetensors>;
export const isStoredModel = ({ metadata }: Safetensors): boolean => metadata.format === FORMAT;

/** Throws a Problem for what this studio did not write, or a later one did. */
export function storedModelOf(file: string, { tensors, metadata }: Safetensors): StoredModel {
  const architecture = architectureNamed(metadata.architecture ?? '');
  if (metadata.format !== FORMAT || architecture === null)
    throw new Problem('mismatch', `${file} is not a model that this studio wrote.`);
  if (metadata.formatVersion !== FORMAT_VERSION)
    throw new Problem(
      'mismatch',
      `${file} has format version ${metadata.formatVersion}; this studio reads version ${FORMAT_VERSION}.`,
    );
  return {
    architecture,
    inputSize: Number(metadata.inputSize),
    labels: JSON.parse(metadata.labels!) as string[],
    parameters: tensors,
    normalization: metadata.normalization === undefined ? null : (JSON.parse(metadata.normalization) as Normalization),
    ranges: metadata.ranges === undefined ? null : new Map(JSON.parse(metadata.ranges) as [string, [number, number]][]),
  };
}
