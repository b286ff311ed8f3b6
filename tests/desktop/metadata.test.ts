import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { APP_ID } from '../../src/main/doors/desktop/appId.ts';

const read = (...name: string[]): string => readFileSync(path.join(import.meta.dirname, '..', '..', ...name), 'utf8');
const own = JSON.parse(read('package.json')) as { version: string; desktopName: string; homepage?: string };
const metainfo = read('packaging', 'linux', 'studio.destila.Studio.metainfo.xml');
const entry = read('packaging', 'linux', 'destila-studio.desktop');

test('software centers get the version of package.json', () => {
  expect(metainfo).toContain(`<release version="${own.version}"`);
});

test('packages name no home page but that of package.json', () => {
  const copyright = read('packaging', 'linux', 'copyright');
  const pages = [...metainfo.matchAll(/<url [^>]*>(.*?)<\/url>/g), ...copyright.matchAll(/^Source: (.*)$/gm)].map(
    ([, page]) => page,
  );
  expect(pages.filter((page) => page !== own.homepage)).toEqual([]);
});

test('Windows knows the running program by the id of its package', () => {
  expect(read('electron-builder.config.mjs')).toContain(`appId: '${APP_ID}'`);
});

test('windows are grouped under the launcher: its file name, the desktop name and the window class agree', () => {
  expect(own.desktopName).toBe('destila-studio.desktop');
  expect(metainfo).toContain(`<launchable type="desktop-id">${own.desktopName}</launchable>`);
  expect(entry).toContain('StartupWMClass=destila-studio\n');
});

test('no kind of file is taken over', () => {
  expect(entry).not.toMatch(/MimeType/);
  expect(metainfo).not.toMatch(/<mediatype>/);
  expect(read('electron-builder.config.mjs')).not.toMatch(/fileAssociations:|protocols:/);
});
