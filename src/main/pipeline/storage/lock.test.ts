import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { link } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Message } from '../../../shared/message.ts';
import { asideName, isAbandoned } from './asideName.ts';
import { writeFileAtomic } from './atomicFile.ts';
import { machineId, startOf } from './holder.ts';
import { removeLeftovers } from './leftovers.ts';
import type { Clock, Lock } from './lock.ts';
import { isLocked, takeLock } from './lock.ts';

const root = mkdtempSync(path.join(tmpdir(), 'locks-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(root, 'case-'));
  file = path.join(folder, 'lock.json');
});

/** The id of a process that has ended. */
const deadPid = (): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['-e', '']);
    child.on('exit', () => resolve(child.pid!));
  });

const holder = (part: object = {}): string =>
  JSON.stringify({
    beat: '000000000000',
    formatVersion: 1,
    token: 'f'.repeat(32),
    pid: 7,
    host: 'box-a',
    machine: 'another boot',
    started: 'another boot:1',
    what: 'training',
    ...part,
  });

/** A clock that advances only during `sleep`; each sleep calls `during`. */
function fakeClock(during: (sleeps: number) => void = () => undefined): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  let now = 5_000;
  return {
    slept,
    now: () => now,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
      during(slept.length);
    },
  };
}

const refusingLinks = (code: string) => async (): Promise<never> => {
  throw Object.assign(new Error(`${code}: operation not permitted, link`), { code });
};

describe.each([
  ['linked into place', link],
  ['on a file system without links (exFAT)', refusingLinks('EPERM')],
  ['on a file system without links (SMB)', refusingLinks('EOPNOTSUPP')],
  ['on a file system without links (exFAT on Windows)', refusingLinks('EISDIR')],
])('a lock %s', (_, own) => {
  test('has one holder, is refused to others by name, and can be taken again after its release', async () => {
    const lock = await takeLock(file, 'training', { link: own });
    await expect(takeLock(file, 'training', { link: own })).rejects.toMatchObject({
      code: 'busy.inUse',
      params: { folder, pid: process.pid, work: { code: 'locks.training' } },
    });
    expect(await isLocked(file)).toBe(true);
    expect(lock.held()).toBe(true);
    await lock.release();
    expect(lock.held()).toBe(false);
    expect(await isLocked(file)).toBe(false);
    await (await takeLock(file, 'training', { link: own })).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is taken by exactly one of many processes', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => takeLock(file, 'training', { link: own })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['lock.json']);
  });
});

test('a link that fails for another reason is an error and leaves nothing behind', async () => {
  await expect(takeLock(file, 'notes', { link: refusingLinks('EIO') })).rejects.toMatchObject({ code: 'EIO' });
  expect(readdirSync(folder)).toEqual([]);
});

test('an NFS server that creates the link but answers EEXIST has given us the lock', async () => {
  const twice = async (existing: string, name: string): Promise<void> => {
    await link(existing, name);
    await link(existing, name);
  };
  await (await takeLock(file, 'notes', { link: twice })).release();
  expect(readdirSync(folder)).toEqual([]);
});

describe('a lock whose holder can be looked up', () => {
  test.each([
    ['a process that is gone', async () => ({ pid: await deadPid(), machine: machineId(), started: 'x:1' })],
    ['a process whose number another has now', () => ({ pid: process.pid, machine: machineId(), started: 'x:1' })],
    [
      'a process that is gone, under an earlier name of this machine',
      async () => ({ pid: await deadPid(), machine: machineId(), host: 'old-name' }),
    ],
    [
      'an earlier version, gone',
      async () => ({ pid: await deadPid(), machine: '', token: '', host: hostname(), started: startOf(1) }),
    ],
  ])('is taken over from %s at once', async (_, part) => {
    writeFileSync(file, holder(await part()));
    const lock = await takeLock(file, 'training');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid, what: 'training' });
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is never taken from a running process, even without a heartbeat, because it may be suspended', async () => {
    writeFileSync(file, holder({ pid: process.pid, machine: machineId(), started: startOf(process.pid) }));
    const clock = fakeClock();
    for (const options of [
      { clock, onWait: () => undefined },
      { clock, takeOver: true },
    ])
      await expect(takeLock(file, 'notes', options)).rejects.toMatchObject({ kind: 'busy' });
    expect(clock.slept).toEqual([]);
  });
});

