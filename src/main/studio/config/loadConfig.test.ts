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
  test('come in layers: defaults, preset, file, single ones', async () => {
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

  test('keep the names that users of the system before know', async () => {
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

  test('accept the names that people give to networks', async () => {
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
      /\.yaml:3: unknown setting teacher\.epoch_head; did you mean epochs_head\?/,
    ],
    ['an unknown section', '\ntecher: {}\n', /\.yaml:2: unknown setting techer; did you mean teacher\?/],
    ['a number that is too large', 'student:\n  alpha: 1.5\n', /\.yaml:2: student\.alpha must be at most 1/],
    ['a word for a number', 'qat:\n  epochs: many\n', /\.yaml:2: qat\.epochs must be .*number/],
    ['a word that is not offered', 'data:\n  separator: colon\n', /\.yaml:2: data\.separator must be one of auto, tab/],
    [
      'a student that cannot be quantized',
      'student:\n  architecture: EfficientNetB0\n',
      /\.yaml:2: student\.architecture .*efficientnet-b0 can be a teacher, but no student.*efficientnet-lite4/,
    ],
    [
      'an unknown network',
      'teacher:\n  architecture: resnet50\n',
      /\.yaml:2: teacher\.architecture .*unknown architecture 'resnet50'/,
    ],
    ['broken YAML', 'a: [1\nb: 2\n', /\.yaml:\d+: /],
    ['a key twice', 'seed: 1\nseed: 2\n', /\.yaml:2: 'seed' is set twice/],
    ['a list for settings', '- 1\n', /\.yaml:1: settings are a list of 'key: value' lines/],
  ])('in a file: %s is refused with its line', async (_, text, message) => {
    await expect(loadConfig({ file: yaml(text) })).rejects.toThrow(message);
    await expect(loadConfig({ file: yaml(text) })).rejects.toMatchObject({ kind: 'config' });
  });

  test.each([
    [
      'teacher.epoch_head=3',
      /--set teacher\.epoch_head=3: unknown setting teacher\.epoch_head; did you mean epochs_head/,
    ],
    ['teacher.epochs_head=-1', /--set teacher\.epochs_head=-1: teacher\.epochs_head must be at least 0/],
    ['teacher.epochs_head', /write key=value/],
  ])('given singly: %s is refused', async (assignment, message) => {
    await expect(loadConfig({ overrides: [assignment] })).rejects.toThrow(message);
  });

  test('with several mistakes tell them all', async () => {
    await expect(
      loadConfig({ file: yaml('student:\n  alpha: 2\nqat:\n  epochs: -1\n'), overrides: ['nonsense=1'] }),
    ).rejects.toThrow(/student\.alpha[^]*qat\.epochs|nonsense[^]*student\.alpha/);
  });

  test('name the presets there are when one is unknown', async () => {
    await expect(loadConfig({ preset: 'dmo' })).rejects.toThrow(
      /no preset 'dmo'; did you mean demo\?.*balanced, best, demo, fast, grocery-96/,
    );
  });
});

describe('what is written about settings', () => {
  test('is made from the schema: `npm run docs`', () => {
    expect(readFileSync(resourcePath('default.yaml'), 'utf8')).toBe(defaultYaml());
    expect(readFileSync(resourcePath('..', 'docs', 'configuration.md'), 'utf8')).toBe(configurationMarkdown());
  });

  test('default.yaml holds the defaults, and every setting says what it means', async () => {
    expect((await loadConfig({ file: resourcePath('default.yaml') })).config).toEqual(defaults);
    for (const { key, meaning, allowed } of settings().flatMap((section) => section.settings))
      expect([key, meaning.length > 15, allowed.length > 3]).toEqual([key, true, true]);
  });

  test('every preset is valid', async () => {
    for (const preset of await presetNames()) await expect(loadConfig({ preset })).resolves.toBeDefined();
  });

  // What a settings file of a stranger may hold; each is an error in words with its line where there is one.
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
    ['a megabyte', `seed: 1\n${'# x\n'.repeat(250_000)}`, /has more than 64 KB/],
    ['tags without end', '!!x '.repeat(10_000), /has more than 100 tags/],
    ['directives without end', '%TAG ! x\n'.repeat(6_000), /has more than 100 tags/],
  ])('in a file: %s is refused in words', async (_, text, message) => {
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
    expect(lines[20]).toBe('... and 3980 more.');
  });

  test('--set cannot change what an object is', async () => {
    await expect(loadConfig({ overrides: ['__proto__.seed=9'] })).rejects.toThrow(/unknown setting __proto__/);
    await expect(loadConfig({ overrides: ['seed=*x'] })).rejects.toMatchObject({ kind: 'config' });
  });
});
