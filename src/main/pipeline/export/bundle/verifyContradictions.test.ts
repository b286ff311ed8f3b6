import { beforeAll, describe, expect, test } from 'vitest';
import { smallBundle, withSums } from '../../../../../tests/bundle/smallBundle.ts';
import { faultsIn, verifyFolder } from '../../../../../tests/bundle/verifyFolder.ts';
import { translator } from '../../../../shared/locales/translate.ts';
import { say } from '../../../../shared/message.ts';
import { sha256 } from './writeBundle.ts';

type Files = Map<string, Buffer>;
type Json = Record<string, unknown>;

let base: Files;
beforeAll(async () => {
  base = withSums(await smallBundle());
});

const changed = (name: string, change: (text: string) => string) => (files: Files) => {
  const before = files.get(name)!.toString();
  const after = change(before);
  expect(after).not.toBe(before);
  files.set(name, Buffer.from(after));
};
/** Changes a JSON file at a path with slashes. */
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
/** Makes the configuration match the changed model. */
const rehashed = (files: Files): void => config('model/sha256', sha256(files.get('model_int8.tflite')!))(files);
const k = (files: ReadonlyMap<string, Buffer>): number =>
  (JSON.parse(files.get('threshold_recommendation.json')!.toString()) as { perClass: { k: number }[] }).perClass[0]!.k;

const spanish = translator('es');

