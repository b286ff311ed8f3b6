import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Method } from '../../../shared/contract/contract.ts';
import { createStudio } from '../studio.ts';
import type { Studio } from '../studio.ts';

/**
 * How much the studio's own thread does between two turns of its event loop. Not a time, which depends on the machine:
 * entries of folders, names that are looked up and kilobytes that are read or hashed are counted. At 100,000 images a
 * call that did its work in one turn would do 100,000 of them.
 */
const { work, counting } = vi.hoisted(() => {
  const counted = { now: 0, longest: 0 };
  return {
    work: counted,
    counting:
      <A extends unknown[], R>(call: (...input: A) => R, units: (result: Awaited<R>, ...input: A) => number) =>
      (...input: A): R => {
        const result = call(...input);
        const count = (value: Awaited<R>): void => {
          counted.now += units(value, ...input);
        };
        if (result instanceof Promise) result.then(count, () => undefined);
        else count(result as Awaited<R>);
        return result;
      },
  };
});
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    readdir: counting(real.readdir as unknown as (folder: string) => Promise<string[]>, (names) => names.length),
    readFile: counting(real.readFile as unknown as (file: string) => Promise<string>, (text) => text.length / 1024),
    opendir: async (...input: Parameters<typeof real.opendir>) => {
      const folder = await real.opendir(...input);
      const read = folder.read.bind(folder);
      return {
        async *[Symbol.asyncIterator]() {
          for (let entry = await read(); entry !== null; entry = await read()) {
            work.now++;
            yield entry;
          }
          await folder.close();
        },
      };
    },
  };
});
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  return {
    ...real,
    existsSync: counting(real.existsSync, () => 1),
    realpathSync: counting(real.realpathSync as (file: string) => string, () => 1),
  };
});
vi.mock('node:crypto', async (original) => {
  const real = await original<typeof import('node:crypto')>();
  return {
    ...real,
    createHash: (name: string) => {
      const digest = real.createHash(name);
      const update = digest.update.bind(digest) as (data: Uint8Array) => typeof digest;
      digest.update = counting(update, (_, data) => data.length / 1024) as typeof digest.update;
      return digest;
    },
  };
});

const IMAGES = 3000;
const MOST_PER_TURN = IMAGES / 4;
const root = mkdtempSync(path.join(tmpdir(), 'turns-'));
const home = path.join(root, 'home');
const folder = path.join(home, 'photos');
let studio: Studio;
let watching: NodeJS.Immediate;

beforeAll(async () => {
  process.env.DESTILA_STATE = path.join(home, 'state');
  process.env.DESTILA_CACHE = path.join(home, 'cache');
  vi.stubEnv('HOME', home);
  for (const place of [folder, path.join(home, 'sibling'), path.join(home, 'cache', 'thumbnails', '00')]) {
    mkdirSync(place, { recursive: true });
    for (let i = 0; i < IMAGES; i++) writeFileSync(path.join(place, `${i}.jpg`), '');
  }
  // A moved project is searched for beside its old place, and beside the folder that contained it.
  for (let i = 0; i < 100; i++)
    for (let j = 0; j < 10; j++) mkdirSync(path.join(root, `neighbor${i}`, `${j}`), { recursive: true });
  writeFileSync(path.join(folder, 'big.jpg'), Buffer.alloc(8 * 1024 * 1024));
  for (const split of ['train', 'val', 'test'])
    writeFileSync(path.join(folder, `${split}.txt`), 'big.jpg,apple\n'.repeat(IMAGES));
  studio = await createStudio({ door: 'browser', reveal: null, keepAwake: () => undefined });
  const turn = (): void => {
    work.longest = Math.max(work.longest, work.now);
    work.now = 0;
    watching = setImmediate(turn);
  };
  watching = setImmediate(turn);
});
afterAll(async () => {
  clearImmediate(watching);
  await studio.close('kill');
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const open = async (): Promise<string> => ((await studio.call('project.open', { folder })) as { id: string }).id;

/** The most that is done in one turn while something is waited for. */
async function longestTurn(call: () => Promise<unknown>): Promise<number> {
  work.now = work.longest = 0;
  // A refusal has its turns too.
  await call().catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  return work.longest;
}

test('a folder that is read at once is one turn', async () => {
  const { readdir } = await import('node:fs/promises');
  expect(await longestTurn(() => readdir(folder))).toBeGreaterThan(MOST_PER_TURN);
});

const shares = { train: 0.8, val: 0.1, test: 0.1 };
const calls: [Method, (project: string) => object][] = [
  ['project.open', () => ({ folder })],
  ['project.relocate', (project) => ({ project, folder: '' })],
  ['dataset.read', (project) => ({ project })],
  ['dataset.save', (project) => ({ project, changes: [] })],
  ['dataset.repair', (project) => ({ project, code: 'headerLine' })],
  ['import.offers', (project) => ({ project })],
  ['import.plan', (project) => ({ project, source: { kind: 'listed' }, shares, seed: 1 })],
  ['import.write', (project) => ({ project, source: { kind: 'folders' }, shares, seed: 1 })],
  ['files.list', () => ({ folder })],
  ['files.find', () => ({ name: 'photos', files: [] })],
  ['pictures.versions', (project) => ({ project, paths: Array.from({ length: 500 }, (_, i) => `${i}.jpg`) })],
  ['runs.list', (project) => ({ project })],
  ['disk.usage', () => ({})],
  ['cache.usage', () => ({})],
  ['cache.clear', () => ({ what: 'thumbnails' })],
];
test.each(calls)('%s does little in any one turn, however many images there are', async (method, input) => {
  const project = await open();
  expect(await longestTurn(() => studio.call(method, input(project)))).toBeLessThan(MOST_PER_TURN);
});
