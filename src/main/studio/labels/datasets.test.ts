import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Datasets } from './datasets.ts';
import { openDatasets } from './datasets.ts';

let home = '';
let datasets: Datasets;
const project = (): string => path.join(home, 'photos');
const list = (split: string, lines: string): void => writeFileSync(path.join(project(), `${split}.txt`), lines);
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'destila-datasets-'));
  mkdirSync(project());
  list('train', 'a.jpg,apple\nb.jpg,pear,apple\n');
  list('val', 'sub/c.jpg\n');
  list('test', '');
  datasets = openDatasets(path.join(home, 'state'), () => undefined);
});
afterEach(() => {
  datasets.dispose();
  rmSync(home, { recursive: true, force: true });
});

test('the screen gets what opening the project read, with the drafts', async () => {
  const opened = await datasets.open('id', project());
  expect(opened).toMatchObject({
    vocabulary: ['apple', 'pear'],
    paths: ['a.jpg', 'b.jpg', 'sub/c.jpg'],
    labels: [[0], [0, 1], []],
    split: [0, 0, 1],
  });
  const change = {
    split: 'train' as const,
    line: 1,
    path: 'a.jpg',
    before: ['apple'],
    after: [],
    to: 'train' as const,
  };
  await datasets.draft('id', [change]);
  expect(await datasets.read('id', project())).toEqual({ ...opened, draft: [change] });
});

test('files that changed after opening are read again, and so are later readings', async () => {
  await datasets.open('id', project());
  list('val', 'sub/c.jpg,fig\n');
  expect((await datasets.read('id', project())).vocabulary).toEqual(['apple', 'fig', 'pear']);
  await datasets.open('id', project());
  await datasets.read('id', project());
  list('val', 'sub/c.jpg\n');
  expect((await datasets.read('id', project())).vocabulary).toEqual(['apple', 'pear']);
});

test('a project with invalid settings opens, but its labels are not read with other settings', async () => {
  writeFileSync(path.join(project(), 'destila.yaml'), 'data: { separator: banana }\n');
  expect((await datasets.open('id', project())).paths).toHaveLength(3);
  await expect(datasets.read('id', project())).rejects.toMatchObject({ kind: 'config' });
});

test('unsaved edits are kept when the folder is moved', async () => {
  const change = {
    split: 'train' as const,
    line: 1,
    path: 'a.jpg',
    before: ['apple'],
    after: [],
    to: 'train' as const,
  };
  await datasets.draft('old', [change]);
  await datasets.moved('old', 'new');
  expect((await datasets.read('new', project())).draft).toEqual([change]);
  // A draft that already exists under the new id is newer.
  await datasets.draft('old', []);
  await datasets.moved('old', 'new');
  expect((await datasets.read('new', project())).draft).toEqual([change]);
});

test('saving some edits keeps the others as drafts; a conflict keeps all of them', async () => {
  const edit = (line: number, name: string, before: string[], after: string[]) => ({
    split: 'train' as const,
    line,
    path: name,
    before,
    after,
    to: 'train' as const,
  });
  const first = edit(1, 'a.jpg', ['apple'], ['fig']);
  const second = edit(2, 'b.jpg', ['pear', 'apple'], []);
  const conflicting = edit(1, 'a.jpg', ['quince'], ['plum']);
  await datasets.draft('id', [first, second]);
  expect(await datasets.save('id', project(), [conflicting])).toMatchObject({ state: 'conflicts' });
  expect((await datasets.read('id', project())).draft).toEqual([first, second]);
  expect(await datasets.save('id', project(), [first])).toMatchObject({ state: 'saved' });
  expect((await datasets.read('id', project())).draft).toEqual([second]);
  await datasets.save('id', project(), [second]);
  expect((await datasets.read('id', project())).draft).toEqual([]);
});
