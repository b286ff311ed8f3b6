import { message } from '../../../../shared/message.ts';
import type { Model, Normalization, Parameter } from '../../graph/graph.ts';
import { IMAGENET_STD } from '../pixelNormalizations.ts';
import { familyOfModel } from '../registry.ts';
import type { Hdf5Tensor } from './hdf5.ts';
import { keras3Places } from './keras.ts';
import type { PretrainedWeights } from './pretrained.ts';
import { otherNetwork, isBackbone, memberThat, sameShape, shapeText } from './pretrained.ts';

type Places = ReadonlyMap<string, string | null>;

/** Weights of a Keras .h5, found by name, or .weights.h5, found by position. `datasets` are by path. */
export function kerasWeights(file: string, datasets: ReadonlyMap<string, Hdf5Tensor>, model: Model): PretrainedWeights {
  const byPath = new Map([...datasets].map(([place, tensor]) => [shortPath(place), tensor]));
  const unnamed = [...byPath.keys()].some((place) => place.includes('/vars/'));
  const placesOf = (of: Model): Places => {
    const { keras } = familyOfModel(of);
    if (keras === null) return new Map();
    return unnamed ? keras3Places(of) : new Map(of.parameters.map(({ name }) => [name, keras.parameter(name)]));
  };
  const stored = (places: Places, { name }: Parameter): Hdf5Tensor | undefined =>
    byPath.get(places.get(name) ?? '') ?? byPath.get((places.get(name) ?? '').replace('depthwise_kernel', 'kernel'));
  const misfitOf = (of: Model, places = placesOf(of)): Parameter | undefined =>
    of.parameters
      .filter(isBackbone)
      .find((parameter) => !sameShape(stored(places, parameter)?.shape ?? [-1], parameter.shape));
  const places = placesOf(model);
  const misfit = misfitOf(model, places);
  if (misfit !== undefined) {
    throw otherNetwork(
      file,
      memberThat((other) => misfitOf(other) === undefined),
      model,
      `${places.get(misfit.name)}: ${shapeText(stored(places, misfit)?.shape)}, expected ${shapeText(misfit.shape)}`,
    );
  }
  return {
    source: message(unnamed ? 'weights.fromKeras3' : 'weights.fromKeras2', { architecture: model.architecture }),
    head: null,
    folded: false,
    normalization: kerasNormalization(
      ofNormalization(byPath, unnamed ? 'vars/0' : 'mean'),
      ofNormalization(byPath, unnamed ? 'vars/1' : 'variance'),
    ),
    tensors: new Map(
      model.parameters
        .filter(isBackbone)
        .map((parameter) => [parameter.name, { shape: parameter.shape, data: stored(places, parameter)!.data }]),
    ),
  };
}

/** The end of a path, without the groups of nested models and the layer name that Keras 2 has twice. */
const shortPath = (place: string): string =>
  place
    .replace(/:0$/, '')
    .split('/')
    .slice(place.includes('/vars/') ? -3 : -2)
    .join('/');

/** A weight of the Normalization layer, which Keras names `normalization_1` in a process's second network. */
const ofNormalization = (byPath: ReadonlyMap<string, Hdf5Tensor>, weight: string): Hdf5Tensor | undefined =>
  [...byPath].find(([place]) => /^normalization(_\d+)?\//.test(place) && place.endsWith(`/${weight}`))?.[1];

/**
 * Keras's Normalization layer sees pixels 0..1, which its Rescaling computes; returned here in pixel units. A network
 * that Keras built without ImageNet's weights has mean 0 and variance 1, that is, plain 0..1. The published files hold
 * ImageNet's standard deviation in place of the variance.
 */
function kerasNormalization(mean: Hdf5Tensor | undefined, variance: Hdf5Tensor | undefined): Normalization | null {
  if (mean?.data.length !== 3 || variance?.data.length !== 3) return null;
  const isDeviation = IMAGENET_STD.every((deviation, c) => Math.abs(variance.data[c]! - deviation) < 1e-4);
  const pixels = (values: Float32Array, of: (value: number) => number): number[] =>
    Array.from(values, (value) => of(value) * 255);
  return {
    mean: pixels(mean.data, (value) => value),
    std: pixels(variance.data, (value) => (isDeviation ? value : Math.sqrt(value))),
  };
}
