import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRun, lockFile, readRun, writeRun } from '../../src/main/pipeline/storage/runFolder.ts';
import { machineId, startOf } from '../../src/main/pipeline/storage/holder.ts';
import type { Studio } from '../../src/main/studio/studio.ts';
import { createStudio } from '../../src/main/studio/studio.ts';
import { configSchema } from '../../src/shared/config.ts';
import type { Method, Output } from '../../src/shared/contract/contract.ts';
import { translator } from '../../src/shared/locales/translate.ts';
import { say } from '../../src/shared/message.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { makeTinyProject } from '../e2e/tinyProject.ts';

const home = mkdtempSync(path.join(tmpdir(), 'take-over-'));
const folder = path.join(home, 'photos');
let studio: Studio;
let project: string;
const ask = <M extends Method>(method: M, input: object): Promise<Output<M>> =>
  studio.call(method, input) as Promise<Output<M>>;

/** As a container that was killed leaves it: nothing of it can be looked up from here. */
const foreignLock = JSON.stringify({
  beat: '000000000004',
  formatVersion: 1,
  token: '0'.repeat(32),
  pid: 7,
  host: 'box-a',
  machine: 'another boot',
  started: 'another boot:1',
  what: 'saving labels',
});

beforeAll(async () => {
  process.env.DESTILA_STATE = path.join(home, 'state');
  process.env.DESTILA_CACHE = path.join(home, 'cache');
  await makeTinyProject(folder, { train: 4, val: 2, test: 2 });
  studio = await createStudio({ door: 'browser', reveal: null, keepAwake: () => undefined });
  project = (await ask('project.open', { folder })).id;
});
afterAll(async () => {
  await studio.close('kill');
  rmSync(home, { recursive: true, force: true });
});

test('labels locked from another container are saved after a person takes over', async () => {
  const lock = path.join(folder, '.destila.lock');
  const left = path.join(folder, '.train.txt.999999.0123abcd.tmp');
  writeFileSync(lock, foreignLock);
  writeFileSync(left, 'half of a file');
  const [line] = readFileSync(path.join(folder, 'train.txt'), 'utf8').split('\n');
  const [named, ...before] = line!.split(',');
  const change = { split: 'train', line: 1, path: named, before, after: ['kiwi'], to: 'train' };
  const refused = (await ask('dataset.save', { project, changes: [change] }).catch(
    (error: unknown) => error,
  )) as Problem;
  expect(refused).toMatchObject({ kind: 'locked' });
  expect(say(translator('es'), refused)).toBe(
    `${folder} está bloqueada por el proceso 7 de box-a (guardando etiquetas), que no se puede comprobar desde aquí. ` +
      'Si ese programa ha acabado, toma el control o inténtalo de nuevo dentro de un minuto; si no, detenlo allí.',
  );
  await ask('project.takeOver', { project });
  expect(await ask('dataset.save', { project, changes: [change] })).toMatchObject({ state: 'saved' });
  expect(readFileSync(path.join(folder, 'train.txt'), 'utf8')).toContain(`${named},kiwi\n`);
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('opening a project removes what a killed save left in it', async () => {
  writeFileSync(path.join(folder, '.destila.lock.stale-12'), '');
  writeFileSync(path.join(folder, '.val.txt.999999.0123abcd.tmp'), '');
  await ask('project.open', { folder });
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('a run that another container was training can be resumed after a person takes over; a living one cannot', async () => {
  const run = await createRun(path.join(folder, 'runs'), {
    project: folder,
    preset: null,
    config: configSchema.parse({}),
    versions: {},
  });
  await writeRun(run, { ...(await readRun(run)), state: 'running' });
  const stateOf = async () => (await ask('runs.list', { project }))[0]!.state;
  writeFileSync(lockFile(run), foreignLock);
  expect(await stateOf()).toBe('running');
  await ask('runs.takeOver', { project, run: path.basename(run) });
  expect(await stateOf()).toBe('interrupted');
  expect(existsSync(lockFile(run))).toBe(false);
  const living = { pid: process.pid, machine: machineId(), started: startOf(process.pid), what: 'training' };
  writeFileSync(lockFile(run), JSON.stringify({ ...(JSON.parse(foreignLock) as object), ...living }));
  await expect(ask('runs.takeOver', { project, run: path.basename(run) })).rejects.toMatchObject({ kind: 'busy' });
});
