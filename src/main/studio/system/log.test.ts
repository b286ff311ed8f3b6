import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { redacted } from './log.ts';
import type { Studio } from '../studio.ts';
import { createStudio } from '../studio.ts';

const person = { home: '/home/ana', user: 'ana', host: 'portatil' };
const shown = (text: string, folders: readonly string[] = []): string => redacted(text, folders, person);

test('projects, the home folder, removable disks and passwords are removed', () => {
  expect(shown('/data/boda/a.jpg and /data/boda/baile/b.jpg', ['/data/boda', '/data/boda/baile'])).toBe(
    '<project 1>/a.jpg and <project 2>/b.jpg',
  );
  expect(shown("'/home/ana/Fotos/x.jpg'")).toBe("'~/Fotos/x.jpg'");
  expect(shown('ENOENT: /media/usb/Clinica/a.jpg')).toBe('ENOENT: <path>');
  expect(shown(String.raw`open C:\Users\Ana\x.jpg`)).toBe('open <path>');
  expect(shown('proxy http://ana:geheim@proxy:8080')).toBe('proxy http://<secret>@proxy:8080');
});

test("the user's and the machine's names are removed as words, not inside other words", () => {
  expect(shown('ana at portatil, analysis of banana')).toBe('<user> at <host>, analysis of banana');
});

test('an empty or root home folder removes nothing', () => {
  expect(redacted('a/b/c', ['/'], { home: '/', user: '', host: '' })).toBe('a/b/c');
});

let home = '';
let studio: Studio;
beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'destila-log-'));
  process.env.DESTILA_STATE = path.join(home, 'state');
  process.env.DESTILA_CACHE = path.join(home, 'cache');
  studio = await createStudio({ door: 'browser', reveal: null, keepAwake: () => undefined });
});
afterEach(async () => {
  await studio.close('kill');
  rmSync(home, { recursive: true, force: true });
});

test('the log has neither the name of a folder that is not a project nor the password of a proxy', async () => {
  const folder = path.join(home, 'Fotos de la boda');
  await expect(studio.call('project.open', { folder })).rejects.toThrow();
  await studio.call('settings.set', { proxy: 'http://ana:geheim@proxy:8080' });
  const { text } = (await studio.call('studio.diagnostics', {})) as { text: string };
  expect(text).toMatch(/project\.open: .*<folder>/);
  expect(text).not.toMatch(/boda|geheim/);
  expect(readFileSync(path.join(home, 'state', 'studio.log'), 'utf8')).not.toContain('boda');
});
