import { Problem } from '../../../../shared/problem.ts';
import type { StoredTensor } from '../../storage/safetensors.ts';
import type { ZipEntry } from '../../storage/zipArchive.ts';
import { readEntry, withZip } from '../../storage/zipArchive.ts';
import type { Storage, TensorView } from './checkpointValues.ts';
import { byteLength, elementCount, elementTypes, isInside, isKind, readView } from './checkpointValues.ts';
import type { PickleFunction, PickleRules } from './pickle.ts';
import { readPickle } from './pickle.ts';

/**
 * Reads the tensors of a PyTorch checkpoint (torch/serialization.py) without PyTorch. The file says by a pickle how its
 * tensors are built, and pickles can run programs. This reader knows storages, tensors and dictionaries, and refuses a
 * file that names anything else. All values are converted to float32.
 */
type Tensors = ReadonlyMap<string, StoredTensor>;

const damaged = (file: string, detail: string): Problem => new Problem('file.checkpointDamaged', { file }, detail);

/** The number with which the format before PyTorch 1.6 begins, as a pickle. */
const MAGIC = Buffer.from('8a0a6cfc9c46f9206aa850192e', 'hex');
/** Its position after a pickle's protocol, and after the frame that protocol 4 and later have. */
const MAGIC_AT = [2, 11];
const LEGACY_VERSION = 1001;

export const isLegacyCheckpoint = (bytes: Buffer): boolean =>
  bytes[0] === 0x80 && MAGIC_AT.some((at) => bytes.subarray(at, at + MAGIC.length).equals(MAGIC));

/** Four pickles (the number, the version, the machine and the tensors), the keys of the storages, and their data. */
export function readLegacyCheckpoint(file: string, bytes: Buffer): Tensors {
  const storages = new Map<string, Storage>();
  const rules = rulesFor(file, storages);
  let at = 0;
  const next = (): unknown => {
    const { value, end } = readPickle(bytes, at, rules);
    at = end;
    return value;
  };
  next();
  if (next() !== LEGACY_VERSION) throw damaged(file, 'an unknown version of the format');
  const machine = next();
  if (machine instanceof Map && machine.get('little_endian') === false) throw damaged(file, 'big-endian data');
  const views = viewsOf(file, next());
  const keys = next();
  if (!Array.isArray(keys)) throw damaged(file, 'the list of storages is missing');
  const data = new Map<string, Uint8Array>();
  for (const key of keys as readonly unknown[]) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined || data.has(storage.key)) throw damaged(file, 'a storage that no tensor has');
    const end = at + 8 + byteLength(storage);
    if (end > bytes.length) throw damaged(file, `storage ${storage.key} is longer than the file`);
    if (bytes.readBigUInt64LE(at) !== BigInt(storage.count))
      throw damaged(file, `storage ${storage.key} does not have the stated size`);
    data.set(storage.key, bytes.subarray(at + 8, end));
    at = end;
  }
  return tensorsOf(file, views, data);
}

/** The pickle of the largest published EfficientNet has 200,000 bytes. */
const LONGEST_PICKLE = 10_000_000;
const MOST_ENTRIES = 20_000;

/**
 * Reads a zip with data.pkl and one entry per storage; returns null for any other zip. PyTorch does not compress them,
 * so together they are never larger than the file.
 */
