import { beforeAll, expect, test } from 'vitest';
import { smallBundle } from '../../../../../tests/bundle/smallBundle.ts';
import { compareFacts, factsIn } from './compareBundles.ts';
import type { Files } from './verifyTexts.ts';

const compareFiles = (before: Files, after: Files) => compareFacts(factsIn(before), factsIn(after));

let base: ReadonlyMap<string, Buffer>;
beforeAll(async () => {
  base = await smallBundle();
});

type Json = Record<string, unknown>;
/** A copy of the bundle with changes in its JSON files. */
function changed(changes: Readonly<Record<string, (json: never) => void>>): ReadonlyMap<string, Buffer> {
  const files = new Map(base);
  for (const [name, change] of Object.entries(changes)) {
    const json = JSON.parse(files.get(name)!.toString()) as Json;
    change(json as never);
    files.set(name, Buffer.from(JSON.stringify(json)));
  }
  return files;
}
interface Config {
  labels: string[];
  model: { sha256: string; inputSize: number };
  preprocessing: { letterbox: { paddingColor: number[] } };
  input: { type: string };
  thresholds: { perClass: { label: string; k: number }[] };
}
const inConfig = (change: (config: Config) => void) => changed({ 'inference_config.json': change });

test('a bundle does not differ from itself', () => {
  const same = compareFiles(base, base);
  expect(same).toMatchObject({
    sameModel: true,
    misread: [],
    labels: { added: [], removed: [], moved: [] },
    thresholds: [],
    test: { sameImages: true, perClass: [] },
    parity: { flips: [] },
  });
  expect(same.parity.images).toBeGreaterThan(0);
});

test('what an app has built in is named by its entry, with both values', () => {
  const other = inConfig((config) => {
    config.input.type = 'float32';
    config.preprocessing.letterbox.paddingColor = [9, 8, 7];
    config.model.sha256 = '0'.repeat(64);
  });
  const { misread, sameModel } = compareFiles(base, other);
  expect(sameModel).toBe(false);
  expect(misread.map(({ entry, after }) => [entry, after])).toEqual([
    ['preprocessing.letterbox.paddingColor', '[9,8,7]'],
    ['input.type', '"float32"'],
  ]);
});

test('labels that are new, gone or elsewhere', () => {
  const other = inConfig((config) => {
    const [first, second] = config.labels;
    config.labels = [second!, first!, ...config.labels.slice(2, -1), 'a new one'];
  });
  const { labels } = compareFiles(base, other);
  const before = (JSON.parse(base.get('inference_config.json')!.toString()) as Config).labels;
  expect(labels).toEqual({
    added: ['a new one'],
    removed: [before.at(-1)],
    moved: [
      { label: before[1], before: 1, after: 0 },
      { label: before[0], before: 0, after: 1 },
    ],
  });
});

test('thresholds are compared by label', () => {
  const other = inConfig(({ thresholds: { perClass } }) => {
    perClass[1]!.k = 7;
    perClass.reverse();
  });
  const before = (JSON.parse(base.get('inference_config.json')!.toString()) as Config).thresholds.perClass;
  expect(compareFiles(base, other).thresholds).toEqual([{ label: before[1]!.label, before: before[1]!.k, after: 7 }]);
});

test('figures on other test images are marked as such', () => {
  const other = changed({
    'metrics.json': (metrics: {
      fingerprints: { test: string };
      test: { int8: { macroAp: number; perClass: { averagePrecision: number | null }[] } };
    }) => {
      metrics.fingerprints.test = 'others';
      metrics.test.int8.macroAp = 0.125;
      metrics.test.int8.perClass[0]!.averagePrecision = 0.25;
    },
  });
  const { test: found } = compareFiles(base, other);
  expect(found.sameImages).toBe(false);
  expect(found.macroAp.after).toBe(0.125);
  expect(found.perClass).toHaveLength(1);
  expect(found.perClass[0]!.after).toBe(0.25);
});

test('decisions that flip are found on images with equal bytes, whatever their names', () => {
  interface Index {
    items: { name: string; image: string; decisions: string[] }[];
  }
  const index = JSON.parse(base.get('parity/index.json')!.toString()) as Index;
  const { labels } = JSON.parse(base.get('inference_config.json')!.toString()) as Config;
  const flipped = index.items[0]!.decisions.includes(labels[0]!);
  const other = new Map(
    changed({
      'parity/index.json': ({ items }: Index) => {
        items[0]!.name = 'renamed';
        items[0]!.decisions = flipped
          ? items[0]!.decisions.filter((label) => label !== labels[0])
          : [...items[0]!.decisions, labels[0]!];
      },
    }),
  );
  other.set(index.items[1]!.image, Buffer.from('another picture'));
  const { parity } = compareFiles(base, other);
  expect(parity).toEqual({
    images: index.items.length - 1,
    decisions: (index.items.length - 1) * labels.length,
    flips: [{ image: 'renamed', label: labels[0], before: flipped, after: !flipped }],
  });
});
