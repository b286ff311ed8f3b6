import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readDataset } from '../../src/main/pipeline/data/readDataset.ts';
import { openProjects } from '../../src/main/studio/projects/projects.ts';

let root = '';
let project = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'lists-'));
  project = path.join(root, 'photos');
  mkdirSync(project);
  for (const [split, name] of [
    ['train', 'a'],
    ['val', 'b'],
    ['test', 'c'],
  ])
    writeFileSync(path.join(project, `${split}.txt`), `${name}.jpg,old\n`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const lists = (): string[] =>
  ['train', 'val', 'test'].map((split) => readFileSync(path.join(project, `${split}.txt`), 'utf8').slice(6, -1));
const hidden = (): string[] => readdirSync(project).filter((name) => name.startsWith('.'));
const write = (how: 'kill' | 'refuse', at: number) =>
  spawnSync(process.execPath, [path.join(import.meta.dirname, 'listWriter.ts'), project, how, String(at)]);
const labels = async (): Promise<readonly string[]> =>
  (await readDataset(project, { separator: 'auto', labels_file: null })).dataset.vocabulary;

const OLD = ['old', 'old', 'old'];
const NEW = ['new', 'new', 'new'];

test.skipIf(process.platform === 'win32').each([
  ['the journal', 0, OLD, OLD],
  ['the first list', 1, OLD, NEW],
  ['the second list', 2, ['new', 'old', 'old'], NEW],
  ['the third list', 3, ['new', 'new', 'old'], NEW],
])('killed before %s is in place: whoever reads the lists next finds all old or all new', async (_, at, left, read) => {
  expect(write('kill', at).signal).toBe('SIGKILL');
  expect(lists()).toEqual(left);
  expect(await labels()).toEqual([read[0]]);
  expect(lists()).toEqual(read);
  await (await openProjects(path.join(root, 'state'))).open(project);
  expect([lists(), hidden()]).toEqual([read, []]);
});

test('a project that is opened is finished first, before what is left over is removed', async () => {
  write('kill', 2);
  await (await openProjects(path.join(root, 'state'))).open(project);
  expect([lists(), hidden()]).toEqual([NEW, []]);
});

test('lists that somebody changed since the crash are theirs', async () => {
  write('kill', 2);
  writeFileSync(path.join(project, 'test.txt'), 'c.jpg,own\n');
  expect(await labels()).toEqual(['new', 'old', 'own']);
  expect(lists()).toEqual(['new', 'old', 'own']);
  expect(hidden().filter((name) => !name.startsWith('.destila.lock'))).toEqual([]);
});

test.each([1, 2, 3])('a list that cannot be replaced leaves all as they were: rename %i', (at) => {
  expect(write('refuse', at).status).toBe(1);
  expect([lists(), hidden()]).toEqual([OLD, []]);
});

test.skipIf(process.platform === 'win32').each([
  ['a way out of the folder', '../secret.txt'],
  ['a file that is not aside', 'secret.txt'],
])('a journal that came with the folder replaces no list with %s', async (_, aside) => {
  writeFileSync(path.join(root, 'secret.txt'), 'a.jpg,secret\n');
  writeFileSync(path.join(project, 'secret.txt'), 'a.jpg,secret\n');
  rmSync(path.join(project, 'train.txt'));
  writeFileSync(path.join(project, '.destila.lists.json'), JSON.stringify([{ split: 'train', aside, before: '' }]));
  expect(await labels()).toEqual(['old']);
  expect(readdirSync(project)).toContain('secret.txt');
  expect(readdirSync(root)).toContain('secret.txt');
});

test.skipIf(process.platform === 'win32').each([
  ['a folder', (place: string) => mkdirSync(place)],
  ['a link that leads nowhere', (place: string) => symlinkSync('/nonexistent/x', place)],
  ['no JSON', (place: string) => writeFileSync(place, '{')],
])('a journal that is %s keeps nobody from reading', async (_, make) => {
  make(path.join(project, '.destila.lists.json'));
  expect(await labels()).toEqual(['old']);
});
