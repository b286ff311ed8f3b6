import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { System } from './places.ts';
import { cacheFolder, enginesFolder, stateFolder, weightsFolder } from './places.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'places-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const inHome = (...parts: string[]): string => path.join(home, ...parts);
const system = (platform: NodeJS.Platform, env: System['env'] = {}): System => ({ platform, env, home });
const folders = (on: System): string[] =>
  [stateFolder(on), cacheFolder(on), weightsFolder(on), enginesFolder(on)].map((folder) => path.relative(home, folder));

describe('on Windows', () => {
  const windows = (): System => system('win32', { APPDATA: inHome('Roaming'), LOCALAPPDATA: inHome('Local') });

  test('only the state is in the roaming profile; caches, weights and engines are local', () => {
    expect(folders(windows())).toEqual(
      ['Roaming/Destila Studio', ...['cache', 'weights', 'engines'].map((name) => `Local/Destila Studio/${name}`)].map(
        path.normalize,
      ),
    );
  });

  test('the folders in the home folder are used when the variables are missing', () => {
    expect(stateFolder(system('win32'))).toBe(inHome('AppData', 'Roaming', 'Destila Studio'));
    expect(cacheFolder(system('win32'))).toBe(inHome('AppData', 'Local', 'Destila Studio', 'cache'));
    expect(enginesFolder(system('win32'))).toBe(inHome('AppData', 'Local', 'Destila Studio', 'engines'));
  });

  test('weights and engines of an earlier version are still found in the roaming profile', () => {
    mkdirSync(inHome('Roaming', 'Destila Studio', 'weights'), { recursive: true });
    expect(weightsFolder(windows())).toBe(inHome('Roaming', 'Destila Studio', 'weights'));
    expect(enginesFolder(windows())).toBe(inHome('Local', 'Destila Studio', 'engines'));
    mkdirSync(inHome('Roaming', 'Destila Studio', 'engines'));
    expect(enginesFolder(windows())).toBe(inHome('Roaming', 'Destila Studio', 'engines'));
  });

  test('DESTILA_STATE moves weights and engines as well', () => {
    const moved = system('win32', { ...windows().env, DESTILA_STATE: inHome('mine') });
    expect([stateFolder(moved), weightsFolder(moved), enginesFolder(moved)]).toEqual([
      inHome('mine'),
      inHome('mine', 'weights'),
      inHome('mine', 'engines'),
    ]);
  });
});

test('on macOS everything is in the Library folder', () => {
  expect(folders(system('darwin'))).toEqual(
    [
      'Library/Application Support/destila-studio',
      'Library/Caches/destila-studio',
      'Library/Application Support/destila-studio/weights',
      'Library/Application Support/destila-studio/engines',
    ].map(path.normalize),
  );
});

test('on Linux the XDG folders are used', () => {
  expect(folders(system('linux'))).toEqual(
    [
      '.local/state/destila-studio',
      '.cache/destila-studio',
      '.local/state/destila-studio/weights',
      '.local/state/destila-studio/engines',
    ].map(path.normalize),
  );
  const xdg = system('linux', { XDG_STATE_HOME: inHome('state'), XDG_CACHE_HOME: inHome('cache') });
  expect([stateFolder(xdg), cacheFolder(xdg)]).toEqual([
    inHome('state', 'destila-studio'),
    inHome('cache', 'destila-studio'),
  ]);
});
