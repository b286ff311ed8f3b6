import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configSchema } from '../../../../shared/config.ts';
import { macroAveragePrecision } from '../../../../shared/metrics/metrics.ts';
import { checkProject } from '../checkDataset.ts';
import type { CheckResult } from '../checkDataset.ts';
import type { Sample } from '../dataset.ts';
import { decodeImage } from '../decode.ts';
import { letterbox } from '../letterbox.ts';
import { createSample } from './createSample.ts';
import { kinds } from './shapes.ts';

const root = mkdtempSync(path.join(tmpdir(), 'sample-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const folder = path.join(root, 'sample');
let checked: CheckResult;
beforeAll(async () => {
  await createSample(folder, { seed: 1 });
  checked = await checkProject(folder, configSchema.parse({}).data, { cacheFolder: null });
});

const few = { train: 20, val: 5, test: 5 };
const digest = (place: string): string =>
  readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => `${path.relative(place, file)} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`)
    .join('\n');

describe('the sample project', () => {
  test('has no errors', () => {
    expect(checked.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(checked.dataset.vocabulary).toEqual([...kinds]);
    expect(Object.values(checked.dataset.splits).map((split) => split.length)).toEqual([800, 160, 200]);
  });

  test('has images with no, one and several labels, of several shapes and formats', () => {
    const counts = checked.dataset.splits.train.map(({ labels }) => labels.reduce((a, b) => a + b, 0));
    for (const count of [0, 1, 2, 3]) expect(counts.filter((c) => c === count).length).toBeGreaterThan(30);
    const images = [...checked.images.values()];
    expect(new Set(images.map(({ format }) => format))).toEqual(new Set(['jpeg', 'png']));
    expect(new Set(images.map(({ width, height }) => `${width}x${height}`)).size).toBeGreaterThan(3);
  });

  test('has wrong labels planted in train only, and lists them', () => {
    const [, ...planted] = readFileSync(path.join(folder, 'planted-errors.tsv'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(planted.length).toBeGreaterThan(10);
    const byPath = new Map(checked.dataset.splits.train.map((sample) => [sample.path, sample]));
    for (const [file, given, truth] of planted) {
      expect(given).not.toBe(truth);
      const { labels } = byPath.get(file!)!;
      expect(checked.dataset.vocabulary.filter((_, c) => labels[c] === 1).join(',')).toBe(given);
    }
  });

  test('is the same each time, and different with another seed', async () => {
    await createSample(path.join(root, 'a'), { seed: 5, images: few });
    await createSample(path.join(root, 'b'), { seed: 5, images: few });
    await createSample(path.join(root, 'c'), { seed: 6, images: few });
    expect(digest(path.join(root, 'a'))).toBe(digest(path.join(root, 'b')));
    expect(digest(path.join(root, 'a'))).not.toBe(digest(path.join(root, 'c')));
    expect((await createSample(path.join(root, 'a'), { seed: 5, images: few })).created).toBe(false);
  });

  test('does not touch a folder with other content', async () => {
    mkdirSync(path.join(root, 'mine'));
    await expect(createSample(path.join(root, 'mine'), { seed: 5, images: few })).rejects.toMatchObject({
      code: 'file.sampleFolderTaken',
    });
    await expect(createSample(path.join(root, 'a'), { seed: 9, images: few })).rejects.toMatchObject({
      code: 'file.sampleOfOtherOptions',
    });
  });

  test('is not trivial: logistic regression on 8x8 thumbnails stays below 0.6 mAP', async () => {
    const { train, val, test: held } = checked.dataset.splits;
    const [x, xVal, xTest] = await Promise.all([train, val, held].map(thumbnails));
    const standard = standardizer(x!);
    const labels = (samples: readonly Sample[]): Int8Array =>
      Int8Array.from(samples.flatMap((sample) => [...sample.labels]));
    // The penalty is chosen on validation, as a careful person would.
    const tried = [1e-3, 1e-2, 0.1].map((penalty) => {
      const weights = fitLogisticRegression(x!.map(standard), train, penalty);
      const ap = (vectors: readonly Float64Array[], samples: readonly Sample[]): number =>
        macroAveragePrecision(
          labels(samples),
          Float64Array.from(vectors.flatMap((vector) => scores(weights, standard(vector)))),
          kinds.length,
        ).macroAp;
      return { val: ap(xVal!, val), test: ap(xTest!, held) };
    });
    const best = tried.reduce((a, b) => (b.val > a.val ? b : a));
    expect(best.test).toBeLessThan(0.6);
    expect(best.test).toBeGreaterThan(0.3); // it has learned what there is for it to learn
  });
});

const SIDE = 8;

function thumbnails(samples: readonly Sample[]): Promise<Float64Array[]> {
  return Promise.all(
    samples.map(async ({ file }) => {
      const { rgb, width, height } = await decodeImage(file, { paddingColor: [0, 0, 0], maxMegapixels: 1 });
      // Halved down to 8 px by averages: bilinear sampling alone would look at few pixels.
      const large = letterbox(rgb, width, height, 128, [0, 0, 0]);
      const cell = 128 / SIDE;
      const means = new Float64Array(SIDE * SIDE * 3);
      for (let i = 0; i < large.length; i++) {
        const [c, column, row] = [i % 3, Math.floor(i / 3) % 128, Math.floor(i / 3 / 128)];
        means[(Math.floor(row / cell) * SIDE + Math.floor(column / cell)) * 3 + c]! += large[i]! / cell ** 2;
      }
      return means;
    }),
  );
}

function standardizer(vectors: readonly Float64Array[]): (vector: Float64Array) => Float64Array {
  const mean = vectors[0]!.map((_, i) => vectors.reduce((sum, vector) => sum + vector[i]!, 0) / vectors.length);
  const std = mean.map(
    (m, i) => Math.sqrt(vectors.reduce((sum, vector) => sum + (vector[i]! - m) ** 2, 0) / vectors.length) || 1,
  );
  return (vector) => vector.map((value, i) => (value - mean[i]!) / std[i]!);
}

/**
 * One model a class: [classes][features + bias]. Full-batch gradient descent with momentum on the penalized mean
 * cross-entropy.
 */
function fitLogisticRegression(
  x: readonly Float64Array[],
  samples: readonly Sample[],
  penalty: number,
): Float64Array[] {
  return kinds.map((_, c) => {
    const features = x[0]!.length;
    const w = new Float64Array(features + 1);
    const velocity = new Float64Array(features + 1);
    for (let step = 0; step < 250; step++) {
      const gradient = new Float64Array(features + 1);
      x.forEach((vector, n) => {
        let z = w[features]!;
        for (let i = 0; i < features; i++) z += w[i]! * vector[i]!;
        const error = (1 / (1 + Math.exp(-z)) - samples[n]!.labels[c]!) / x.length;
        for (let i = 0; i < features; i++) gradient[i]! += error * vector[i]!;
        gradient[features]! += error;
      });
      for (let i = 0; i <= features; i++) {
        velocity[i] = 0.9 * velocity[i]! - 0.05 * (gradient[i]! + (i < features ? penalty * w[i]! : 0));
        w[i]! += velocity[i]!;
      }
    }
    return w;
  });
}

const scores = (weights: readonly Float64Array[], vector: Float64Array): number[] =>
  weights.map((w) => vector.reduce((sum, value, i) => sum + value * w[i]!, w[vector.length]!));
