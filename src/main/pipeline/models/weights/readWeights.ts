import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { architectures } from '../../../../shared/config.ts';
import { Problem } from '../../../../shared/problem.ts';
import type { Model, Parameter, Tensor } from '../../graph/graph.ts';
import { readSafetensors } from '../../storage/safetensors.ts';
import type { StoredTensor } from '../../storage/safetensors.ts';
import { buildModel } from '../efficientnet.ts';
import { fromTorch, timmName, torchShape } from './timm.ts';

export interface PretrainedWeights {
  /** What the file is, for people. */
  readonly source: string;
  /** Neutral names and layouts; the classifier only where it has the same classes. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Weights for a model's backbone from a file: a network that this studio trained, or a safetensors file with timm's names
 * (tf_efficientnet_*). The classifier comes along only if the file says that its labels are `labels`.
 * Throws a Problem that says what the file holds when it does not fit.
 */
export async function readWeights(file: string, model: Model, labels: readonly string[]): Promise<PretrainedWeights> {
  if (path.extname(file) !== '.safetensors') throw new Problem('mismatch', `${file}: weights are read from .safetensors files, of this studio's runs or with timm's names.`);
  const bytes = await readFile(file).catch((error: unknown) => { throw new Problem('file', `The weights file ${file} cannot be read.`, (error as Error).message); });
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format === 'destila-model') return ownWeights(file, tensors, metadata, model, labels);
  if (tensors.has('conv_stem.weight')) return timmWeights(file, tensors, model);
  throw new Problem('mismatch', `${file} is neither a network of this studio nor one with timm's names (it has no conv_stem.weight; its first tensor is '${[...tensors.keys()][0] ?? 'none'}').`);
}

const isBackbone = ({ name }: Parameter): boolean => !name.startsWith('classifier.');
const same = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();

function ownWeights(file: string, tensors: ReadonlyMap<string, StoredTensor>, metadata: Readonly<Record<string, string>>, model: Model, labels: readonly string[]): PretrainedWeights {
  if (metadata.architecture !== model.architecture) throw new Problem('mismatch', `${file} holds ${metadata.architecture}, but ${model.architecture} is to be trained.`);
  if (metadata.ranges !== undefined) throw new Problem('mismatch', `${file} is a quantized network: its BatchNorm is folded. Take student_best or teacher_best of the same run.`);
  const head = metadata.labels === JSON.stringify(labels);
  const wanted = model.parameters.filter((parameter) => head || isBackbone(parameter));
  const found = wanted.map((parameter) => [parameter.name, requireShape(file, parameter, parameter.shape, tensors.get(parameter.name))] as const);
  return { source: `${model.architecture} of another run${head ? ', classifier included' : ''}`, tensors: new Map(found) };
}

function timmWeights(file: string, tensors: ReadonlyMap<string, StoredTensor>, model: Model): PretrainedWeights {
  const backbone = model.parameters.filter(isBackbone);
  const fits = (parameters: readonly Parameter[]): boolean => parameters.every((parameter) => same(tensors.get(timmName(parameter.name) ?? '')?.shape ?? [-1], torchShape(parameter)));
  if (!fits(backbone)) {
    const held = architectures.find((architecture) => fits(buildModel(architecture, { inputSize: 64, classes: 1, dropout: 0, dropPath: 0 }).parameters.filter(isBackbone)));
    throw new Problem('mismatch', `${file} holds ${held ?? 'no complete EfficientNet that is known here'}, but ${model.architecture} is to be trained.`, firstMisfit(tensors, backbone));
  }
  return {
    source: `${model.architecture} with timm's names`,
    tensors: new Map(backbone.map((parameter) => [parameter.name, fromTorch(tensors.get(timmName(parameter.name)!)!.data, parameter)])),
  };
}

function firstMisfit(tensors: ReadonlyMap<string, StoredTensor>, parameters: readonly Parameter[]): string {
  const misfit = parameters.find((parameter) => !same(tensors.get(timmName(parameter.name) ?? '')?.shape ?? [-1], torchShape(parameter)))!;
  const name = timmName(misfit.name) ?? misfit.name;
  return `${name}: ${tensors.get(name)?.shape.join(' x ') ?? 'missing'}, expected ${torchShape(misfit).join(' x ')}`;
}

function requireShape(file: string, { name }: Parameter, shape: readonly number[], tensor: StoredTensor | undefined): Tensor {
  if (tensor !== undefined && same(tensor.shape, shape)) return tensor;
  throw new Problem('mismatch', `${file}: '${name}' is ${tensor === undefined ? 'missing' : tensor.shape.join(' x ')}, expected ${shape.join(' x ')}.`);
}
