import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Method } from '../../../shared/contract/contract.ts';
import { contract } from '../../../shared/contract/contract.ts';
import { createStudio } from '../studio.ts';
import type { Studio } from '../studio.ts';
import { threadMethods } from './protocol.ts';

/**
 * Work that grows with a project must not be done in the studio's own thread. It is counted here: what reads lines,
 * snapshots and histories is replaced in this thread, and only in this one, by something that notes the call.
 */
const { inOwnThread, counted } = vi.hoisted(() => {
  const seen: string[] = [];
  return {
    inOwnThread: seen,
    counted: async (load: () => Promise<object>, ...names: string[]): Promise<object> => {
      const note = (name: string) => (): never => {
        seen.push(name);
        throw new Error(`${name} in the studio's own thread`);
      };
      return { ...(await load()), ...Object.fromEntries(names.map((name) => [name, note(name)])) };
    },
  };
});
vi.mock('../../pipeline/data/textLines.ts', (load) => counted(load, 'readLines'));
vi.mock('../labels/labelFile.ts', (load) => counted(load, 'readRawFile'));
vi.mock('../../pipeline/data/snapshot.ts', (load) => counted(load, 'readSnapshot'));
vi.mock('../runs/appendedLines.ts', (load) => counted(load, 'openAppendedLines'));
vi.mock('../projects/browse.ts', (load) => counted(load, 'listFolder'));

const home = mkdtempSync(path.join(tmpdir(), 'thread-'));
const folder = path.join(home, 'photos');
const IMAGES = 300;
let studio: Studio;
let project: string;

beforeAll(async () => {
  process.env.DESTILA_STATE = path.join(home, 'state');
  process.env.DESTILA_CACHE = path.join(home, 'cache');
  mkdirSync(folder);
  const list = (split: string, count: number): void =>
    writeFileSync(
      path.join(folder, `${split}.txt`),
      Array.from({ length: count }, (_, i) => `images/${split}-${i}.jpg,${i % 2 === 0 ? 'apple' : 'pear'}\n`).join(''),
    );
  list('train', IMAGES);
  list('val', 10);
  list('test', 10);
  studio = await createStudio({ door: 'browser', reveal: null, keepAwake: () => undefined });
  project = ((await studio.call('project.open', { folder })) as { id: string }).id;
});
afterAll(async () => {
  await studio.close('kill');
  rmSync(home, { recursive: true, force: true });
});

const change = {
  split: 'train',
  line: 1,
  path: 'images/train-0.jpg',
  before: ['apple'],
  after: ['pear'],
  to: 'train',
} as const;
/** An answer, or a Problem that says what is wrong with this run or project; not one of ours. */
const outcome = async (method: Method, input: object): Promise<unknown> => {
  const value = await studio.call(method, input).catch((error: unknown) => error);
  if (value instanceof Error) expect(value).toMatchObject({ name: 'Problem' });
  else expect(contract[method].output.safeParse(value).success, method).toBe(true);
  return value;
};

test('no line, snapshot, history or large folder is read in the own thread of the studio', async () => {
  const shares = { train: 0.7, val: 0.15, test: 0.15 };
  const run = { project, run: 'none' };
  const inputs: Record<(typeof threadMethods)[number], object> = {
    'dataset.read': { project },
    'dataset.lastCheck': { project },
    'dataset.draft': { project, changes: [change] },
    'dataset.save': { project, changes: [change] },
    'dataset.line': { project, change },
    'dataset.repair': { project, code: 'headerLine' },
    'files.list': { folder },
    'import.offers': { project },
    'import.plan': { project, source: { kind: 'listed' }, shares, seed: 1 },
    'runs.history': run,
    'tune.read': run,
    'tune.save': { ...run, thresholds: [] },
    'tune.openTest': run,
  };
  const index = (await outcome('dataset.read', { project })) as { paths: string[] };
  expect(index.paths).toHaveLength(IMAGES + 20);
  for (const method of threadMethods) await outcome(method, inputs[method]);
  await outcome('project.open', { folder });
  await outcome('dataset.check', { project });
  await outcome('tune.occlusionMap', { ...run, path: 'a.jpg', label: 0 });
  expect(inOwnThread).toEqual([]);
});

test('a project that is not open has no drafts, checks or lists, whatever its name', async () => {
  for (const id of ['../../elsewhere', '__proto__', 'constructor', 'nothing'])
    for (const input of [{ project: id }, { project: id, changes: [] }])
      for (const method of ['dataset.read', 'dataset.lastCheck', 'dataset.draft'] as const)
        if (contract[method].input.safeParse(input).success)
          await expect(studio.call(method, input)).rejects.toMatchObject({ kind: 'data' });
});

test('input that the contract does not know is refused there too', async () => {
  await expect(studio.call('dataset.draft', { project, changes: 'all' })).rejects.toMatchObject({ kind: 'internal' });
  await expect(studio.answer('dataset.read', Buffer.from('{'))).rejects.toMatchObject({ name: 'Problem' });
});
