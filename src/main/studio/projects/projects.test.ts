import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProjects } from './projects.ts';

let home: string;
const project = (): string => path.join(home, 'photos');
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'destila-projects-'));
  mkdirSync(path.join(project(), 'images'), { recursive: true });
  for (let i = 0; i < 12; i++) writeFileSync(path.join(project(), 'images', `${i}.jpg`), `picture ${i}`);
  for (const [split, from] of [
    ['train', 0],
    ['val', 4],
    ['test', 8],
  ] as const)
    writeFileSync(
      path.join(project(), `${split}.txt`),
      Array.from({ length: 4 }, (_, i) => `images/${from + i}.jpg\tapple\n`).join(''),
    );
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('an opened project is remembered; one that was never opened is refused', async () => {
  const state = path.join(home, 'state');
  const opened = await (await openProjects(state)).open(project());
  expect(opened).toMatchObject({ name: 'photos', images: 12, labels: 1, found: true });
  const again = await openProjects(state);
  expect(again.folder(opened.id)).toBe(project());
  expect(() => again.folder('000000000000')).toThrow(expect.objectContaining({ code: 'data.projectNotOpen' }));
});

test('a moved folder is recognized by the content of its images; another one is refused', async () => {
  const state = path.join(home, 'state');
  const { id } = await (await openProjects(state)).open(project());
  const place = path.join(home, 'disk', 'moved');
  mkdirSync(path.dirname(place));
  renameSync(project(), place);
  const projects = await openProjects(state);
  expect(projects.recent()[0]).toMatchObject({ id, found: false });
  const stranger = path.join(home, 'stranger');
  mkdirSync(path.join(stranger, 'images'), { recursive: true });
  for (let i = 0; i < 12; i++) writeFileSync(path.join(stranger, 'images', `${i}.jpg`), `other ${i}`);
  await expect(projects.relocate(id, stranger)).rejects.toMatchObject({
    code: 'mismatch.otherFolder',
    params: { count: 12, project: 'photos', folder: stranger },
  });
  const found = await projects.relocate(id, place);
  expect(found.project).toMatchObject({ folder: place, found: true, images: 12 });
  expect(found.matching).toBe(found.compared);
});

test('opening a moved folder replaces the lost one; opening another folder does not', async () => {
  const state = path.join(home, 'state');
  const { id } = await (await openProjects(state)).open(project());
  const place = path.join(home, 'moved');
  renameSync(project(), place);
  const moves: [string, string][] = [];
  const projects = await openProjects(state, undefined, async (from, to) => void moves.push([from, to]));
  const stranger = path.join(home, 'stranger');
  mkdirSync(path.join(stranger, 'images'), { recursive: true });
  for (let i = 0; i < 12; i++)
    writeFileSync(path.join(stranger, 'images', `${i}.jpg`), i === 0 ? 'picture 0' : `other ${i}`);
  await projects.open(stranger);
  expect(moves).toEqual([]);
  const found = await projects.open(place);
  expect(moves).toEqual([[id, found.id]]);
  expect(projects.recent().map(({ folder }) => folder)).toEqual([place, stranger]);
});

test('of several candidates, the folder with the most images is found, even without the first image', async () => {
  const state = path.join(home, 'state');
  const { id } = await (await openProjects(state)).open(project());
  const copy = path.join(home, 'a copy');
  mkdirSync(path.join(copy, 'images'), { recursive: true });
  writeFileSync(path.join(copy, 'images', '3.jpg'), 'picture 3');
  const place = path.join(home, 'moved');
  renameSync(project(), place);
  rmSync(path.join(place, 'images', '0.jpg'));
  const projects = await openProjects(state);
  expect(await projects.relocate(id, null)).toMatchObject({ project: { folder: place }, matching: 11, compared: 12 });
});

test('a refresh notices that a folder is gone, and that it is back', async () => {
  const projects = await openProjects(path.join(home, 'state'));
  await projects.open(project());
  renameSync(project(), `${project()}-away`);
  await projects.refresh();
  expect(projects.recent()[0]!.found).toBe(false);
  renameSync(`${project()}-away`, project());
  await projects.refresh();
  expect(projects.recent()[0]!.found).toBe(true);
});