describe('a lock whose holder cannot be looked up (another machine or container)', () => {
  const others = [
    ['another machine', holder()],
    ['an earlier version elsewhere', holder({ machine: '', token: '', host: 'elsewhere', started: '' })],
    ['this machine before its last boot', holder({ machine: 'earlier boot', host: hostname() })],
    ['a writer that died over it', '{"beat":"00'],
    ['nobody: it is empty', ''],
  ] as const;

  test.each(others)('of %s is refused at first, with what to do', async (_, content) => {
    writeFileSync(file, content);
    await expect(takeLock(file, 'notes')).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringContaining('take over') as string,
    });
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(await isLocked(file)).toBe(true);
  });

  test.each(others)('of %s is taken after 60 s without a heartbeat', async (_, content) => {
    writeFileSync(file, content);
    const clock = fakeClock();
    const reasons: Message[] = [];
    const lock = await takeLock(file, 'training', { clock, onWait: (reason) => reasons.push(reason) });
    expect(clock.slept.reduce((a, b) => a + b, 0)).toBe(60_000);
    expect(reasons).toMatchObject([{ params: { seconds: 60 } }]);
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is refused as soon as its heartbeat changes', async () => {
    writeFileSync(file, holder());
    const clock = fakeClock((sleeps) => {
      if (sleeps === 25) writeFileSync(file, holder({ beat: '000000000001' }));
    });
    await expect(takeLock(file, 'notes', { clock, onWait: () => undefined })).rejects.toMatchObject({
      code: 'busy.inUseOnHost',
      params: { folder, pid: 7, host: 'box-a' },
    });
    expect(clock.slept).toHaveLength(25);
  });

  test('counts as held until it was watched for 60 s, by the clock of the watcher', async () => {
    // The file's own times must not matter, because the two clocks may differ by years.
    writeFileSync(file, holder());
    execFileSync('touch', ['-d', '2001-01-01', file]);
    const clock = fakeClock();
    expect(await isLocked(file, clock)).toBe(true);
    await clock.sleep(59_999);
    expect(await isLocked(file, clock)).toBe(true);
    await expect(takeLock(file, 'notes', { clock })).rejects.toMatchObject({ kind: 'locked' });
    await clock.sleep(1);
    expect(await isLocked(file, clock)).toBe(false);
    await (await takeLock(file, 'notes', { clock })).release();
  });

  test('is taken at once when a person has confirmed that the holder is gone', async () => {
    writeFileSync(file, holder());
    const clock = fakeClock();
    await (await takeLock(file, 'notes', { clock, takeOver: true })).release();
    expect(clock.slept).toEqual([]);
  });
});

describe('something else at the path of the lock', () => {
  test.each([
    ['a folder', () => mkdirSync(file), 'locks.folder'],
    ['a link to nothing', () => symlinkSync('/nonexistent/x', file), 'locks.link'],
    ['a FIFO', () => execFileSync('mkfifo', [file]), 'locks.specialFile'],
    ['a large file', () => writeFileSync(file, 'x'.repeat(5000)), 'locks.largeFile'],
  ])('is reported: %s', async (_, put, kind) => {
    put();
    await expect(takeLock(file, 'notes')).rejects.toMatchObject({
      code: 'file.lockInTheWay',
      params: { file, kind: { code: kind } },
    });
    expect(await isLocked(file)).toBe(true);
    expect(readdirSync(folder)).toEqual(['lock.json']);
  });

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('a lock that may not be read', async () => {
    writeFileSync(file, holder());
    chmodSync(file, 0);
    await expect(takeLock(file, 'notes')).rejects.toMatchObject({
      code: 'file.lockOfOtherUser',
    });
  });

  test('a missing folder is reported and not created', async () => {
    const gone = path.join(folder, 'gone', 'lock.json');
    await expect(takeLock(gone, 'notes')).rejects.toMatchObject({
      code: 'file.folderGone',
      params: { folder: path.dirname(gone) },
    });
    expect(existsSync(path.dirname(gone))).toBe(false);
  });
});

test('a holder that lost its lock does not remove the next one', async () => {
  const lock = await takeLock(file, 'notes');
  unlinkSync(file);
  writeFileSync(file, holder());
  await lock.release();
  expect(readFileSync(file, 'utf8')).toBe(holder());
});

test('the holder does not remove its lock while another process takes it over', async () => {
  const lock = await takeLock(file, 'notes');
  const { token } = JSON.parse(readFileSync(file, 'utf8')) as { token: string };
  const guard = await takeLock(path.join(folder, `.lock.json.${token}.guard`), 'notes');
  await lock.release();
  expect(existsSync(file)).toBe(true);
  await guard.release();
});

