import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { Problem } from '../../../../shared/problem.ts';
import type { RandomStream } from '../../../../shared/random.ts';
import { randomStream } from '../../../../shared/random.ts';
import { syncFolder } from '../../storage/atomicFile.ts';
import type { Split } from '../dataset.ts';
import { labelFileName, SPLITS } from '../dataset.ts';
import { sharp } from '../imageLibrary.ts';
import { chance, pick } from './draws.ts';
import { render } from './render.ts';
import { drawScene } from './scene.ts';
import type { Kind } from './shapes.ts';
import { kinds } from './shapes.ts';

export interface SampleOptions {
  readonly seed: number;
  /** Number of images per split. */
  readonly images?: Readonly<Record<Split, number>>;
  /** Longer side of the images, in pixels. */
  readonly size?: number;
}

export interface SampleProject {
  /** Absolute path of the project folder. */
  readonly folder: string;
  /** False if the same sample was already there. */
  readonly created: boolean;
}

/** Increases whenever the same options would give other images. */
const formatVersion = 1;
const recipeFile = 'sample.json';
const recipeSchema = z.object({
  formatVersion: z.literal(formatVersion),
  sharp: z.string(),
  seed: z.number(),
  size: z.number(),
  images: z.object({ train: z.number(), val: z.number(), test: z.number() }),
});
type Recipe = z.infer<typeof recipeSchema>;

/** Fraction of training images that get wrong labels on purpose, for the search for label errors to find. */
const wrongLabels = 0.03;

interface Drawn {
  readonly path: string;
  readonly labels: readonly Kind[];
}

/**
 * Draws the sample project: images/, train.txt, val.txt, test.txt, README.txt and planted-errors.tsv (the training
 * images with wrong labels: path, given labels, true labels). The same options give the same bytes with the same
 * version of sharp. The folder appears only when it is complete. Throws a Problem if the folder contains something
 * else.
 */
export async function createSample(
  folder: string,
  options: SampleOptions,
  onProgress?: (done: number, total: number) => void,
): Promise<SampleProject> {
  const { seed, images = { train: 800, val: 160, test: 200 }, size = 128 } = options;
  const recipe: Recipe = { formatVersion, sharp: sharp.versions.sharp, seed, size, images };
  const whole = path.resolve(folder);
  if (await isThere(whole, recipe)) return { folder: whole, created: false };
  const aside = `${whole}.partial`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(path.join(aside, 'images'), { recursive: true });
  const drawn = await drawAll(aside, recipe, onProgress);
  await writeTexts(aside, recipe, drawn);
  await Promise.all([syncFolder(path.join(aside, 'images')), syncFolder(aside)]);
  await rename(aside, whole);
  await syncFolder(path.dirname(whole));
  return { folder: whole, created: true };
}

async function isThere(folder: string, recipe: Recipe): Promise<boolean> {
  if ((await stat(folder).catch(() => null)) === null) return false;
  const found = await readFile(path.join(folder, recipeFile), 'utf8').then(
    (text) => recipeSchema.safeParse(JSON.parse(text)).data,
    () => undefined,
  );
  if (found !== undefined && JSON.stringify(found) === JSON.stringify(recipe)) return true;
  throw found === undefined
    ? new Problem('file.sampleFolderTaken', { folder })
    : new Problem('file.sampleOfOtherOptions', { folder });
}

/** Each image has its own stream of random numbers, so that the order of drawing does not matter. */
async function drawAll(
  folder: string,
  { seed, size, images }: Recipe,
  onProgress?: (done: number, total: number) => void,
): Promise<Record<Split, Drawn[]>> {
  const drawn: Record<Split, Drawn[]> = { train: [], val: [], test: [] };
  const todo = SPLITS.flatMap((split) => Array.from({ length: images[split] }, (_, index) => ({ split, index })));
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < todo.length) {
      const { split, index } = todo[next++]!;
      const stream = randomStream(seed, 'sample', split, index);
      const scene = drawScene(stream, size);
      const { bytes, extension } = await render(scene, stream);
      const name = `images/${split}-${String(index + 1).padStart(4, '0')}.${extension}`;
      await writeDurably(path.join(folder, name), bytes);
      drawn[split][index] = { path: name, labels: scene.labels };
      onProgress?.(++done, todo.length);
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  return drawn;
}

async function writeTexts(folder: string, recipe: Recipe, drawn: Record<Split, readonly Drawn[]>): Promise<void> {
  const write = (name: string, lines: readonly string[]): Promise<void> =>
    writeDurably(path.join(folder, name), lines.map((line) => `${line}\n`).join(''));
  const planted: string[] = ['path\tgiven\ttrue'];
  for (const split of SPLITS) {
    const lines = [
      `# ${split} images of the sample project: image path, tab, labels separated by commas. Labels may be missing.`,
    ];
    drawn[split].forEach(({ path: name, labels }, index) => {
      const stream = randomStream(recipe.seed, 'planted error', index);
      const given = split === 'train' && chance(stream, wrongLabels) ? mistake(labels, stream) : labels;
      if (given !== labels) planted.push(`${name}\t${given.join(',')}\t${labels.join(',')}`);
      lines.push(given.length === 0 ? name : `${name}\t${given.join(',')}`);
    });
    await write(labelFileName(split), lines);
  }
  await write('planted-errors.tsv', planted);
  await write('README.txt', readme);
  await writeDurably(path.join(folder, 'destila.yaml'), stringify(settings));
  await write(recipeFile, [JSON.stringify(recipe, null, 2)]);
}

/**
 * Makes a typical labeling error: one label forgotten, one too many, or one confused with another. Never the true
 * labels.
 */
function mistake(labels: readonly Kind[], stream: RandomStream): readonly Kind[] {
  const wrong = pick(
    stream,
    kinds.filter((kind) => !labels.includes(kind)),
  );
  if (labels.length === 0) return [wrong];
  const forgotten = pick(stream, labels);
  const kept = labels.filter((kind) => kind !== forgotten);
  return pick(stream, [kept, [...labels, wrong], [...kept, wrong]]).toSorted();
}

const readme = [
  'A sample project of Destila Studio: drawings of none, one or several of these fruits:',
  `${kinds.join(', ')}.`,
  '',
  'train.txt, val.txt and test.txt list the images and their labels.',
  'Some training images have wrong labels on purpose; planted-errors.tsv lists them with the true labels.',
];

/** Images without labels have no fruit, so nobody has to be asked what they mean. */
const settings = { data: { unlabeled: 'none_of_these' } };

async function writeDurably(file: string, data: Uint8Array | string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
