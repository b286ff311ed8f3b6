import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readDataset } from '../../src/main/pipeline/data/readDataset.ts';
import { insideFolder, refuseLinksOut } from '../../src/main/pipeline/storage/insideFolder.ts';
import { createStudio } from '../../src/main/studio/studio.ts';
import type { Studio } from '../../src/main/studio/studio.ts';
import { createResponder } from '../../src/main/doors/http/responder.ts';
import { repair } from '../../src/main/studio/labels/repairs.ts';
import { saveChanges } from '../../src/main/studio/labels/saveChanges.ts';
import { contract } from '../../src/shared/contract/contract.ts';
import { Problem } from '../../src/shared/problem.ts';

let home: string;
let project: string;
let secret: string;
let studio: Studio | null = null;
const environment = { ...process.env };

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'foreign-'));
  project = path.join(home, 'project');
  mkdirSync(path.join(project, 'images'), { recursive: true });
  secret = path.join(home, 'secret.txt');
  writeFileSync(secret, 'secret\n');
  const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer();
  writeFileSync(path.join(project, 'images', 'a.jpg'), bytes);
  for (const split of ['train', 'val', 'test']) writeFileSync(path.join(project, `${split}.txt`), 'images/a.jpg,cat\n');
  process.env.DESTILA_STATE = path.join(home, 'state');
  process.env.DESTILA_CACHE = path.join(home, 'cache');
});

afterEach(async () => {
  await studio?.close('kill');
  studio = null;
  process.env = { ...environment };
  rmSync(home, { recursive: true, force: true });
});

const opened = async (): Promise<{ id: string; door: Studio }> => {
  studio = await createStudio({ door: 'browser', reveal: null, keepAwake: () => undefined });
  const { id } = (await studio.call('project.open', { folder: project })) as { id: string };
  return { id, door: studio };
};

describe('a name inside a folder', () => {
  test('leads to the real file, also through links within', () => {
    symlinkSync('images', path.join(project, 'photos'));
    expect(insideFolder(project, 'photos/a.jpg')).toBe(path.join(project, 'images', 'a.jpg'));
    expect(insideFolder(project, 'images/new/b.csv')).toBe(path.join(project, 'images', 'new', 'b.csv'));
    symlinkSync(project, path.join(home, 'door'));
    expect(insideFolder(path.join(home, 'door'), path.join(project, 'images', 'a.jpg'))).toBe(
      path.join(project, 'images', 'a.jpg'),
    );
  });

  test.each([
    '../secret.txt',
    'images/../../secret.txt',
    '.',
    '',
    'link',
    'away/secret.txt',
    'away/new.txt',
    'dangling',
    'a\0b',
  ])("'%s' is refused", (name) => {
    symlinkSync(secret, path.join(project, 'link'));
    symlinkSync(home, path.join(project, 'away'));
    symlinkSync(path.join(home, 'not-yet'), path.join(project, 'dangling'));
    expect(() => insideFolder(project, name)).toThrow(Problem);
  });

  test('absolute names are refused too', () => {
    expect(() => insideFolder(project, secret)).toThrow(/outside/);
    mkdirSync(`${project}-other`);
    expect(() => insideFolder(project, `${project}-other`)).toThrow(/outside/);
  });
});

describe('data.labels_file', () => {
  test.each(['../secret.txt', 'ABSOLUTE', 'link.txt'])(
    '%s outside the project is neither read nor written',
    async (name) => {
      symlinkSync(secret, path.join(project, 'link.txt'));
      const config = { separator: 'auto' as const, labels_file: name === 'ABSOLUTE' ? secret : name };
      const { dataset, findings } = await readDataset(project, config);
      expect(dataset.vocabulary).toEqual([]);
      expect(findings.find(({ code }) => code === 'labelsFile')?.message.code).toBe('findings.labelsFile.outside');
      const mend = repair({ project, config, code: 'unknownLabel', backupFolder: path.join(home, 'backups') });
      await expect(mend).rejects.toMatchObject({ code: 'file.outsideFolder' });
      expect(readFileSync(secret, 'utf8')).toBe('secret\n');
    },
  );

  test('inside the project gets the missing classes', async () => {
    writeFileSync(path.join(project, 'classes.txt'), 'dog\n');
    const config = { separator: 'auto' as const, labels_file: 'classes.txt' };
    await repair({ project, config, code: 'unknownLabel', backupFolder: path.join(home, 'backups') });
    expect(readFileSync(path.join(project, 'classes.txt'), 'utf8')).toBe('dog\ncat\n');
  });
});

describe('a label file that is a link out of the project', () => {
  beforeEach(() => {
    writeFileSync(secret, 'images/a.jpg,root\n');
    rmSync(path.join(project, 'train.txt'));
    symlinkSync(secret, path.join(project, 'train.txt'));
  });

  test('is named by the check, and its lines are not shown', async () => {
    const { dataset, findings } = await readDataset(project, { separator: 'auto', labels_file: null });
    expect(dataset.vocabulary).toEqual(['cat']);
    expect(findings).toMatchObject([{ code: 'outside', file: 'train.txt', severity: 'error' }]);
  });

  test('is never written', async () => {
    const change = {
      split: 'train',
      line: 1,
      path: 'images/a.jpg',
      before: ['root'],
      after: ['x'],
      to: 'train',
    } as const;
    const save = saveChanges({
      project,
      changes: [{ ...change, before: [...change.before], after: [...change.after] }],
      separator: 'auto',
      backupFolder: path.join(home, 'backups'),
    });
    await expect(save).rejects.toMatchObject({ code: 'file.outsideFolder' });
    expect(readFileSync(secret, 'utf8')).toBe('images/a.jpg,root\n');
  });
});

