import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawZip } from '../../../../../tests/bundle/rawZip.ts';
import type { RawEntry } from '../../../../../tests/bundle/rawZip.ts';
import { smallBundle, withSums } from '../../../../../tests/bundle/smallBundle.ts';
import { inSpanish } from '../../../../shared/spanish/translate.ts';
import { sha256 } from './writeBundle.ts';
import type { BundleCheck } from './verifyBundle.ts';
import { verifyBundle } from './verifyBundle.ts';

type Files = Map<string, Buffer>;
type Json = Record<string, unknown>;

const root = mkdtempSync(path.join(tmpdir(), 'verify-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let base: Files;
beforeAll(async () => {
  base = withSums(await smallBundle());
});

const faultsOf = (checks: readonly BundleCheck[]): string[] =>
  checks.flatMap(({ fault }) => (fault === null ? [] : [fault]));

let made = 0;
function write(files: ReadonlyMap<string, Buffer>): string {
  const folder = path.join(root, String(made++));
  for (const [name, data] of files) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), data);
  }
  return folder;
}
const verify = async (files: ReadonlyMap<string, Buffer>): Promise<BundleCheck[]> => {
  const folder = write(files);
  try {
    return await verifyBundle(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const changed = (name: string, change: (text: string) => string) => (files: Files) => {
  const before = files.get(name)!.toString();
  const after = change(before);
  expect(after).not.toBe(before);
  files.set(name, Buffer.from(after));
};
/** A change of a JSON file, at a dotted path. */
const set = (name: string, place: string, value: unknown) => (files: Files) => {
  const whole = JSON.parse(files.get(name)!.toString()) as Json;
  const keys = place.split('/');
  const holder = keys.slice(0, -1).reduce<Json>((at, key) => at[key] as Json, whole);
  expect(holder[keys.at(-1)!]).not.toEqual(value);
  holder[keys.at(-1)!] = value;
  const layout = name === 'metrics.json' ? 0 : name === 'parity/index.json' ? 1 : 2;
  files.set(name, Buffer.from(`${JSON.stringify(whole, null, layout)}\n`));
};
const config = (place: string, value: unknown) => set('inference_config.json', place, value);
const recommended = (place: string, value: unknown) => set('threshold_recommendation.json', place, value);
const metric = (place: string, value: unknown) => set('metrics.json', place, value);
const parity = (place: string, value: unknown) => set('parity/index.json', place, value);
const all =
  (...changes: readonly ((files: Files) => void)[]) =>
  (files: Files) =>
    changes.forEach((change) => change(files));
const flipped = (name: string, at: number) => (files: Files) => {
  const data = Buffer.from(files.get(name)!);
  data[at < 0 ? data.length + at : at]! ^= 0xff;
  files.set(name, data);
};
/** The configuration names the model that is there. */
const renamed = (files: Files): void => config('model/sha256', sha256(files.get('model_int8.tflite')!))(files);
const k = (files: ReadonlyMap<string, Buffer>): number =>
  (JSON.parse(files.get('threshold_recommendation.json')!.toString()) as { perClass: { k: number }[] }).perClass[0]!.k;

test('a bundle as the studio writes it passes every check, as a folder and as a zip', async () => {
  const checks = await verify(base);
  expect(faultsOf(checks)).toEqual([]);
  expect(checks).toHaveLength(13);
  const zip = path.join(root, 'whole.zip');
  writeFileSync(zip, rawZip([...base].map(([name, data]) => ({ name: `small/${name}`, data, deflate: true }))));
  expect(await verifyBundle(zip)).toEqual(checks);
});

test.each([
  ['int8', 'int8'],
  ['float32', 'float32'],
] as const)('so does one whose model takes %s and gives %s', async (input, output) => {
  expect(faultsOf(await verify(withSums(await smallBundle({ input, output }))))).toEqual([]);
});

/** Each of them with a SHA256SUMS that fits: the sums prove nothing here. */
const contradictions: readonly (readonly [string, (files: Files) => void, RegExp])[] = [
  ['a score beside another k', config('thresholds/perClass/0/score', 0.9), /perClass\[0\]\.score/],
  ['a score of 0', config('thresholds/perClass/6/score', 0), /perClass\[6\]\.score/],
  [
    'another k in the configuration',
    config('thresholds/perClass/0/k', 3),
    /inference_config\.json says 3 at thresholds\.perClass\[0\]\.k/,
  ],
  ['another global k', config('thresholds/globalK', 5), /says 5 at thresholds\.globalK/],
  ['a rule turned around', config('thresholds/rule', 'A label is present when q < k.'), /thresholds\.rule/],
  ['another value to feed', config('input/value', 'pixel / 255'), /input\.value/],
  ['another black', config('input/ofBlackPixel', 255), /input\.ofBlackPixel/],
  ['another white', config('input/ofWhitePixel', 0), /input\.ofWhitePixel/],
  ['a normalization by the app', config('preprocessing/normalization/appliedBy', 'app'), /normalization\.appliedBy/],
  ['another mean', config('preprocessing/normalization/mean', 0), /normalization\.mean/],
  ['another code', config('output/code', 'q = 255 - output'), /output\.code/],
  ['another score of a code', config('output/score', 'q / 255'), /output\.score/],
  ['another input shape', config('input/shape', [1, 224, 224, 3]), /input\.shape\[1\]/],
  ['another output shape', config('output/shape', [1, 9]), /output\.shape\[1\]/],
  ['another input type', config('input/type', 'int8'), /input\.type/],
  ['another quantization', config('input/quantization/scale', 0.5), /input\.quantization\.scale/],
  ['another number of classes', config('model/classes', 9), /model\.classes/],
  ['another letterbox size', config('preprocessing/letterbox/size', 96), /letterbox\.size/],
  ['another padding color', config('preprocessing/letterbox/paddingColor', [255, 255, 255]), /Tagger\.kt|01\.rgb/],
  ['another orientation', config('preprocessing/orientation', 'ignore EXIF'), /orientation/],
  ['another interpolation', config('preprocessing/letterbox/interpolation', 'nearest'), /interpolation/],
  ['another model file', config('model/file', '../other.tflite'), /model\.file/],
  ['another hash of the model', config('model/sha256', '0'.repeat(64)), /model\.sha256/],
  ['another input name', config('input/name', 'foo'), /input\.name/],
  ['another output name', config('output/name', 'bar'), /output\.name/],
  ['another architecture', config('model/architecture', 'resnet'), /model\.architecture/],
  ['another model name', config('model/name', 'zzz'), /model\.name/],
  ['a label too many', config('labels/7', 'x'), /labels\[7\]/],
  ['labels in another order', config('labels/0', 'aubergine'), /labels\[0\]/],
  ['an unknown entry', config('extra', 1), /inference_config\.json has the unknown entry "extra"/],
  ['an unknown entry further in', config('model/extra', 1), /has the unknown entry "extra" in model/],
  [
    'a threshold beyond 256',
    config('thresholds/perClass/0/k', 300),
    /inference_config\.json: thresholds\.perClass\[0\]\.k must be at most 256\.$/,
  ],
  ['a threshold below 0', config('thresholds/perClass/0/k', -1), /thresholds\.perClass\[0\]\.k must be at least 0\.$/],
  [
    'a threshold between',
    config('thresholds/perClass/0/k', 104.5),
    /thresholds\.perClass\[0\]\.k must be a whole number\.$/,
  ],
  [
    'a threshold in quotes',
    config('thresholds/perClass/0/k', '104'),
    /thresholds\.perClass\[0\]\.k must be of type number\.$/,
  ],
  ['another format', config('formatVersion', 2), /inference_config\.json: formatVersion must be one of 1\.$/],
  [
    'a prototype',
    changed('inference_config.json', (s) => s.replace('"formatVersion"', '"__proto__": {"x": 1}, "formatVersion"')),
    /unknown entry "__proto__"/,
  ],
  [
    'a configuration cut off',
    changed('inference_config.json', (s) => s.slice(0, 500)),
    /^inference_config\.json is not valid JSON( \(line \d+, column \d+\))?\.$/,
  ],
  [
    'an empty configuration',
    changed('inference_config.json', () => ''),
    /^inference_config\.json is not valid JSON\.$/,
  ],
  [
    'a configuration of null',
    changed('inference_config.json', () => 'null'),
    /^inference_config\.json must be of type object\.$/,
  ],
  [
    'a NaN',
    changed('inference_config.json', (s) => s.replace(/"k": \d+/, '"k": NaN')),
    /^inference_config\.json is not valid JSON/,
  ],
  [
    'a byte order mark',
    changed('inference_config.json', (s) => `\ufeff${s}`),
    /^inference_config\.json is not valid JSON/,
  ],
  [
    'Windows line breaks in the configuration',
    changed('inference_config.json', (s) => s.replaceAll('\n', '\r\n')),
    /not laid out/,
  ],
  [
    'brackets without end',
    changed('inference_config.json', () => '['.repeat(100_000)),
    /^inference_config\.json nests too deep/,
  ],
  [
    'brackets within brackets',
    changed('inference_config.json', () => '['.repeat(100_000) + ']'.repeat(100_000)),
    /^inference_config\.json nests too deep/,
  ],

  [
    'both k moved',
    (files) =>
      all(
        config('thresholds/perClass/0/k', k(files) + 1),
        config('thresholds/perClass/0/score', (k(files) + 1) / 256),
        recommended('perClass/0/k', k(files) + 1),
        recommended('perClass/0/score', (k(files) + 1) / 256),
      )(files),
    /threshold_recommendation\.json says \d+ at perClass\[0\]\.k/,
  ],
  [
    'both k at 0',
    all(
      config('thresholds/perClass/3/k', 0),
      config('thresholds/perClass/3/score', 0),
      recommended('perClass/3/k', 0),
      recommended('perClass/3/score', 0),
    ),
    /perClass\[3\]\.k/,
  ],
  ['a recommended score beside another k', recommended('perClass/1/score', 0.9), /perClass\[1\]\.score/],
  [
    'another recommended global k',
    all(recommended('global/k', 1), config('thresholds/globalK', 1)),
    /threshold_recommendation\.json says 1 at global\.k/,
  ],
  ['another recommended global score', recommended('global/score', 0.9), /global\.score/],
  ['another number of validation images', recommended('foundOn/images', 5), /foundOn\.images/],
  ['other validation figures', recommended('perClass/2/valF1', 0.999), /perClass\[2\]\.valF1/],
  ['other validation positives', recommended('perClass/2/valPositives', 1000), /perClass\[2\]\.valPositives/],
  ['a minimum for max F1', recommended('goal/minimum', 0.9), /goal\.minimum/],
  ['another label in the recommendation', recommended('perClass/0/label', 'x'), /perClass\[0\]\.label/],
  [
    'one recommendation less',
    (files) => {
      const whole = JSON.parse(files.get('threshold_recommendation.json')!.toString()) as { perClass: unknown[] };
      recommended('perClass', whole.perClass.slice(1))(files);
    },
    /has 6 thresholds for 7 labels/,
  ],

  ['empty metrics', changed('metrics.json', () => '{}'), /^metrics\.json: formatVersion/],
  ['metrics of other labels', metric('labels/0', 'x'), /metrics\.json says "x" at labels\[0\]/],
  ['a better mean average precision', metric('test/int8/macroAp', 0.999), /test\.int8\.macroAp/],
  ['a better average precision', metric('test/int8/perClass/0/averagePrecision', 1), /test\.int8\.macroAp/],
  ['a better F1', metric('test/int8/at/per_class/macroF1', 0.999), /at\.per_class\.macroF1/],
  [
    'a better precision of a label',
    metric('val/student/at/global/perClass/1/precision', 0.999),
    /val\.student\.at\.global/,
  ],
  ['fewer misses', metric('test/int8/at/per_class/perClass/0/confusion/fn', 0), /confusion\.fn|perClass\[0\]/],
  ['more positives', metric('test/teacher/perClass/0/support', 19), /test\.teacher\.perClass\[0\]\.support/],
  ['more images', metric('test/int8/images', 99), /test\.int8\.images/],
  ['other thresholds', metric('thresholds/perClassK/0', 7), /perClass\[0\]\.k/],
  ['a threshold less', metric('thresholds/perClassK', [1, 2]), /metrics\.json has 2 thresholds for 7 labels/],

  [
    'another figure on the card',
    changed('MODEL_CARD.md', (s) => s.replace(/(F1 over all decisions \| )0\.\d+/, '$10.999')),
    /^MODEL_CARD\.md does not say "\| F1 over all decisions/,
  ],
  [
    'a card of another model',
    changed('MODEL_CARD.md', (s) => s.replace(/SHA-256 `..../, 'SHA-256 `0000')),
    /MODEL_CARD\.md does not say/,
  ],
  [
    'a weak label made strong',
    changed('MODEL_CARD.md', (s) => s.replace(/average precision 0\.\d+/, 'average precision 0.999')),
    /MODEL_CARD\.md does not say/,
  ],
  [
    'another fingerprint on the card',
    changed('MODEL_CARD.md', (s) => s.replace('`bbbb', '`aaaa')),
    /MODEL_CARD\.md does not say/,
  ],
  [
    'other figures in the report',
    changed('report.html', (s) => s.replace(/0\.\d{3}/g, '0.999')),
    /^report\.html does not have the table/,
  ],
  [
    'other figures in the Spanish report',
    changed('report.es.html', (s) => s.replace(/0,\d{3}/g, '0,999')),
    /^report\.es\.html does not have/,
  ],

  [
    'another letterbox',
    changed('preprocess/letterbox.h', (s) => s.replace('+ 32768', '+ 0')),
    /^preprocess\/letterbox\.h is not what/,
  ],
  [
    'another size in the Kotlin code',
    changed('sample/android/Tagger.kt', (s) => s.replace('SIZE = 32', 'SIZE = 224')),
    /^sample\/android\/Tagger\.kt is not/,
  ],
  [
    'another size in the Swift code',
    changed('sample/ios/Tagger.swift', (s) => s.replace('size = 32', 'size = 224')),
    /^sample\/ios\/Tagger\.swift is not/,
  ],
  [
    'more in the Python code',
    changed('sample/python/tagger.py', (s) => `${s}\nimport os; os.system("id")\n`),
    /^sample\/python\/tagger\.py is not/,
  ],

  [
    'labels with a byte order mark',
    changed('labels.txt', (s) => `\ufeff${s}`),
    /^labels\.txt is not the list inside the model\.$/,
  ],
  ['labels with Windows line breaks', changed('labels.txt', (s) => s.replaceAll('\n', '\r\n')), /^labels\.txt is not/],
  ['labels without the last line break', changed('labels.txt', (s) => s.trimEnd()), /^labels\.txt is not/],
  ['labels with an empty line', changed('labels.txt', (s) => `${s}\n`), /^labels\.txt is not/],
  ['a label less', changed('labels.txt', (s) => s.replace('apple\n', '')), /^labels\.txt is not/],
  ['a label more', changed('labels.txt', (s) => `${s}zucchini\n`), /^labels\.txt is not/],
  [
    'labels swapped',
    changed('labels.txt', (s) => s.replace('apple\naubergine', 'aubergine\napple')),
    /^labels\.txt is not/,
  ],
  ['no labels', changed('labels.txt', () => ''), /^labels\.txt is not/],

  ['a weight that no parity picture shows', (files) => all(flipped('model_int8.tflite', 3000), renamed)(files), /./],
  [
    'a byte in the zip inside the model',
    (files) => all(flipped('model_int8.tflite', -44), renamed)(files),
    /MODEL_CARD\.md does not say/,
  ],
  [
    'a model cut off',
    (files) =>
      all(
        (own: Files) => void own.set('model_int8.tflite', own.get('model_int8.tflite')!.subarray(0, 9000)),
        renamed,
      )(files),
    /is damaged|are not inside/,
  ],
  [
    'an empty model',
    (files) => all((own: Files) => void own.set('model_int8.tflite', Buffer.alloc(0)), renamed)(files),
    /only 0 bytes/,
  ],
  [
    'bytes behind the model',
    (files) =>
      all(
        (own: Files) =>
          void own.set('model_int8.tflite', Buffer.concat([own.get('model_int8.tflite')!, Buffer.from('junk')])),
        renamed,
      )(files),
    /labels: are not inside/,
  ],

  ['no parity pictures', parity('items', []), /parity\/images\/01\.png does not belong|lists 0 pictures/],
  [
    'one parity picture',
    (files) => {
      const { items } = JSON.parse(files.get('parity/index.json')!.toString()) as { items: unknown[] };
      parity('items', items.slice(0, 1))(files);
    },
    /does not belong to the bundle/,
  ],
  [
    'one parity picture and its files alone',
    (files) => {
      const { items } = JSON.parse(files.get('parity/index.json')!.toString()) as { items: unknown[] };
      parity('items', items.slice(0, 1))(files);
      for (const name of files.keys()) if (/0[2-8]\.(png|rgb|bin)$/.test(name)) files.delete(name);
    },
    /lists 1 pictures; a bundle of this dataset has 8/,
  ],
  [
    'another code of the last picture',
    parity('items/7/codes/0', 254),
    /other codes or labels for parity\/images\/08\.png/,
  ],
  [
    'other decisions of the last picture',
    parity('items/7/decisions', ['pear', 'apple']),
    /for parity\/images\/08\.png/,
  ],
  [
    'a way out of the bundle',
    parity('items/0/image', '../../../../etc/passwd'),
    /parity\/index\.json names other files for picture 1/,
  ],
  ['another width', parity('items/7/width', 5), /parity\/images\/08\.png is not an 8-bit RGB PNG of 5 x/],
  ['another note', parity('note', 'x'), /parity\/index\.json has the right values but/],
  ['a picture that is none', changed('parity/images/08.png', () => 'hello'), /08\.png is not an 8-bit RGB PNG/],
  [
    'a picture of another format',
    changed(
      'parity/images/08.png',
      () => '<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"></svg>',
    ),
    /08\.png is not an 8-bit RGB PNG/,
  ],
  [
    'letterboxed pixels cut off',
    (files) => void files.set('parity/letterbox/08.rgb', Buffer.alloc(10)),
    /08\.rgb has 10 bytes/,
  ],
  [
    'another letterboxed pixel of the last picture',
    flipped('parity/letterbox/08.rgb', 0),
    /08\.rgb is not what parity\/images\/08\.png gives/,
  ],
  ['another input of the last picture', flipped('parity/inputs/08.bin', 0), /08\.bin is not what/],
  ['another output of the last picture', flipped('parity/outputs/08.bin', 0), /outputs\/08\.bin is not what/],
  [
    'an input cut off',
    (files) => void files.set('parity/inputs/08.bin', Buffer.alloc(10)),
    /inputs\/08\.bin is not what/,
  ],
  [
    'an extra file',
    (files) => void files.set('evil.sh', Buffer.from('x')),
    /^evil\.sh does not belong to the bundle\.$/,
  ],
  [
    'a ninth picture',
    (files) => void files.set('parity/images/09.png', Buffer.from('x')),
    /^parity\/images\/09\.png does not belong/,
  ],
];

describe('a bundle that contradicts itself fails, and one sentence names the file', () => {
  test.each(contradictions)('%s', async (_, change, sentence) => {
    const files = new Map(base);
    change(files);
    const faults = faultsOf(await verify(withSums(files)));
    expect(faults.length).toBeGreaterThan(0);
    expect(
      faults.some((fault) => sentence.test(fault)),
      faults.join('\n'),
    ).toBe(true);
    for (const fault of faults) {
      expect(fault).toMatch(/^[^\n]{1,400}[.!?]$/);
      expect(fault).not.toMatch(/[[{]\s*"|Unexpected|expected .* received/);
      expect(inSpanish(fault), fault).not.toBe(fault);
    }
    expect(new Set(faults).size).toBe(faults.length);
  });
});

test('without SHA256SUMS there is no bundle', async () => {
  const files = new Map(base);
  files.delete('SHA256SUMS');
  expect(faultsOf(await verify(files))).toEqual([expect.stringMatching(/is not a bundle: it has no SHA256SUMS/)]);
});

test('every file of a bundle must be there, and as it was written', async () => {
  for (const name of base.keys()) {
    // Of the parity files those of the last picture: the first alone would not do.
    if (name === 'SHA256SUMS' || /0[1-7]\.(png|rgb|bin)$/.test(name)) continue;
    const fewer = new Map(base);
    fewer.delete(name);
    expect(faultsOf(await verify(withSums(fewer)))[0], name).toBe(`${name} is missing.`);
    const data = Buffer.from(base.get(name)!);
    data[data.length >> 1]! ^= 1;
    expect(faultsOf(await verify(new Map(base).set(name, data)))).toContain(`${name} was changed.`);
  }
});

describe('SHA256SUMS', () => {
  const sums = (change: (text: string) => string): Promise<BundleCheck[]> => {
    const files = new Map(base);
    changed('SHA256SUMS', change)(files);
    return verify(files);
  };
  test.each([
    ['Windows line breaks', (s: string) => s.replaceAll('\n', '\r\n')],
    ['capital letters', (s: string) => s.replace(/^\w{64}/gm, (sum) => sum.toUpperCase())],
    ['a byte order mark', (s: string) => `\ufeff${s}`],
    ['the mark of binary files', (s: string) => s.replaceAll('  ', ' *')],
  ])('is read with %s', async (_, change) => {
    expect(faultsOf(await sums(change))).toEqual([]);
  });
  test.each([
    ['nothing in it', () => '', /^SHA256SUMS does not list \S+\.$/],
    ['a line of something else', (s: string) => `hello\n${s}`, /^SHA256SUMS:1 is not a checksum and a path\.$/],
    ['a file twice', (s: string) => `${'0'.repeat(64)}  labels.txt\n${s}`, /^labels\.txt was changed\.$/],
    [
      'a file twice with its right sum',
      (s: string) => s + s.split('\n')[0]!,
      /^SHA256SUMS:\d+ names \S+ a second time\.$/,
    ],
    ['a file that is not there', (s: string) => `${'0'.repeat(64)}  ../x\n${s}`, /^\.\.\/x is missing\.$/],
  ])('is refused with %s', async (_, change, sentence) => {
    expect(faultsOf(await sums(change))[0]).toMatch(sentence);
  });
});

describe('a folder', () => {
  test.each([
    [
      'of a link to a file',
      (folder: string) => symlinkSync('/etc/passwd', path.join(folder, 'evil')),
      /^evil is a link/,
    ],
    ['of a link to a folder', (folder: string) => symlinkSync('/etc', path.join(folder, 'evil')), /^evil is a link/],
    [
      'of a second bundle',
      (folder: string) => {
        mkdirSync(path.join(folder, 'other'));
        writeFileSync(path.join(folder, 'other', 'SHA256SUMS'), 'x');
      },
      /holds several bundles/,
    ],
  ])('%s is refused', async (_, change, sentence) => {
    const folder = write(base);
    change(folder);
    expect(faultsOf(await verifyBundle(folder))).toEqual([expect.stringMatching(sentence)]);
  });

  test('that holds the folder of a bundle is that bundle', async () => {
    expect(faultsOf(await verify(new Map([...base].map(([name, data]) => [`a/b/${name}`, data]))))).toEqual([]);
  });

  test('with what file managers leave behind passes, and the note says so', async () => {
    const files = new Map(base);
    for (const name of ['.DS_Store', 'parity/images/Thumbs.db', '__MACOSX/._labels.txt', 'sample/._x', 'Desktop.ini'])
      files.set(name, Buffer.from('x'));
    const checks = await verify(files);
    expect(faultsOf(checks)).toEqual([]);
    expect(checks[0]!.note).toBe(
      'Ignored, as file managers leave them behind: .DS_Store, Desktop.ini, __MACOSX/._labels.txt and 2 more.',
    );
    expect(checks.slice(1).every(({ note }) => note === null)).toBe(true);
  });
});

describe('a zip', () => {
  const zipped = async (
    change: (entries: RawEntry[]) => readonly RawEntry[],
    top = 'small/',
  ): Promise<BundleCheck[]> => {
    const file = path.join(root, `${made++}.zip`);
    writeFileSync(file, rawZip(change([...base].map(([name, data]) => ({ name: top + name, data })))));
    return verifyBundle(file);
  };
  const bad = Buffer.from('damaged');

  test.each([
    ['without a folder of its own', '', (entries: RawEntry[]) => entries],
    ['two folders deep', 'a/b/', (entries: RawEntry[]) => entries],
    [
      'of the Finder',
      'small/',
      (entries: RawEntry[]) => [
        { name: 'small/', data: new Uint8Array(0), mode: 0o040755 },
        ...entries,
        { name: '__MACOSX/._small', data: bad },
        { name: '__MACOSX/small/._labels.txt', data: bad },
        { name: 'small/.DS_Store', data: bad },
      ],
    ],
  ])('%s passes', async (_, top, change) => {
    expect(faultsOf(await zipped(change, top))).toEqual([]);
  });

  test.each<readonly [string, (entries: RawEntry[]) => readonly RawEntry[], RegExp]>([
    [
      'a second top folder',
      (e) => [...e, { name: 'zz/model_int8.tflite', data: bad }],
      /has "zz\/model_int8\.tflite" beside the bundle's folder "small\/"/,
    ],
    ['a file beside its folder', (e) => [...e, { name: 'readme.txt', data: bad }], /has "readme\.txt" beside/],
    [
      'a name twice, the damaged one first',
      (e) => [{ name: 'small/model_int8.tflite', data: bad }, ...e],
      /has the entry "small\/model_int8\.tflite" twice/,
    ],
    ['a name twice, the damaged one last', (e) => [...e, { name: 'small/model_int8.tflite', data: bad }], /twice/],
    [
      'a name in another case',
      (e) => [...e, { name: 'small/MODEL_int8.tflite', data: bad }],
      /are one file on some systems/,
    ],
    [
      'a name in another Unicode form',
      (e) => [...e, { name: 'small/\u00e9', data: bad }, { name: 'small/e\u0301', data: bad }],
      /are one file on some systems/,
    ],
    ['a name with backslashes', (e) => [...e, { name: 'small\\labels.txt', data: bad }], /twice/],
    [
      'a link',
      (e) => [...e, { name: 'small/extra', data: Buffer.from('/etc/passwd'), mode: 0o120777 }],
      /has the link "small\/extra"/,
    ],
    [
      'a pipe',
      (e) => [...e, { name: 'small/extra', data: bad, mode: 0o010644 }],
      /which is neither a file nor a folder/,
    ],
    [
      'a way out',
      (e) => [...e, { name: '../../evil.txt', data: bad }],
      /has the entry "\.\.\/\.\.\/evil\.txt", which leads outside/,
    ],
    ['a way out inside', (e) => [...e, { name: 'small/../../evil.txt', data: bad }], /which leads outside/],
    ['an absolute path', (e) => [...e, { name: '/etc/evil.txt', data: bad }], /which leads outside/],
    ['a drive', (e) => [...e, { name: 'c:/evil.txt', data: bad }], /which leads outside/],
    [
      'another name in front of the data',
      (e) =>
        e.map((entry) => (entry.name.endsWith('labels.txt') ? { ...entry, localName: 'small/labelz.txt' } : entry)),
      /describes "small\/labels\.txt" in two ways/,
    ],
    [
      'an entry that its directory leaves out',
      (e) => [{ name: 'small/model_int8.tflite', data: Buffer.alloc(300), hidden: true }, ...e],
      /has data outside of its entries/,
    ],
    [
      'one at the end',
      (e) => [...e, { name: 'small/model_int8.tflite', data: Buffer.alloc(300), hidden: true }],
      /has data outside of its entries/,
    ],
    [
      'more data than it declares',
      (e) => [...e, { name: 'small/x', data: Buffer.alloc(1000), deflate: true, declared: 10 }],
      /cannot be read as a zip/,
    ],
    [
      'less data than it declares',
      (e) => [...e, { name: 'small/x', data: Buffer.alloc(10), deflate: true, declared: 1000 }],
      /cannot be read as a zip/,
    ],
    [
      '300 MB declared',
      (e) => [...e, { name: 'small/bomb', data: Buffer.alloc(10), deflate: true, declared: 300 * 2 ** 20 }],
      /unpacks to more than 256 MB/,
    ],
    [
      '300 MB declared in parts',
      (e) => [
        ...e,
        ...Array.from({ length: 5 }, (_, i) => ({
          name: `small/bomb${i}`,
          data: bad,
          deflate: true,
          declared: 60 * 2 ** 20,
        })),
      ],
      /unpacks to more than 256 MB/,
    ],
    [
      'too many entries',
      (e) => [...e, ...Array.from({ length: 5001 }, (_, i) => ({ name: `small/${i}`, data: new Uint8Array(0) }))],
      /has \d+ entries; at most 5000 are read/,
    ],
    ['nothing in it', () => [], /is not a bundle: it has no SHA256SUMS/],
  ])('with %s is refused', async (_, change, sentence) => {
    const checks = await zipped(change);
    expect(faultsOf(checks)).toEqual([expect.stringMatching(sentence)]);
    expect(inSpanish(checks[0]!.fault!)).not.toBe(checks[0]!.fault);
  });

  test('that is none is refused', async () => {
    const file = path.join(root, 'text.zip');
    writeFileSync(file, 'no zip');
    expect(faultsOf(await verifyBundle(file))).toEqual([expect.stringMatching(/^text\.zip cannot be read as a zip/)]);
  });
});

test('where there is nothing to check, nothing is', async () => {
  await expect(verifyBundle(path.join(root, 'nothing'))).rejects.toThrow(/does not exist/);
  await expect(verifyBundle('/dev/null')).rejects.toThrow(/is not a file/);
});

describe('the checks of a bundle', () => {
  test('are told one by one as they are made, each under a name of its own', async () => {
    const heard: BundleCheck[] = [];
    const folder = write(base);
    const checks = await verifyBundle(folder, (check) => heard.push(check));
    expect(heard).toEqual(checks);
    expect(checks.every(({ note }) => note === null)).toBe(true);
    const names = checks.map(({ name }) => name);
    expect(new Set(names).size).toBe(13);
    expect(names.every((name) => /\w+ \w+/.test(name))).toBe(true);
  });

  test('end where there is nothing to read, and where the model is none: all else follows from it', async () => {
    const folder = write(base);
    rmSync(path.join(folder, 'SHA256SUMS'));
    expect(await verifyBundle(folder)).toMatchObject([{ note: null }]);
    const files = new Map(base);
    files.set('model_int8.tflite', Buffer.from('no model'));
    const checks = await verify(withSums(files));
    expect(checks.map(({ fault }) => fault !== null)).toEqual([false, false, true]);
  });

  test('name no fault twice', async () => {
    // What a missing file keeps each of them from is said once.
    const files = new Map(base);
    files.delete('metrics.json');
    const checks = await verify(withSums(files));
    const faults = faultsOf(checks);
    expect(checks[0]!.fault).toContain('metrics.json');
    expect(new Set(faults).size).toBe(faults.length);
    expect(checks.length).toBeLessThan(13);
  });

  test('miss a picture before anything is computed from it', async () => {
    const files = new Map(base);
    files.delete('parity/images/08.png');
    const [first] = await verify(withSums(files));
    expect(first!.fault).toContain('parity/images/08.png');
  });

  test.each([
    [1, ['.DS_Store'], []],
    [3, ['.DS_Store', 'a/.DS_Store', 'b/.DS_Store'], []],
    [4, ['.DS_Store', 'a/.DS_Store', 'b/.DS_Store'], ['c/.DS_Store']],
  ])('name up to three of %i files that were passed over', async (count, named, unnamed) => {
    const files = new Map(base);
    for (const name of [...named, ...unnamed]) files.set(name, Buffer.from('x'));
    const [{ note }] = (await verify(files)) as [BundleCheck];
    for (const name of named) expect(note).toContain(name);
    for (const name of unnamed) expect(note).not.toContain(name);
    expect(/\b1\b/.test(note!)).toBe(count === 4);
  });

  test.each([
    ['a sum that is too short', (line: string) => line.slice(1)],
    ['a sum that is too long', (line: string) => `0${line}`],
    ['no path', (line: string) => line.slice(0, 66)],
  ])('refuse a line of SHA256SUMS with %s, by its number', async (_, change) => {
    const files = new Map(base);
    const lines = files.get('SHA256SUMS')!.toString().split('\n');
    lines[2] = change(lines[2]!);
    files.set('SHA256SUMS', Buffer.from(lines.join('\n')));
    const [fault] = faultsOf(await verify(files));
    expect(fault).toMatch(/^SHA256SUMS:3\b/);
  });
});
