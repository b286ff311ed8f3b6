import { h5wasm, FS, Dataset, Group, ready } from 'h5wasm';
import { Problem } from '../../../../shared/problem.ts';

export interface Hdf5Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * All float32 datasets of an HDF5 file by path, without the leading slash. Throws a Problem for a damaged or incomplete
 * file.
 */
export async function readHdf5(bytes: Uint8Array, name: string): Promise<ReadonlyMap<string, Hdf5Tensor>> {
  // Without this the library prints its whole error stack to stderr.
  (await ready).activate_throwing_error_handler();
  const place = '/weights.h5';
  FS!.writeFile(place, bytes);
  try {
    const file = new h5wasm.File(place, 'r');
    try {
      const found = new Map<string, Hdf5Tensor>();
      collect(file, found);
      return found;
    } finally {
      file.close();
    }
  } catch (error) {
    throw new Problem('file.hdf5Damaged', { file: name }, (error as Error).message);
  } finally {
    FS!.unlink(place);
  }
}

function collect(group: Group, into: Map<string, Hdf5Tensor>): void {
  for (const key of group.keys()) {
    const entry = group.get(key);
    if (entry instanceof Group) collect(entry, into);
    if (!(entry instanceof Dataset) || entry.dtype !== '<f') continue;
    const { shape, value } = entry;
    if (!(value instanceof Float32Array)) throw new Error(`${entry.path} cannot be read`);
    into.set(entry.path.replace(/^\//, ''), { shape: shape ?? [], data: value });
  }
}

export interface Hdf5Layer {
  readonly name: string;
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: Float32Array | BigInt64Array;
  }[];
}

/**
 * Writes a weights file of Keras 2 (legacy_h5_format.py): one group per layer, its tensors in a group of the same name,
 * and lists of both in attributes.
 */
export async function writeKerasHdf5(layers: readonly Hdf5Layer[]): Promise<Uint8Array> {
  await ready;
  const place = '/written.h5';
  const file = new h5wasm.File(place, 'w');
  try {
    file.create_attribute(
      'layer_names',
      layers.map(({ name }) => name),
    );
    file.create_attribute('backend', 'tensorflow');
    file.create_attribute('keras_version', '2.16.0');
    for (const { name, weights } of layers) {
      const group = file.create_group(name);
      group.create_attribute(
        'weight_names',
        weights.map((weight) => `${name}/${weight.name}:0`),
      );
      const inner = group.create_group(name);
      for (const weight of weights)
        inner.create_dataset({
          name: `${weight.name}:0`,
          data: weight.data,
          shape: [...weight.shape],
          dtype: weight.data instanceof Float32Array ? '<f' : '<q',
        });
    }
    file.flush();
  } finally {
    file.close();
  }
  const bytes = FS!.readFile(place);
  FS!.unlink(place);
  return bytes;
}
