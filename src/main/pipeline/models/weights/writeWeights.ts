import { Problem } from '../../../../shared/problem.ts';
import type { Parameter } from '../../graph/graph.ts';
import { writeSafetensors } from '../../storage/safetensors.ts';
import type { StoredModel } from '../modelFile.ts';
import type { Hdf5Layer } from './hdf5.ts';
import { buildModel, familyOf } from '../registry.ts';
import { toTorch } from './torch.ts';

export type WeightsFormat = 'timm' | 'keras';

/**
 * Writes a trained float network with its classifier for other programs: safetensors with timm's names (for
 * timm.create_model('tf_efficientnet_b3', num_classes=n)), or Keras's .h5 in the published layout (for
 * EfficientNetB3(weights=None, classes=n).load_weights). No number is rounded. Throws a Problem for a quantized
 * network, whose BatchNorm is folded.
 */
export async function writeWeights(stored: StoredModel, format: WeightsFormat): Promise<Uint8Array> {
  if (stored.ranges !== null) throw new Problem('mismatch.quantizedNotExportable');
  const { parameters } = buildModel(stored.architecture, {
    inputSize: stored.inputSize,
    classes: stored.labels.length,
    dropout: 0,
    dropPath: 0,
  });
  if (format === 'timm') return timmFile(stored, parameters);
  // Imported only here: the library is large.
  const { writeKerasHdf5 } = await import('./hdf5.ts');
  return writeKerasHdf5(kerasLayers(stored, parameters));
}

function timmFile(
  { parameters: values, labels, architecture, inputSize, normalization }: StoredModel,
  parameters: readonly Parameter[],
): Uint8Array {
  const family = familyOf(architecture);
  const tensors = new Map(
    parameters.map((parameter) => [
      family.timm.parameter(parameter.name)!,
      toTorch(values.get(parameter.name)!.data, parameter),
    ]),
  );
  const { mean, std } = normalization ?? family.normalization;
  const unit = (values: readonly number[]): string =>
    JSON.stringify(values.map((value) => Number((value / 255).toFixed(6))));
  return writeSafetensors(tensors, {
    format: 'pt',
    mean: unit(mean),
    std: unit(std),
    architecture: family.timm.model(architecture),
    num_classes: String(labels.length),
    input_size: String(inputSize),
    label_names: JSON.stringify(labels),
  });
}

/** Layers in the order of the network, in which Keras loads them. */
function kerasLayers(
  { parameters: values, architecture, normalization }: StoredModel,
  parameters: readonly Parameter[],
): Hdf5Layer[] {
  const layers = new Map<string, Hdf5Layer['weights'][number][]>();
  const { keras, normalization: own } = familyOf(architecture);
  if (keras === null) throw new Problem('mismatch.kerasNotSupported', { architecture });
  // This is a true variance; only Keras's published files have the standard deviation in its place.
  if (keras.normalizes) {
    const { mean, std } = normalization ?? own;
    layers.set('normalization', [
      { name: 'mean', shape: [3], data: Float32Array.from(mean, (value) => value / 255) },
      { name: 'variance', shape: [3], data: Float32Array.from(std, (value) => (value / 255) ** 2) },
      { name: 'count', shape: [], data: BigInt64Array.of(0n) },
    ]);
  }
  for (const { name, shape } of parameters) {
    const [layer, weight] = keras.parameter(name)!.split('/') as [string, string];
    layers.set(layer, [...(layers.get(layer) ?? []), { name: weight, shape, data: values.get(name)!.data }]);
  }
  return [...layers].map(([name, weights]) => ({ name, weights }));
}
