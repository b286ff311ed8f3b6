import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { Problem } from '../../../shared/problem.ts';
import { resourcePath } from '../state/resources.ts';
import { configurationMarkdown, defaultYaml, settings } from '../../../../scripts/docs/configuration.ts';
import { loadConfig, presetNames } from './loadConfig.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function yaml(text: string): string {
  const file = path.join(folder, `${files++}.yaml`);
  writeFileSync(file, text);
  return file;
}

const defaults = configSchema.parse({});

describe('settings', () => {
  test('come in layers: defaults, preset, file, single settings', async () => {
    const file = yaml('teacher:\n  epochs_finetune: 7\n  dropout: 0.4\nseed: 5\n');
    const { config } = await loadConfig({
      preset: 'demo',
      file,
      overrides: ['teacher.dropout=0.5', 'data.padding_color=[1, 2, 3]'],
    });
    expect(config.teacher).toMatchObject({ epochs_finetune: 7, dropout: 0.5, input_size: 64 });
    expect(config).toMatchObject({ seed: 5, data: { padding_color: [1, 2, 3] }, qat: { lr: defaults.qat.lr } });
    expect((await loadConfig({})).config).toEqual(defaults);
  });

  test('keep the setting names of the predecessor product', async () => {
    const network = {
      input_size: 64,
      dropout: 0.1,
      lr_head: 0.01,
      epochs_head: 2,
      lr_finetune: 0.001,
      epochs_finetune: 3,
      weight_decay: 0.01,
      early_stopping_patience: 4,
      reduce_lr_factor: 0.3,
      reduce_lr_patience: 2,
    };
    const old = {
      teacher: network,
      student: { ...network, alpha: 0.6, temperature: 3 },
      qat: { lr: 1e-6, epochs: 4, early_stopping_patience: 2 },
      tflite_export: { input_type: 'int8', output_type: 'float32', representative_dataset_size: 50 },
    };
    expect((await loadConfig({ file: yaml(JSON.stringify(old)) })).config).toMatchObject(old);
  });

  test('accept the order of augmentation as a list, and as the text of earlier versions', async () => {
    const order = async (yamlText: string): Promise<unknown> =>
      (await loadConfig({ file: yaml(`augmentation:\n  order: ${yamlText}\n`) })).config.augmentation.order;
    expect(await order('[erase, place, color, noise]')).toEqual(['erase', 'place', 'color', 'noise']);
    expect(await order('erase, place, colour, noise')).toEqual(['erase', 'place', 'color', 'noise']);
    expect(await order('place,color,noise,erase')).toEqual(['place', 'color', 'noise', 'erase']);
    for (const wrong of ['[place, color, noise]', '[place, place, noise, erase]', '[place, color, noise, blur]', '3'])
      await expect(order(wrong)).rejects.toThrow(/\.yaml:2: augmentation\.order/);
  });

  test('accept the former name of color_probability in every layer', async () => {
    const file = yaml('augmentation:\n  colour_probability: 0.25\n');
    expect((await loadConfig({ file })).config.augmentation.color_probability).toBe(0.25);
    const { config } = await loadConfig({ file, overrides: ['augmentation.color_probability=0.5'] });
    expect(config.augmentation.color_probability).toBe(0.5);
    const old = await loadConfig({
      file: yaml('augmentation:\n  color_probability: 0.5\n'),
      overrides: ['augmentation.colour_probability=0.75'],
    });
    expect(old.config.augmentation.color_probability).toBe(0.75);
  });

  test('accept common spellings of network names', async () => {
    const { config } = await loadConfig({
      overrides: ['student.architecture=EfficientNet-Lite B1', 'teacher.architecture=EfficientNetB2'],
    });
    expect([config.student.architecture, config.teacher.architecture]).toEqual([
      'efficientnet-lite1',
      'efficientnet-b2',
    ]);
  });

  test.each([
    [
      'an unknown key',
      'seed: 1\nteacher:\n  epoch_head: 3\n',
      /\.yaml:3: unknown setting teacher\.epoch_head\. Did you mean epochs_head\?/,
    ],
    ['an unknown section', '\ntecher: {}\n', /\.yaml:2: unknown setting techer\. Did you mean teacher\?/],
    ['a number that is too large', 'student:\n  alpha: 1.5\n', /\.yaml:2: student\.alpha must be 1 or less/],
    ['a word for a number', 'qat:\n  epochs: many\n', /\.yaml:2: qat\.epochs must be a (whole )?number/],
    [
      'a value that is not allowed',
      'data:\n  separator: colon\n',
      /\.yaml:2: data\.separator must be one of auto, tab/,
    ],
    [
      'a student that cannot be quantized',
      'student:\n  architecture: EfficientNetB0\n',
      /\.yaml:2: student\.architecture: efficientnet-b0 can be a teacher but not a student.*efficientnet-lite4/,
    ],
    [
      'an unknown network',
      'teacher:\n  architecture: resnet50\n',
      /\.yaml:2: teacher\.architecture: 'resnet50' is not a known network/,
    ],
    ['broken YAML', 'a: [1\nb: 2\n', /\.yaml:\d+: /],
    ['a duplicate key', 'seed: 1\nseed: 2\n', /\.yaml:2: 'seed' is set twice/],
    ['a list instead of settings', '- 1\n', /\.yaml:1: write settings as lines of the form 'key: value'/],
  ])('in a file: %s is rejected with its line', async (_, text, message) => {
    await expect(loadConfig({ file: yaml(text) })).rejects.toThrow(message);
    await expect(loadConfig({ file: yaml(text) })).rejects.toMatchObject({ kind: 'config' });
  });

  test.each([
    [
      'teacher.epoch_head=3',
      /--set teacher\.epoch_head=3: unknown setting teacher\.epoch_head\. Did you mean epochs_head/,
    ],
    ['teacher.epochs_head=-1', /--set teacher\.epochs_head=-1: teacher\.epochs_head must be 0 or more/],
    ['teacher.epochs_head', /write key=value/],
  ])('on the command line: %s is rejected', async (assignment, message) => {
    await expect(loadConfig({ overrides: [assignment] })).rejects.toThrow(message);
  });

  test('report every mistake at once', async () => {
    await expect(
      loadConfig({ file: yaml('student:\n  alpha: 2\nqat:\n  epochs: -1\n'), overrides: ['nonsense=1'] }),
    ).rejects.toThrow(/student\.alpha[^]*qat\.epochs|nonsense[^]*student\.alpha/);
  });

  test('name the available presets when one is unknown', async () => {
    await expect(loadConfig({ preset: 'dmo' })).rejects.toMatchObject({
      code: 'config.presetUnknownMeant',
      params: {
        preset: 'dmo',
        guess: 'demo',
        names: [
          'balanced',
          'balanced-pretrained',
          'best',
          'best-pretrained',
          'demo',
          'demo-pretrained',
          'fast',
          'fast-pretrained',
          'grocery-96',
          'randaugment',
          'scratch-128',
        ],
      },
    });
  });
});