test('settings that are a link out of the project are not read', async () => {
  writeFileSync(secret, 'seed: 5\n');
  symlinkSync(secret, path.join(project, 'destila.yaml'));
  const { id, door } = await opened();
  await expect(door.call('config.choices', { project: id })).rejects.toMatchObject({ code: 'file.outsideFolder' });
});

test.each(['../../x', 'x', '', 'ABCDEF012345', '0123456789abc', '__proto__', '0123456789ab/..'])(
  "'%s' is not an id of a project for any method",
  (id) => {
    for (const [method, { input }] of Object.entries(contract)) {
      const known = input as { shape?: Record<string, unknown> };
      if (known.shape?.project === undefined) continue;
      const { error } = input.safeParse({ project: id });
      expect([method, error?.issues.some(({ path: at }) => at[0] === 'project')]).toEqual([method, true]);
    }
  },
);

test.each(['..', '../x', '.hidden', 'a/b', 'a\\b', '', 'x'.repeat(101)])("'%s' is not an id of a run", (run) => {
  expect(contract['runs.history'].input.safeParse({ project: '0123456789ab', run }).success).toBe(false);
});

describe('what is served', () => {
  const made = (): string => {
    const run = path.join(project, 'runs', 'r1');
    mkdirSync(path.join(run, 'report'), { recursive: true });
    writeFileSync(path.join(run, 'report', 'report.html'), '<!doctype html><script>alert(1)</script>');
    return run;
  };
  const get = async (address: string): Promise<Response> => {
    const { id, door } = await opened();
    return createResponder(door, home)(new URL(address.replace('ID', id), 'http://127.0.0.1'), {
      ifNoneMatch: null,
      language: 'en',
    });
  };

  test('a report has an origin of its own, no script and no connection', async () => {
    made();
    const response = await get('/download/ID/r1?name=report/report.html');
    expect(response.status).toBe(200);
    const policy = response.headers.get('content-security-policy')!.split('; ');
    expect(policy).toContain('sandbox');
    expect(policy).toContain("default-src 'none'");
    expect(policy.join()).not.toMatch(/script-src|allow-/);
    // With any other value the HTML standard turns a sandboxed page into a network error.
    expect(response.headers.get('cross-origin-opener-policy')).toBe('unsafe-none');
  });

  test('a link out of a run is no download', async () => {
    symlinkSync(secret, path.join(made(), 'report', 'p.csv'));
    expect((await get('/download/ID/r1?name=report/p.csv')).status).toBe(404);
  });

  test('runs that are a link to another project are not reached', async () => {
    const other = path.join(home, 'other');
    mkdirSync(path.join(other, 'r1', 'report'), { recursive: true });
    writeFileSync(path.join(other, 'r1', 'report', 'report.html'), 'x');
    symlinkSync(other, path.join(project, 'runs'));
    expect((await get('/download/ID/r1?name=report/report.html')).status).toBe(404);
  });

  test('an image is only a file of the project, with the type of its content', async () => {
    symlinkSync(secret, path.join(project, 'images', 'link.jpg'));
    writeFileSync(path.join(project, 'images', 'page.jpg'), '<!doctype html><script>alert(1)</script>');
    expect((await get('/image/ID?kind=photo&path=images/link.jpg')).status).toBe(404);
    expect((await get('/image/ID?kind=photo&path=../secret.jpg')).status).toBe(404);
    const photo = await get('/image/ID?kind=photo&path=images/a.jpg');
    expect([photo.status, photo.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect((await get('/image/ID?kind=photo&path=images/page.jpg')).status).toBe(404);
  });
});

test('a run with a link out of it is refused before anything is written', async () => {
  const run = path.join(project, 'runs', 'r1');
  mkdirSync(path.join(run, 'models'), { recursive: true });
  await refuseLinksOut(run);
  symlinkSync('models', path.join(run, 'inner'));
  await refuseLinksOut(run);
  symlinkSync(home, path.join(run, 'models', 'out'));
  await expect(refuseLinksOut(run)).rejects.toMatchObject({ code: 'file.outsideFolder' });
});

describe('another user of the machine', () => {
  const mode = (file: string): number => statSync(file).mode & 0o777;
  test('cannot read settings or the state folder, also those of an earlier version', async () => {
    const state = path.join(home, 'state');
    const settings = path.join(state, 'settings.json');
    mkdirSync(state, { mode: 0o755 });
    writeFileSync(settings, JSON.stringify({ proxy: 'http://ann:pass@host:1' }), { mode: 0o644 });
    const { door } = await opened();
    expect([mode(state), mode(settings)]).toEqual([0o700, 0o600]);
    await door.call('settings.set', { proxy: 'http://ann:word@host:1' });
    expect([mode(settings), readFileSync(settings, 'utf8').includes('ann:word')]).toEqual([0o600, true]);
    expect(existsSync(settings)).toBe(true);
  });
});
