import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { neededLibraries } from './elf.ts';

/** The libraries of onnxruntime for Linux, which are in the npm package on every system. */
const folder = path.join(
  path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
  'bin/napi-v6/linux/x64',
);

// The lists are those of `readelf -d`.
test.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  'linked libraries are those that readelf lists',
  async () => {
    expect(await neededLibraries(path.join(folder, 'libonnxruntime.so.1'))).toEqual([
      'libdl.so.2',
      'librt.so.1',
      'libpthread.so.0',
      'libstdc++.so.6',
      'libm.so.6',
      'libgcc_s.so.1',
      'libc.so.6',
      'ld-linux-x86-64.so.2',
    ]);
    expect(await neededLibraries(path.join(folder, 'onnxruntime_binding.node'))).toEqual([
      'libonnxruntime.so.1',
      'libstdc++.so.6',
      'libm.so.6',
      'libgcc_s.so.1',
      'libc.so.6',
    ]);
  },
);

test('another file is refused', async () => {
  await expect(neededLibraries(import.meta.filename)).rejects.toThrow(/ELF/);
});
