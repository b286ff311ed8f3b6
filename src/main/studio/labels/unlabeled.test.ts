import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { readRun } from '../../pipeline/storage/runFolder.ts';
import { newRun } from '../runs/runs.ts';
import { configChoices, saveConfig } from '../training/configChoices.ts';
import { rememberUnlabeled, unlabeledAnswer, withUnlabeledAnswer } from './unlabeled.ts';

let project = '';
const yaml = (): string => path.join(project, 'destila.yaml');
beforeEach(() => {
  project = path.join(mkdtempSync(path.join(tmpdir(), 'destila-unlabeled-')), 'photos');
  mkdirSync(project);
});
afterEach(() => rmSync(path.dirname(project), { recursive: true }));

test('the answer is written into destila.yaml, and everything else in it stays', async () => {
  expect(await unlabeledAnswer(project)).toBe('ask');
  writeFileSync(yaml(), '# mine\ndata:\n  # tabs\n  separator: tab\nseed: 4 # lucky\n');
  await rememberUnlabeled(project, 'not_labeled_yet');
  expect(readFileSync(yaml(), 'utf8')).toBe(
    '# mine\ndata:\n  # tabs\n  separator: tab\n  unlabeled: not_labeled_yet\nseed: 4 # lucky\n',
  );
  expect(await unlabeledAnswer(project)).toBe('not_labeled_yet');
  await rememberUnlabeled(project, 'none_of_these');
  expect(readFileSync(yaml(), 'utf8')).toContain('  unlabeled: none_of_these\nseed: 4 # lucky\n');
});

test.each(['', '# only a comment\n', 'data: {}\n', 'seed: 4\n'])(
  'the answer can be added to a file with %j',
  async (text) => {
    writeFileSync(yaml(), text);
    await rememberUnlabeled(project, 'none_of_these');
    expect(await unlabeledAnswer(project)).toBe('none_of_these');
  },
);

test('an invalid file is refused and not changed', async () => {
  for (const text of ['data: { separator: banana }\n', 'data: [\n']) {
    writeFileSync(yaml(), text);
    await expect(rememberUnlabeled(project, 'none_of_these')).rejects.toMatchObject({ kind: 'config' });
    expect(readFileSync(yaml(), 'utf8')).toBe(text);
  }
});

test("settings without an answer get the project's; settings with one keep it", async () => {
  await rememberUnlabeled(project, 'not_labeled_yet');
  const open = configSchema.parse({});
  expect((await withUnlabeledAnswer(open, project)).data.unlabeled).toBe('not_labeled_yet');
  const own = configSchema.parse({ data: { unlabeled: 'none_of_these' } });
  expect((await withUnlabeledAnswer(own, project)).data.unlabeled).toBe('none_of_these');
});

test('a run stores the answer of its project, whatever its preset', async () => {
  await rememberUnlabeled(project, 'not_labeled_yet');
  const folder = await newRun({ project, config: configSchema.parse({}), preset: 'fast', runsFolder: null });
  expect((await readRun(folder)).config.data.unlabeled).toBe('not_labeled_yet');
});

test('every preset has the answer, and the answer alone does not count as own settings', async () => {
  await rememberUnlabeled(project, 'not_labeled_yet');
  const choices = await configChoices(project, () => Promise.resolve('/weights/file'));
  expect(choices.own).toBeNull();
  const all = [choices.defaults, ...choices.presets.flatMap(({ config, pretrained }) => [config, pretrained!])];
  expect(all.map(({ data }) => data.unlabeled)).toEqual(all.map(() => 'not_labeled_yet'));
  expect(all).toHaveLength(1 + 2 * choices.presets.length);
  await saveConfig(project, choices.presets[0]!.config);
  expect(await unlabeledAnswer(project)).toBe('not_labeled_yet');
  expect((await configChoices(project, () => Promise.resolve(null))).own).not.toBeNull();
});
