import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Machine } from '../../scripts/electron.ts';
import { electronBinary, hasDisplay, sandboxArguments } from '../../scripts/electron.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-electron-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text = ''): string => {
  const made = path.join(folder, name);
  mkdirSync(path.dirname(made), { recursive: true });
  writeFileSync(made, text);
  return made;
};
const machine = (over: Partial<Machine> = {}): Machine => ({
  platform: 'linux',
  env: {},
  user: 1000,
  package: path.join(folder, 'package'),
  ...over,
});

test('the binary is the one that was downloaded into the npm package', () => {
  expect(electronBinary(machine())).toBeNull();
  file('package/path.txt', 'electron\n');
  expect(electronBinary(machine())).toBeNull();
  const binary = file('package/dist/electron');
  expect(electronBinary(machine())).toBe(binary);
});

test('ELECTRON_OVERRIDE_DIST_PATH names another folder, which works without a download', () => {
  file('package/path.txt', 'electron');
  file('package/dist/electron');
  const env = { ELECTRON_OVERRIDE_DIST_PATH: path.join(folder, 'other') };
  expect(electronBinary(machine({ env }))).toBeNull();
  const binary = file('other/electron');
  expect(electronBinary(machine({ env }))).toBe(binary);
  rmSync(path.join(folder, 'package'), { recursive: true });
  expect(electronBinary(machine({ env }))).toBe(binary);
  const windows = file('other/electron.exe');
  expect(electronBinary(machine({ env, platform: 'win32' }))).toBe(windows);
});

test('only root gives up the sandbox, and only on Linux', () => {
  expect(sandboxArguments(machine({ user: 0 }))).toEqual(['--no-sandbox']);
  expect(sandboxArguments(machine())).toEqual([]);
  expect(sandboxArguments(machine({ user: 0, platform: 'darwin' }))).toEqual([]);
  expect(sandboxArguments(machine({ user: undefined, platform: 'win32' }))).toEqual([]);
});

test('Linux needs a display', () => {
  expect(hasDisplay(machine())).toBe(false);
  expect(hasDisplay(machine({ env: { DISPLAY: ':0' } }))).toBe(true);
  expect(hasDisplay(machine({ env: { WAYLAND_DISPLAY: 'wayland-0' } }))).toBe(true);
  expect(hasDisplay(machine({ platform: 'win32' }))).toBe(true);
});
