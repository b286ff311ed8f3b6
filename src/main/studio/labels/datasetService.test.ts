import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { WatchListener } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LineChange } from '../../../shared/contract/dataset.ts';
import type { Finding } from '../../../shared/findings.ts';
import { message } from '../../../shared/message.ts';

/** Replaces the system's watcher, so that the tests decide when it reports. */
class Watcher extends EventEmitter {
  closed = false;
  readonly listener: WatchListener<string>;
  readonly options: unknown;
  constructor(options: unknown, listener: WatchListener<string>) {
    super();
    this.options = options;
    this.listener = listener;
  }
  close(): void {
    this.closed = true;
  }
}
const watchers: Watcher[] = [];
let cannotWatch = false;
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  watch: (_: string, options: unknown, listener: WatchListener<string>) => {
    if (cannotWatch) throw new Error('ENOSPC');
    const watcher = new Watcher(options, listener);
    watchers.push(watcher);
    return watcher;
  },
}));
const readings = vi.fn();
vi.mock('./datasetIndex.ts', async (original) => {
  const real = await original<typeof import('./datasetIndex.ts')>();
  return {
    ...real,
    readIndex: (...input: Parameters<typeof real.readIndex>) => {
      readings();
      return real.readIndex(...input);
    },
  };
});
const { openDatasets } = await import('./datasets.ts');

let home = '';
const changed = vi.fn<(id: string) => void>();
let datasets: ReturnType<typeof openDatasets>;
const project = (): string => path.join(home, 'photos');
const put = (name: string, text: string): void => writeFileSync(path.join(project(), name), text);
const edit: LineChange = { split: 'train', line: 1, path: 'a.jpg', before: ['apple'], after: ['fig'], to: 'train' };
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  home = mkdtempSync(path.join(tmpdir(), 'destila-service-'));
  mkdirSync(project());
  put('train.txt', 'a.jpg,apple\n');
  put('val.txt', 'b.jpg,pear\n');
  put('test.txt', '');
  watchers.length = 0;
  cannotWatch = false;
  changed.mockReset();
  readings.mockReset();
  datasets = openDatasets(path.join(home, 'state'), changed);
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(home, { recursive: true, force: true });
});

describe('a project that was just opened', () => {
  test('is not read a second time, but a third time', async () => {
    await datasets.open('id', project());
    await datasets.read('id', project());
    expect(readings).toHaveBeenCalledTimes(1);
    await datasets.read('id', project());
    expect(readings).toHaveBeenCalledTimes(2);
  });
  test('is read again if its settings have changed', async () => {
    await datasets.open('id', project());
    put('destila.yaml', 'data: { separator: pipe }\n');
    expect((await datasets.read('id', project())).vocabulary).toEqual([]);
    expect(readings).toHaveBeenCalledTimes(2);
  });
  test('has no edits, and does not know what unlabeled images mean until somebody answers', async () => {
    put('destila.yaml', 'data: { separator: banana }\n');
    expect(await datasets.open('id', project())).toMatchObject({ draft: [], unlabeled: 'ask' });
    put('destila.yaml', 'data: { unlabeled: none_of_these }\n');
    expect(await datasets.read('id', project())).toMatchObject({ draft: [], unlabeled: 'none_of_these' });
  });
});

describe('the files of a project', () => {
  const report = (name: string | null): void => watchers[0]!.listener('change', name);
  test('are watched once, without keeping the process alive, until the studio closes', async () => {
    await datasets.read('id', project());
    await datasets.read('id', project());
    expect(watchers.map(({ options }) => options)).toEqual([{ persistent: false }]);
    expect(watchers[0]!.closed).toBe(false);
    datasets.dispose();
    expect(watchers[0]!.closed).toBe(true);
  });
  test.each(['train.txt', 'val.txt', 'test.txt', 'destila.yaml'])('report a change of %s', async (name) => {
    await datasets.read('id', project());
    report(name);
    vi.runAllTimers();
    expect(changed.mock.calls).toEqual([['id']]);
  });
  test.each(['train.txt.tmp', 'my train.txt', 'destila.yaml~', 'old-destila.yaml', 'a.jpg', null])(
    'do not report a change of %s',
    async (name) => {
      await datasets.read('id', project());
      report(name);
      vi.runAllTimers();
      expect(changed).not.toHaveBeenCalled();
    },
  );
  test('report several changes once, after a pause', async () => {
    await datasets.read('id', project());
    for (const name of ['train.txt', 'train.txt', 'val.txt']) report(name);
    expect(changed).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(changed).toHaveBeenCalledTimes(1);
    report('train.txt');
    vi.runAllTimers();
    expect(changed).toHaveBeenCalledTimes(2);
  });
  test('are watched again after the watcher has failed', async () => {
    await datasets.read('id', project());
    watchers[0]!.emit('error', new Error('gone'));
    await datasets.read('id', project());
    expect(watchers).toHaveLength(2);
  });
  test('can be read even if they cannot be watched', async () => {
    cannotWatch = true;
    expect((await datasets.read('id', project())).vocabulary).toEqual(['apple', 'pear']);
  });
});

test('the last check is stored per project', async () => {
  expect(await datasets.lastCheck('id')).toBeNull();
  const finding = {
    code: 'missing',
    severity: 'error',
    split: 'train',
    file: 'train.txt',
    line: 1,
    path: 'a.jpg',
    label: null,
    message: message('findings.missing.image', { path: 'a.jpg' }),
    detail: null,
    others: [],
  } as const satisfies Finding;
  const kept = await datasets.keepCheck('id', { findings: [finding], dimensions: { 'b.jpg': [4, 3] } });
  expect(kept).toMatchObject({
    findings: [finding],
    sizes: { 'b.jpg': [4, 3] },
  });
  expect(await datasets.lastCheck('id')).toEqual(kept);
  expect(await datasets.lastCheck('other')).toBeNull();
});

test('edits, checks and backups of a project are stored separately', async () => {
  await datasets.draft('id', [edit]);
  await datasets.keepCheck('id', { findings: [], dimensions: {} });
  expect(await datasets.save('id', project(), [edit])).toMatchObject({ state: 'saved' });
  const state = path.join(home, 'state');
  expect(readdirSync(state).sort()).toEqual(['backups', 'checks', 'drafts']);
  expect(readdirSync(path.join(state, 'drafts'))).toEqual(['id.json']);
  expect(readdirSync(path.join(state, 'checks'))).toEqual(['id.json']);
  expect(readdirSync(path.join(state, 'backups'))).toEqual(['id']);
  expect(datasets.backupFolder('id')).toBe(path.join(state, 'backups', 'id'));
});

test('lines are previewed, saved and repaired with the settings of the project', async () => {
  put('destila.yaml', 'data: { separator: pipe }\n');
  put('train.txt', 'name|labels\na.jpg|p,q\n');
  const change = { ...edit, line: 2, before: ['p', 'q'], after: ['p', 'q', 'z'] };
  expect(await datasets.line(project(), change)).toEqual({ before: 'a.jpg|p,q', after: 'a.jpg|p,q,z' });
  expect(await datasets.repair('id', project(), 'headerLine')).toMatchObject({
    lines: 1,
    backup: expect.stringContaining(datasets.backupFolder('id')),
  });
  expect(await datasets.save('id', project(), [change])).toMatchObject({ state: 'saved' });
  expect(readFileSync(path.join(project(), 'train.txt'), 'utf8')).toBe('# name|labels\na.jpg|p,q,z\n');
});