test('a process that is slow to remove a stale lock does not remove the lock that a faster one has taken', async () => {
  writeFileSync(file, holder({ pid: await deadPid(), machine: machineId() }));
  let faster: Lock | null = null;
  const slow = async (existing: string, name: string): Promise<void> => {
    // The slow one has found the stale lock and is about to remove it.
    if (name.endsWith('.guard')) faster ??= await takeLock(file, 'training');
    await link(existing, name);
  };
  await expect(takeLock(file, 'evaluation', { link: slow })).rejects.toMatchObject({
    kind: 'busy',
    message: expect.stringContaining('(training)') as string,
  });
  expect(faster!.held()).toBe(true);
  expect(readFileSync(file, 'utf8')).toContain('"what":"training"');
});

test('only one of two processes that find a stale lock removes it', async () => {
  writeFileSync(file, holder({ pid: await deadPid(), machine: machineId() }));
  const guard = await takeLock(path.join(folder, `.lock.json.${'f'.repeat(32)}.guard`), 'cleaning up');
  await expect(takeLock(file, 'notes')).rejects.toMatchObject({ kind: 'busy' });
  expect(existsSync(file)).toBe(true);
  await guard.release();
});

test('the guard of a killed process does not block the lock', async () => {
  writeFileSync(file, holder({ pid: await deadPid(), machine: machineId() }));
  const left = path.join(folder, `.lock.json.${'f'.repeat(32)}.guard`);
  writeFileSync(left, holder({ pid: await deadPid(), machine: machineId(), token: 'e'.repeat(32) }));
  await (await takeLock(file, 'notes')).release();
  expect(readdirSync(folder)).toEqual([]);
});

describe('leftovers', () => {
  test('of killed processes are removed; files of running processes and all others stay', async () => {
    const gone = await deadPid();
    mkdirSync(path.join(folder, 'checkpoints'));
    mkdirSync(path.join(folder, '.tiny.partial'));
    const mine = asideName(path.join(folder, 'train.txt'));
    const left = [
      `.train.txt.${gone}.0123abcd.tmp`,
      `checkpoints/.teacher-A-e00000-s0000003.safetensors.${gone}-991.0123abcd.tmp`,
      // Another process has this number by now: it started at another time.
      `.val.txt.${process.pid}-1.0123abcd.tmp`,
      `lock.json.stale-${gone}`,
      '.destila.lock.stale-12',
      '.tiny.partial.zip',
      '.tiny.partial/model.tflite',
    ];
    const kept = ['train.txt', '.hidden.tmp', 'notes.guard', '.gitignore', path.basename(mine), 'a.stale-1'];
    for (const name of [...left, ...kept]) writeFileSync(path.join(folder, name), 'x');
    writeFileSync(path.join(folder, '.lock.json.0a.guard'), holder({ pid: gone, machine: machineId() }));
    writeFileSync(path.join(folder, '.lock.json.0b.guard'), holder());
    await removeLeftovers(folder, { recursive: true });
    expect(readdirSync(folder).sort()).toEqual([...kept, '.lock.json.0b.guard', 'checkpoints'].sort());
    expect(readdirSync(path.join(folder, 'checkpoints'))).toEqual([]);
  });

  test('are recognized by the names of files that are being written', async () => {
    expect(isAbandoned(path.basename(asideName('x.txt')))).toBe(false);
    await writeFileAtomic(path.join(folder, 'x.txt'), 'x');
    expect(readdirSync(folder)).toEqual(['x.txt']);
  });
});

describe('the heartbeat', () => {
  const BEAT_MS = 10_000;
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  test('changes only the heartbeat in the lock, every ten seconds', async () => {
    const lock = await takeLock(file, 'notes');
    const before = JSON.parse(readFileSync(file, 'utf8')) as object;
    vi.advanceTimersByTime(BEAT_MS);
    await vi.waitFor(() => expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...before, beat: '000000000001' }));
    await lock.release();
  });

  test.each([
    ['another process has taken over', () => writeFileSync(path.join(folder, 'next'), holder())],
    ['the folder was moved', () => undefined],
  ])('tells the holder that %s', async (_, prepare) => {
    const lock = await takeLock(file, 'notes');
    prepare();
    if (existsSync(path.join(folder, 'next'))) renameSync(path.join(folder, 'next'), file);
    else rmSync(file);
    vi.advanceTimersByTime(BEAT_MS);
    await vi.waitFor(() => expect(lock.held()).toBe(false));
    await lock.release();
    expect(existsSync(file)).toBe(_ === 'another process has taken over');
  });
});