/** Each is verified with a matching SHA256SUMS, so that the checksums do not find it. */
const contradictions: readonly (readonly [string, (files: Files) => void, RegExp])[] = [
  ['a score beside another k', config('thresholds/perClass/0/score', 0.9), /perClass\[0\]\.score/],
  ['a score of 0', config('thresholds/perClass/6/score', 0), /perClass\[6\]\.score/],
  [
    'another k in the configuration',
    config('thresholds/perClass/0/k', 3),
    /inference_config\.json: thresholds\.perClass\[0\]\.k is 3,/,
  ],
  ['another global k', config('thresholds/globalK', 5), /thresholds\.globalK is 5,/],
  ['a reversed rule', config('thresholds/rule', 'A label is present when q < k.'), /thresholds\.rule/],
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
  ['another padding color', config('preprocessing/letterbox/paddingColor', [255, 255, 255]), /Tagger\.kt|own-01\.rgb/],
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
    /inference_config\.json: thresholds\.perClass\[0\]\.k must be 256 or less\. Export/,
  ],
  [
    'a threshold below 0',
    config('thresholds/perClass/0/k', -1),
    /thresholds\.perClass\[0\]\.k must be 0 or more\. Export/,
  ],
  [
    'a fractional threshold',
    config('thresholds/perClass/0/k', 104.5),
    /thresholds\.perClass\[0\]\.k must be a whole number\. Export/,
  ],
  [
    'a threshold in quotes',
    config('thresholds/perClass/0/k', '104'),
    /thresholds\.perClass\[0\]\.k must be a number\. Export/,
  ],
  ['another format', config('formatVersion', 2), /inference_config\.json: formatVersion must be one of 1\. Export/],
  [
    'a prototype',
    changed('inference_config.json', (s) => s.replace('"formatVersion"', '"__proto__": {"x": 1}, "formatVersion"')),
    /unknown entry "__proto__"/,
  ],
  [
    'a truncated configuration',
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
    /^inference_config\.json must be a group of 'key: value' lines\. Export/,
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
    /is not formatted as the studio writes it/,
  ],
  [
    'endless opening brackets',
    changed('inference_config.json', () => '['.repeat(100_000)),
    /^inference_config\.json is nested too deeply/,
  ],
  [
    'brackets within brackets',
    changed('inference_config.json', () => '['.repeat(100_000) + ']'.repeat(100_000)),
    /^inference_config\.json is nested too deeply/,
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
    /threshold_recommendation\.json: perClass\[0\]\.k is \d+,/,
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
    /threshold_recommendation\.json: global\.k is 1,/,
  ],
  ['another recommended global score', recommended('global/score', 0.9), /global\.score/],
  ['another number of validation images', recommended('foundOn/images', 5), /foundOn\.images/],
  ['other validation figures', recommended('perClass/2/valF1', 0.999), /perClass\[2\]\.valF1/],
  ['other validation positives', recommended('perClass/2/valPositives', 1000), /perClass\[2\]\.valPositives/],
  ['a minimum for max F1', recommended('goal/minimum', 0.9), /goal\.minimum/],
  ['another label in the recommendation', recommended('perClass/0/label', 'x'), /perClass\[0\]\.label/],
  [
    'a missing recommendation',
    (files) => {
      const whole = JSON.parse(files.get('threshold_recommendation.json')!.toString()) as { perClass: unknown[] };
      recommended('perClass', whole.perClass.slice(1))(files);
    },
    /has 6 thresholds for 7 labels/,
  ],

  ['empty metrics', changed('metrics.json', () => '{}'), /^metrics\.json: formatVersion/],
  ['metrics of other labels', metric('labels/0', 'x'), /metrics\.json: labels\[0\] is "x",/],
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
  ['a missing threshold', metric('thresholds/perClassK', [1, 2]), /metrics\.json has 2 thresholds for 7 labels/],

  [
    'another figure on the card',
    changed('MODEL_CARD.md', (s) => s.replace(/(micro F1 \| )0\.\d+/, '$10.999')),
    /^MODEL_CARD\.md lacks the line '\| micro F1/,
  ],
  [
    'a card of another model',
    changed('MODEL_CARD.md', (s) => s.replace(/SHA-256 `..../, 'SHA-256 `0000')),
    /MODEL_CARD\.md lacks the line/,
  ],
  [
    'a weak label made to look strong',
    changed('MODEL_CARD.md', (s) => s.replace(/average precision 0\.\d+/, 'average precision 0.999')),
    /MODEL_CARD\.md lacks the line/,
  ],
  [
    'another fingerprint on the card',
    changed('MODEL_CARD.md', (s) => s.replace('`bbbb', '`aaaa')),
    /MODEL_CARD\.md lacks the line/,
  ],
  [
    'other figures in the report',
    changed('report.html', (s) => s.replace(/0\.\d{3}/g, '0.999')),
    /^report\.html lacks the table/,
  ],
  [
    'other figures in the Spanish report',
    changed('report.es.html', (s) => s.replace(/0,\d{3}/g, '0,999')),
    /^report\.es\.html lacks the table/,
  ],

  [
    'another letterbox',
    changed('preprocess/letterbox.h', (s) => s.replace('+ 32768', '+ 0')),
    /^preprocess\/letterbox\.h is not what/,
  ],
  [
    'another size in the Kotlin code',
    changed('sample/android/tagger/src/main/kotlin/Usage.kt', (s) => s.replace('size 32 px', 'size 224 px')),
    /^sample\/android\/tagger\/src\/main\/kotlin\/Usage\.kt is not/,
  ],
  [
    'another size in the Swift code',
    changed('sample/ios/Sources/Tagger/Usage.swift', (s) => s.replace('size 32 px', 'size 224 px')),
    /^sample\/ios\/Sources\/Tagger\/Usage\.swift is not/,
  ],
  [
    'more in the Python code',
    changed('sample/python/tagger.py', (s) => `${s}\nimport os; os.system("id")\n`),
    /^sample\/python\/tagger\.py is not/,
  ],

  [
    'labels with a byte order mark',
    changed('labels.txt', (s) => `\ufeff${s}`),
    /^labels\.txt differs from the labels inside the model\.$/,
  ],
  ['labels with Windows line breaks', changed('labels.txt', (s) => s.replaceAll('\n', '\r\n')), /^labels\.txt differs/],
  ['labels without the last line break', changed('labels.txt', (s) => s.trimEnd()), /^labels\.txt differs/],
  ['labels with an empty line', changed('labels.txt', (s) => `${s}\n`), /^labels\.txt differs/],
  ['a missing label', changed('labels.txt', (s) => s.replace('apple\n', '')), /^labels\.txt differs/],
  ['an extra label', changed('labels.txt', (s) => `${s}zucchini\n`), /^labels\.txt differs/],
  [
    'labels swapped',
    changed('labels.txt', (s) => s.replace('apple\naubergine', 'aubergine\napple')),
    /^labels\.txt differs/,
  ],
  ['no labels', changed('labels.txt', () => ''), /^labels\.txt differs/],

  ['a weight that no parity image reveals', (files) => all(flipped('model_int8.tflite', 3000), rehashed)(files), /./],
  [
    'a byte in the zip inside the model',
    (files) => all(flipped('model_int8.tflite', -44), rehashed)(files),
    /MODEL_CARD\.md lacks the line/,
  ],
  [
    'a truncated model',
    (files) =>
      all(
        (own: Files) => void own.set('model_int8.tflite', own.get('model_int8.tflite')!.subarray(0, 9000)),
        rehashed,
      )(files),
    /is damaged|are not inside/,
  ],
  [
    'an empty model',
    (files) => all((own: Files) => void own.set('model_int8.tflite', Buffer.alloc(0)), rehashed)(files),
    /only 0 bytes/,
  ],
  [
    'bytes after the model',
    (files) =>
      all(
        (own: Files) =>
          void own.set('model_int8.tflite', Buffer.concat([own.get('model_int8.tflite')!, Buffer.from('junk')])),
        rehashed,
      )(files),
    /Labels: they are not inside the model/,
  ],

  ['no parity images', parity('items', []), /parity\/images\/.*\.\w+ does not belong|lists 0 images/],
  [
    'one parity image',
    (files) => {
      const { items } = JSON.parse(files.get('parity/index.json')!.toString()) as { items: unknown[] };
      parity('items', items.slice(0, 1))(files);
    },
    /does not belong to the bundle/,
  ],
  [
    'one parity image and only its files',
    (files) => {
      const { items } = JSON.parse(files.get('parity/index.json')!.toString()) as { items: unknown[] };
      parity('items', items.slice(0, 1))(files);
      for (const name of files.keys())
        if (/^parity\/\w+\//.test(name) && !name.includes('/own-01.')) files.delete(name);
    },
    /lists 1 images; a bundle of this dataset has 16/,
  ],
  [
    'another code of the last image',
    parity('items/15/codes/0', 254),
    /codes or labels of parity\/images\/threshold-below\.png do not match/,
  ],
  [
    'other decisions of the last image',
    parity('items/15/decisions', ['pear', 'apple']),
    /of parity\/images\/threshold-below\.png/,
  ],
  [
    'a path outside the bundle',
    parity('items/0/image', '../../../../etc/passwd'),
    /parity\/index\.json: image 1 does not have the file names/,
  ],
  [
    'another width',
    parity('items/15/width', 5),
    /parity\/images\/threshold-below\.png cannot be decoded as an image of 5 x/,
  ],
  ['another note', parity('note', 'x'), /parity\/index\.json has the right values but/],
  [
    'an image that is not one',
    changed('parity/images/threshold-below.png', () => 'hello'),
    /threshold-below\.png cannot be decoded as an image/,
  ],
  [
    'an image of another format',
    changed(
      'parity/images/threshold-below.png',
      () => '<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"></svg>',
    ),
    /threshold-below\.png cannot be decoded as an image/,
  ],
  [
    'truncated letterboxed pixels',
    (files) => void files.set('parity/letterbox/threshold-below.rgb', Buffer.alloc(10)),
    /threshold-below\.rgb has 10 bytes/,
  ],
  [
    'another letterboxed pixel of the last image',
    flipped('parity/letterbox/threshold-below.rgb', 0),
    /threshold-below\.rgb does not match what parity\/images\/threshold-below\.png produces/,
  ],
  [
    'another output of the last image',
    flipped('parity/outputs/threshold-below.bin', 0),
    /outputs\/threshold-below\.bin does not match what/,
  ],
  [
    'an extra file',
    (files) => void files.set('evil.sh', Buffer.from('x')),
    /^evil\.sh does not belong to the bundle\.$/,
  ],
  [
    'another image',
    (files) => void files.set('parity/images/own-05.png', Buffer.from('x')),
    /^parity\/images\/own-05\.png does not belong/,
  ],
];

describe('a bundle that contradicts itself fails with one sentence that names the file', () => {
  test.each(contradictions)('%s', async (_, change, sentence) => {
    const files = new Map(base);
    change(files);
    const messages = faultsIn(await verifyFolder(withSums(files)));
    const faults = messages.map(({ text }) => text);
    expect(faults.length).toBeGreaterThan(0);
    expect(
      faults.some((fault) => sentence.test(fault)),
      faults.join('\n'),
    ).toBe(true);
    for (const fault of faults) {
      expect(fault).toMatch(/^[^\n]{1,400}[.!?]$/);
      expect(fault).not.toMatch(/[[{]\s*"|Unexpected|expected .* received/);
    }
    for (const fault of messages) expect(say(spanish, fault), fault.text).not.toBe(fault.text);
    expect(new Set(faults).size).toBe(faults.length);
  });
});