export function readZipCheckpoint(file: string, fileBytes: number): Promise<Tensors | null> {
  return withZip(file, { maxBytes: fileBytes, maxEntries: MOST_ENTRIES, portable: true }, async (entries) => {
    const pickle = entries.find(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
    if (pickle === undefined) return null;
    if (pickle.bytes > LONGEST_PICKLE) throw damaged(file, `data.pkl has ${pickle.bytes} bytes`);
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    const folder = pickle.name.slice(0, pickle.name.indexOf('/'));
    const order = byName.get(`${folder}/byteorder`);
    if (order !== undefined && (await readText(order)) !== 'little') throw damaged(file, 'big-endian data');
    const rules = rulesFor(file, new Map());
    const views = viewsOf(file, readPickle(Buffer.from(await readEntry(pickle)), 0, rules).value);
    const data = new Map<string, Uint8Array>();
    for (const { storage } of views.values()) {
      if (data.has(storage.key)) continue;
      const entry = byName.get(`${folder}/data/${storage.key}`);
      if (entry?.bytes !== byteLength(storage))
        throw damaged(file, `storage ${storage.key} does not have the stated size`);
      data.set(storage.key, await readEntry(entry));
    }
    return tensorsOf(file, views, data);
  });
}

const readText = async (entry: ZipEntry): Promise<string> => Buffer.from(await readEntry(entry)).toString('latin1');

/** Collects the storages that the pickle refers to in `storages`, by key. */
const rulesFor = (file: string, storages: Map<string, Storage>): PickleRules => ({
  globals,
  persistent: (id) => {
    const storage = storageFrom(id);
    if (storage === undefined) return undefined;
    const known = storages.get(storage.key) ?? storage;
    if (byteLength(known) !== byteLength(storage)) throw damaged(file, `storage ${storage.key} has two sizes`);
    storages.set(storage.key, known);
    return storage;
  },
  refused: (name) => new Problem('mismatch.checkpointNames', { file, name }),
  damaged: (detail) => damaged(file, detail),
});

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every(isCount);

/** A persistent id of PyTorch: ('storage', class, key, device, elements). Undefined for any other. */
function storageFrom(id: unknown): Storage | undefined {
  if (!Array.isArray(id)) return undefined;
  const [what, type, key, , count, wholeOf] = id as readonly unknown[];
  // Until PyTorch 0.4 a storage could be part of another one.
  const isPart = wholeOf !== undefined && wholeOf !== null;
  if (what !== 'storage' || !isKind(type, 'elementType') || typeof key !== 'string' || !isCount(count) || isPart)
    return undefined;
  return { kind: 'storage', key, type, count };
}

/** torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, …) */
const rebuildTensor: PickleFunction = ([storage, offset, shape, strides]): TensorView | undefined =>
  isKind(storage, 'storage') &&
  isCount(offset) &&
  isCounts(shape) &&
  isCounts(strides) &&
  shape.length === strides.length
    ? { kind: 'tensor', storage, offset, shape, strides }
    : undefined;

const rebuildParameter: PickleFunction = ([tensor]) => tensor;
const orderedDict: PickleFunction = () => new Map();

/** What a checkpoint may name. */
const globals: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...Object.entries(elementTypes).map(([name, type]) => [`torch.${name}`, type] as const),
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['collections.OrderedDict', orderedDict],
]);

/** Where training scripts keep the weights, beside the state of the optimizer and the like. */
const WEIGHTS_KEYS = ['state_dict', 'model'];

function viewsOf(file: string, root: unknown): ReadonlyMap<string, TensorView> {
  if (!(root instanceof Map)) throw new Problem('mismatch.checkpointWithoutWeights', { file });
  const inner: unknown = WEIGHTS_KEYS.map((key): unknown => root.get(key)).find((value) => value instanceof Map);
  const views = new Map<string, TensorView>();
  for (const [name, value] of (inner ?? root) as ReadonlyMap<unknown, unknown>)
    if (typeof name === 'string' && isKind(value, 'tensor')) views.set(name, value);
  if (views.size === 0) throw new Problem('mismatch.checkpointWithoutWeights', { file });
  return views;
}

function tensorsOf(
  file: string,
  views: ReadonlyMap<string, TensorView>,
  data: ReadonlyMap<string, Uint8Array>,
): Tensors {
  // Tensors that share a storage, or repeat it with a stride of 0, would use a multiple of it in memory.
  let left = [...data.values()].reduce((sum, { length }) => sum + length, 0);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, view] of views) {
    const bytes = data.get(view.storage.key);
    if (bytes === undefined || !isInside(view)) throw damaged(file, `${name} is larger than its storage`);
    left -= elementCount(view);
    if (left < 0) throw damaged(file, 'the tensors are larger than the file');
    tensors.set(name, readView(view, bytes));
  }
  return tensors;
}
