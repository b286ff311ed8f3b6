import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { makeOneFolder } from './atomicFile.ts';
import { takeLock } from './lock.ts';
import { openMetricsLog } from './metricsLog.ts';
import { createRun, listRuns, lockFile, nextStage, readRun, runState, writeRun } from './runFolder.ts';

const root = mkdtempSync(path.join(tmpdir(), 'run-folder-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
const fresh = (): string => path.join(root, String(folders++));
const newRun = { project: '/photos', preset: null, config: configSchema.parse({}), versions: { destila: '0' } };

describe('a run folder', () => {
  test('starts with everything to do, in a folder of its own', async () => {
    const runs = fresh();
    const now = new Date('2026-03-04T05:06:07Z');
    const [a, b] = [await createRun(runs, newRun, now), await createRun(runs, newRun, now)];
    expect([path.basename(a), path.basename(b)]).toEqual(['2026-03-04-050607', '2026-03-04-050607-2']);
    const record = await readRun(a);
    expect(record).toMatchObject({ state: 'created', project: '/photos', testOpenings: [], config: newRun.config });
    expect(nextStage(record)).toBe('data');
    mkdirSync(path.join(runs, 'no run'));
    expect((await listRuns(runs)).map(({ folder }) => folder)).toEqual([a, b]);
  });

  test('that says running while nobody runs it was interrupted', async () => {
    const folder = await createRun(fresh(), newRun);
    await writeRun(folder, { ...(await readRun(folder)), state: 'running' });
    expect(await runState(folder, await readRun(folder))).toBe('interrupted');
    const lock = await takeLock(lockFile(folder), 'training');
    expect(await runState(folder, await readRun(folder))).toBe('running');
    await lock.release();
  });

  test.each([
    ['{"formatVersion": 2}', /newer version/],
    ['{"formatVersion": 1}', /damaged/],
    ['{', /is not JSON/],
  ])('with run.json %s is refused in words', async (text, message) => {
    const folder = await createRun(fresh(), newRun);
    writeFileSync(path.join(folder, 'run.json'), text);
    await expect(readRun(folder)).rejects.toThrow(message);
  });

  test('belongs to the project that it lies in: a moved or copied project does not lead to the old place', async () => {
    const project = path.join(fresh(), 'photos');
    const folder = await createRun(path.join(project, 'runs'), { ...newRun, project });
    writeFileSync(path.join(project, 'train.txt'), '');
    expect((await readRun(folder)).project).toBe(project);
    const moved = path.join(root, 'moved');
    renameSync(project, moved);
    expect((await readRun(path.join(moved, 'runs', path.basename(folder)))).project).toBe(moved);
  });

  test('that was put elsewhere keeps the project that it was made from', async () => {
    const folder = await createRun(path.join(fresh(), 'runs'), newRun);
    expect((await readRun(folder)).project).toBe('/photos');
  });

  test('that was moved away is not created again by what still writes to it', async () => {
    const folder = await createRun(fresh(), newRun);
    const record = await readRun(folder);
    renameSync(folder, `${folder}-moved`);
    await expect(writeRun(folder, record)).rejects.toMatchObject({
      kind: 'file',
      message: expect.stringMatching(/is gone/) as string,
    });
    await expect(makeOneFolder(path.join(folder, 'checkpoints'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(existsSync(folder)).toBe(false);
  });

  test('without run.json is no run', async () => {
    await expect(readRun(root)).rejects.toThrow(/is no run/);
    expect(existsSync(path.join(root, 'run.json'))).toBe(false);
  });
});

describe('metrics.jsonl', () => {
  test('grows line by line and is cut back to where a checkpoint was', () => {
    const file = path.join(root, 'metrics.jsonl');
    const log = openMetricsLog(file);
    const after = log.append({ step: 1 });
    log.append({ step: 2, text: 'größer' });
    log.cutTo(after);
    log.append({ step: 3 });
    log.close();
    expect(readFileSync(file, 'utf8')).toBe('{"step":1}\n{"step":3}\n');
    const again = openMetricsLog(file);
    expect(again.length()).toBe(22);
    again.cutTo(1000); // nothing is added
    expect(again.length()).toBe(22);
    again.close();
  });
});