describe('the documentation of settings', () => {
  test('is generated from the schema by `npm run docs`', () => {
    expect(readFileSync(resourcePath('default.yaml'), 'utf8')).toBe(defaultYaml());
    expect(readFileSync(resourcePath('..', 'docs', 'configuration.md'), 'utf8')).toBe(configurationMarkdown());
  });

  test('default.yaml has the defaults, and every setting has a meaning and its allowed values', async () => {
    expect((await loadConfig({ file: resourcePath('default.yaml') })).config).toEqual(defaults);
    for (const { key, meaning, allowed } of settings().flatMap((section) => section.settings))
      expect([key, meaning.length > 15, allowed.length > 3]).toEqual([key, true, true]);
  });

  test('every preset is valid', async () => {
    for (const preset of await presetNames()) await expect(loadConfig({ preset })).resolves.toBeDefined();
  });

  // Settings files may come from anybody. Each of these is an error message, with a line where there is one.
  const levels = 'abcdefghij';
  test.each<[string, string, RegExp]>([
    [
      'an alias to nothing',
      'teacher:\n  epochs_head: 1\nseed: *nope\n',
      /\.yaml:3: aliases \(\*nope\) are not supported/,
    ],
    [
      'aliases that multiply',
      `${['x: &a [1,1]', ...[...levels].map((c, i) => `${c}: &${levels[i + 1] ?? 'z'} [${`*${c},`.repeat(9)}]`)].join('\n')}\n`,
      /\.yaml:2: aliases/,
    ],
    ['__proto__', '"__proto__": {seed: 99}\n', /\.yaml:1: unknown setting __proto__/],
    ['__proto__ in a section', 'teacher:\n  __proto__: {epochs_head: 1}\n', /\.yaml:2: unknown setting __proto__/],
    ['constructor', 'constructor: {prototype: {seed: 1}}\n', /\.yaml:1: unknown setting constructor/],
    ['deep brackets', `seed:\n  ${'['.repeat(10_000)}`, /\.yaml:2: brackets are nested more than 50 levels/],
    ['deep braces', '{a: '.repeat(10_000), /\.yaml:1: brackets are nested/],
    ['deep lists', `seed: 1\nx:\n${'- '.repeat(10_000)}1`, /\.yaml:3: brackets are nested/],
    ['a megabyte', `seed: 1\n${'# x\n'.repeat(250_000)}`, /has more than 64 KB, which is too much/],
    ['thousands of tags', '!!x '.repeat(10_000), /has more than 100 tags/],
    ['thousands of directives', '%TAG ! x\n'.repeat(6_000), /has more than 100 tags/],
  ])('in a file: %s is rejected with a message', async (_, text, message) => {
    const found = loadConfig({ file: yaml(text) });
    await expect(found).rejects.toThrow(message);
    await expect(found).rejects.toMatchObject({ kind: 'config' });
  });

  test('thousands of unknown settings are counted, the first twenty named', async () => {
    const text = Array.from({ length: 4000 }, (_, i) => `k${i}: 1`).join('\n');
    const problem = await loadConfig({ file: yaml(text) }).catch((error: Error) => error as Problem);
    const lines = (problem as Problem).message.split('\n');
    expect(lines).toHaveLength(21);
    expect(lines[19]).toMatch(/\.yaml:20: unknown setting k19\.$/);
    expect(lines[20]).toBe('... and 3,980 more.');
  });

  test('--set cannot change the prototype of an object', async () => {
    await expect(loadConfig({ overrides: ['__proto__.seed=9'] })).rejects.toThrow(/unknown setting __proto__/);
    await expect(loadConfig({ overrides: ['seed=*x'] })).rejects.toMatchObject({ kind: 'config' });
  });
});
