import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { translator } from '../../../shared/locales/translate.ts';
import { aboutOptions, licensesFile } from './about.ts';

test('About names the version, the license and what the program is built on', () => {
  const versions = { electron: '45.4.1', chrome: '150.0.1', node: '24.2.0', v8: '15' };
  const options = aboutOptions(translator('en'), '0.1.0', versions, '/icon.png');
  expect(options).toMatchObject({ applicationVersion: '0.1.0', iconPath: '/icon.png' });
  expect(options.copyright?.split('\n')).toEqual(
    expect.arrayContaining(['MIT license', 'Electron 45.4.1', 'Chromium 150.0.1', 'Node 24.2.0']),
  );
});

test('the licenses are beside the program, in the contents of a macOS package, or in the build', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'destila-about-'));
  const write = (...parts: string[]): string => {
    const file = path.join(folder, ...parts, 'THIRD_PARTY_NOTICES.txt');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '');
    return file;
  };
  const app = path.join(folder, 'tree');
  const linux = path.join(folder, 'opt', 'destila-studio');
  const mac = path.join(folder, 'Studio.app', 'Contents', 'MacOS', 'Studio');
  expect(licensesFile(app, linux)).toBeNull();
  const built = write('tree', 'out');
  expect(licensesFile(app, linux)).toBe(built);
  const beside = write('opt');
  expect(licensesFile(app, linux)).toBe(beside);
  const contents = write('Studio.app', 'Contents');
  expect(licensesFile(app, mac)).toBe(contents);
  rmSync(folder, { recursive: true, force: true });
});
