import { createHash } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { Problem } from '../../../shared/problem.ts';
import { writeFileAtomic } from '../storage/atomicFile.ts';
import { leavesFolder } from '../storage/insideFolder.ts';
import type { Dataset, Sample, Split } from './dataset.ts';
import { ABSENT, labelsOf, PRESENT, UNKNOWN } from './dataset.ts';
import { readLines } from './textLines.ts';
import { readRegularFile } from '../storage/regularFile.ts';

/**
 * A run keeps its own copy of its data, so that later edits of the project do not change it: snapshot.json (paths,
 * hashes, labels, splits; one image per line) and labels.txt (the classes in the order of the model's outputs).
 */
const formatVersion = 1;

export const snapshotFolder = (runFolder: string): string => path.join(runFolder, 'data');

const sampleSchema = z.strictObject({
  path: z.string(),
  /** Path on disk relative to the root, when it differs from `path` (its Unicode form, for example). */
  file: z.string().optional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  line: z.int(),
  labels: z.array(z.string()),
  unknown: z.array(z.string()).optional(),
});
type StoredSample = z.infer<typeof sampleSchema>;

const samples = z.array(sampleSchema);
const snapshotSchema = z.object({
  formatVersion: z.literal(formatVersion),
  root: z.string(),
  fingerprints: z.object({ train: z.string(), val: z.string(), test: z.string() }),
  splits: z.object({ train: samples, val: samples, test: samples }),
});

const snapshotFile = (folder: string): string => path.join(folder, 'snapshot.json');
const labelsFile = (folder: string): string => path.join(folder, 'labels.txt');

/**
 * Hashes a split's images and labels (sha256, hex), independently of their order and paths. Scores can be compared only
 * when it is equal.
 */
export function splitFingerprint(split: readonly Sample[], vocabulary: readonly string[]): string {
  const lines = split.map((sample) =>
    JSON.stringify([sample.hash, labelsOf(sample, vocabulary).sort(), withState(sample, vocabulary, UNKNOWN).sort()]),
  );
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

/** Writes the snapshot into a folder of its own. Every sample must have its hash from `checkDataset`. */
export async function writeSnapshot(folder: string, dataset: Dataset): Promise<void> {
  const { root, vocabulary, splits } = dataset;
  const unread = Object.values(splits)
    .flat()
    .find(({ hash }) => hash === '');
  if (unread !== undefined) throw new Problem('data.imageNotChecked', { path: unread.path });
  const list = (split: readonly Sample[]): string =>
    split.map((sample) => JSON.stringify(toStored(root, sample, vocabulary))).join(',\n');
  const fingerprint = (split: Split): string => splitFingerprint(splits[split], vocabulary);
  const head = JSON.stringify({
    formatVersion,
    root,
    fingerprints: { train: fingerprint('train'), val: fingerprint('val'), test: fingerprint('test') },
  });
  const body = Object.entries(splits)
    .map(([name, split]) => `${JSON.stringify(name)}: [\n${list(split)}\n]`)
    .join(',\n');
  await writeFileAtomic(labelsFile(folder), vocabulary.map((label) => `${label}\n`).join(''));
  await writeFileAtomic(snapshotFile(folder), `${head.slice(0, -1)},\n"splits": {\n${body}\n}}\n`);
}

/** Reads a snapshot; `root` is the project folder if it has moved. Throws a Problem if it is missing or damaged. */
export async function readSnapshot(folder: string, root?: string): Promise<Dataset> {
  const stored = await readStored(folder);
  const { lines } = readLines(await readBytes(labelsFile(folder)));
  const vocabulary = lines.map(({ text }) => text);
  const place = root === undefined ? stored.root : path.resolve(root);
  const toSamples = (split: readonly StoredSample[]): Sample[] =>
    split.map((sample) => fromStored(place, sample, vocabulary, folder));
  const { train, val, test } = stored.splits;
  const dataset = {
    root: place,
    vocabulary,
    splits: { train: toSamples(train), val: toSamples(val), test: toSamples(test) },
  };
  for (const split of ['train', 'val', 'test'] as const) {
    if (splitFingerprint(dataset.splits[split], vocabulary) !== stored.fingerprints[split])
      throw damaged(folder, `the ${split} split is not what was written`);
  }
  return dataset;
}

async function readStored(folder: string): Promise<z.infer<typeof snapshotSchema>> {
  const text = Buffer.from(await readBytes(snapshotFile(folder))).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(folder, (error as Error).message);
  }
  const version = z.object({ formatVersion: z.number() }).safeParse(value).data?.formatVersion;
  if (version !== undefined && version > formatVersion)
    throw new Problem('mismatch.snapshotNewer', { file: snapshotFile(folder) });
  const parsed = snapshotSchema.safeParse(value);
  if (!parsed.success) throw damaged(folder, parsed.error.message);
  return parsed.data;
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readRegularFile(file);
  } catch (error) {
    throw new Problem('file.snapshotUnreadable', { file }, (error as Error).message);
  }
}

const damaged = (folder: string, detail: string): Problem =>
  new Problem('mismatch.snapshotDamaged', { folder }, detail);

const withState = (sample: Sample, vocabulary: readonly string[], state: number): string[] =>
  vocabulary.filter((_, index) => sample.labels[index] === state);

function toStored(root: string, sample: Sample, vocabulary: readonly string[]): StoredSample {
  const unknown = withState(sample, vocabulary, UNKNOWN);
  return {
    path: sample.path,
    ...(path.resolve(root, sample.path) === sample.file ? {} : { file: path.relative(root, sample.file) }),
    sha256: sample.hash,
    line: sample.line,
    labels: labelsOf(sample, vocabulary),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}

function fromStored(root: string, stored: StoredSample, vocabulary: readonly string[], folder: string): Sample {
  const file = path.resolve(root, stored.file ?? stored.path);
  // A run may come from somebody else, so its snapshot must not reach files outside the project.
  if (leavesFolder(root, file)) throw damaged(folder, `${stored.path} is outside the project folder`);
  const labels = new Int8Array(vocabulary.length).fill(ABSENT);
  const mark = (label: string, state: number): void => {
    const index = vocabulary.indexOf(label);
    if (index < 0) throw damaged(folder, `label '${label}' is not in labels.txt`);
    labels[index] = state;
  };
  for (const label of stored.labels) mark(label, PRESENT);
  for (const label of stored.unknown ?? []) mark(label, UNKNOWN);
  return {
    path: stored.path,
    file,
    labels,
    hash: stored.sha256,
    line: stored.line,
  };
}
