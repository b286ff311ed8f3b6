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
  test('starts with all stages pending, in a folder of its own', async () => {
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

  test('whose record says running is interrupted when no process holds its lock', async () => {
    const folder = await createRun(fresh(), newRun);
    await writeRun(folder, { ...(await readRun(folder)), state: 'running' });
    expect(await runState(folder, await readRun(folder))).toBe('interrupted');
    const lock = await takeLock(lockFile(folder), 'training');
    expect(await runState(folder, await readRun(folder))).toBe('running');
    await lock.release();
  });

  test.each([
    ['{"formatVersion": 2}', 'mismatch.runNewer'],
    ['{"formatVersion": 1}', 'file.runRecordDamaged'],
    ['{', 'file.runRecordDamaged'],
  ])('with run.json %s is refused', async (text, code) => {
    const folder = await createRun(fresh(), newRun);
    writeFileSync(path.join(folder, 'run.json'), text);
    await expect(readRun(folder)).rejects.toMatchObject({ code });
  });

  test('belongs to the project that contains it, also after the project was moved', async () => {
    const project = path.join(fresh(), 'photos');
    const folder = await createRun(path.join(project, 'runs'), { ...newRun, project });
    writeFileSync(path.join(project, 'train.txt'), '');
    expect((await readRun(folder)).project).toBe(project);
    const moved = path.join(root, 'moved');
    renameSync(project, moved);
    expect((await readRun(path.join(moved, 'runs', path.basename(folder)))).project).toBe(moved);
  });

  test('outside a project keeps the project that it was created from', async () => {
    const folder = await createRun(path.join(fresh(), 'runs'), newRun);
    expect((await readRun(folder)).project).toBe('/photos');
  });

  test('that was moved is not created again by later writes', async () => {
    const folder = await createRun(fresh(), newRun);
    const record = await readRun(folder);
    renameSync(folder, `${folder}-moved`);
    await expect(writeRun(folder, record)).rejects.toMatchObject({
      code: 'file.folderGone',
      params: { folder },
    });
    await expect(makeOneFolder(path.join(folder, 'checkpoints'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(existsSync(folder)).toBe(false);
  });

  test('without run.json is not a run', async () => {
    await expect(readRun(root)).rejects.toMatchObject({ code: 'file.notARun' });
    expect(existsSync(path.join(root, 'run.json'))).toBe(false);
  });
});

describe('metrics.jsonl', () => {
  test('grows line by line and is truncated to a checkpoint', () => {
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
    again.cutTo(1000); // Must not extend the file.
    expect(again.length()).toBe(22);
    again.close();
  });
});
