import { readFile } from 'node:fs/promises';
import { architectures } from '../../../../shared/config.ts';
import { Problem } from '../../../../shared/problem.ts';
import type { Model, Parameter, Tensor } from '../../graph/graph.ts';
import { readSafetensors } from '../../storage/safetensors.ts';
import type { StoredTensor } from '../../storage/safetensors.ts';
import { buildModel } from '../efficientnet.ts';
import { isHdf5, readHdf5 } from './hdf5.ts';
import type { Hdf5Tensor } from './hdf5.ts';
import { KERAS_MEAN, KERAS_STD, KERAS_VARIANCE, keras3Places, kerasName } from './keras.ts';
import { fromTorch, timmName, torchShape } from './timm.ts';

export interface PretrainedWeights {
  /** What the file is, for people. */
  readonly source: string;
  /** Neutral names and layouts; the classifier only where it has the same classes. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Weights for a model's backbone from a file: a network that this studio trained, a safetensors file with timm's names
 * (tf_efficientnet_*), or Keras's .h5 and .weights.h5. The classifier comes along only if the file says that its labels are `labels`.
 * Throws a Problem that says what the file holds when it does not fit.
 */
export async function readWeights(file: string, model: Model, labels: readonly string[]): Promise<PretrainedWeights> {
  const bytes = await readFile(file).catch((error: unknown) => { throw new Problem('file', `The weights file ${file} cannot be read.`, (error as Error).message); });
  if (isHdf5(bytes)) return kerasWeights(file, await readHdf5(bytes, file), model);
  const other = whatElse(bytes);
  if (other !== null) throw new Problem('mismatch', `${file} is ${other}. Weights are read from .safetensors files (of this studio's runs, or with timm's names) and from Keras's .h5 and .weights.h5.`);
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format === 'destila-model') return ownWeights(file, tensors, metadata, model, labels);
  if (tensors.has('conv_stem.weight')) return timmWeights(file, tensors, model);
  throw new Problem('mismatch', `${file} is neither a network of this studio nor one with timm's names (it has no conv_stem.weight; its first tensor is '${[...tensors.keys()][0] ?? 'none'}').`);
}

/** What people pick by mistake, by the file's first bytes; null: nothing of these. */
function whatElse(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  if (bytes.length === 0) return 'empty';
  if (start.startsWith('version https://git-lfs')) return 'a pointer of Git LFS, not the file itself: run git lfs pull, or download it from its page';
  if (/^\s*<(!doctype|html|\?xml)/i.test(start)) return 'a web page, saved in place of the file: download it again';
  if (start.slice(4, 8) === 'TFL3') return 'a .tflite model';
  if (start.startsWith('PK')) return 'a zip archive (.keras files and PyTorch checkpoints are some): save the weights alone, model.save_weights("model.weights.h5") in Keras';
  if (start.startsWith('\x1f\x8b')) return 'a packed archive: unpack it first';
  return null;
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

/** The last two steps of a path: nested models lie in groups of their own, and Keras 2 has each layer's name twice. */
const shortPath = (place: string): string => place.replace(/:0$/, '').split('/').slice(place.includes('/vars/') ? -3 : -2).join('/');

function kerasWeights(file: string, datasets: ReadonlyMap<string, Hdf5Tensor>, model: Model): PretrainedWeights {
  const byPath = new Map([...datasets].map(([place, tensor]) => [shortPath(place), tensor]));
  const unnamed = [...byPath.keys()].some((place) => place.includes('/vars/'));
  requireNormalization(file, byPath.get(unnamed ? 'normalization/vars/0' : 'normalization/mean'), [KERAS_MEAN]);
  requireNormalization(file, byPath.get(unnamed ? 'normalization/vars/1' : 'normalization/variance'), [KERAS_STD, KERAS_VARIANCE]);
  const placesOf = (of: Model): ReadonlyMap<string, string | null> => (unnamed ? keras3Places(of) : new Map(of.parameters.map(({ name }) => [name, kerasName(name)])));
  const tensorOf = (places: ReadonlyMap<string, string | null>, { name }: Parameter): Hdf5Tensor | undefined => byPath.get(places.get(name) ?? '') ?? byPath.get((places.get(name) ?? '').replace('depthwise_kernel', 'kernel'));
  const fits = (of: Model): boolean => {
    const places = placesOf(of);
    return of.parameters.filter(isBackbone).every((parameter) => same(tensorOf(places, parameter)?.shape ?? [-1], parameter.shape));
  };
  const places = placesOf(model);
  const backbone = model.parameters.filter(isBackbone);
  if (!fits(model)) {
    const misfit = backbone.find((parameter) => !same(tensorOf(places, parameter)?.shape ?? [-1], parameter.shape))!;
    const held = architectures.find((architecture) => fits(buildModel(architecture, { inputSize: 64, classes: 1, dropout: 0, dropPath: 0 })));
    throw new Problem('mismatch', `${file} holds ${held ?? 'no complete EfficientNet that is known here'}, but ${model.architecture} is to be trained.`, `${places.get(misfit.name)}: ${tensorOf(places, misfit)?.shape.join(' x ') ?? 'missing'}, expected ${misfit.shape.join(' x ')}`);
  }
  return { source: `${model.architecture} as Keras ${unnamed ? '3' : '2'} saves it`, tensors: new Map(backbone.map((parameter) => [parameter.name, { shape: parameter.shape, data: tensorOf(places, parameter)!.data }])) };
}

/** Weights that were trained on pixels normalized otherwise would see another picture here: said, never passed over. Files without the layer are taken as Keras's own. */
function requireNormalization(file: string, stored: Hdf5Tensor | undefined, accepted: readonly (readonly number[])[]): void {
  if (stored === undefined || accepted.some((expected) => expected.every((value, c) => Math.abs(stored.data[c]! - value) < 1e-3))) return;
  throw new Problem('mismatch', `${file} was trained with pixels normalized by ${[...stored.data].map((value) => value.toFixed(3)).join(', ')}; here ${accepted[0]!.join(', ')} is used. Take weights with ImageNet's normalization.`);
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
