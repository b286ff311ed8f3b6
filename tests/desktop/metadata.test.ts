import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const read = (...name: string[]): string => readFileSync(path.join(import.meta.dirname, '..', '..', ...name), 'utf8');
const own = JSON.parse(read('package.json')) as { version: string; desktopName: string; homepage: string };
const metainfo = read('packaging', 'linux', 'studio.destila.Studio.metainfo.xml');
const entry = read('packaging', 'linux', 'destila-studio.desktop');

test('software centers get the version and the page of package.json', () => {
  expect(metainfo).toContain(`<release version="${own.version}"`);
  expect(metainfo).toContain(`<url type="homepage">${own.homepage}</url>`);
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
