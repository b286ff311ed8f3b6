import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** What a package holds, on a made-up Electron: the real one is put in by electron-builder. */
interface Packed {
  readonly appOutDir: string;
  readonly electronPlatformName: 'linux' | 'win32' | 'darwin';
  readonly packager: { readonly executableName: string; readonly appInfo: { readonly productFilename: string } };
}
// The configuration has no type declarations, and TypeScript would ask for them if it saw the path here.
const configFile: string = new URL('../../electron-builder.config.mjs', import.meta.url).href;
const { default: config } = (await import(configFile)) as {
  default: { readonly asarUnpack: readonly string[]; afterPack(packed: Packed): Promise<void> };
};

/** Where Electron keeps its fuses: a mark, the version, how many, and one character each. */
const wire = Buffer.concat([
  Buffer.alloc(100, 7),
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('111111111'),
  Buffer.alloc(100, 7),
]);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-package-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the fuses are set: the app cannot be turned into a plain Node, nor be given options, an inspector or other code', async () => {
  const binary = path.join(folder, 'destila-studio');
  writeFileSync(binary, wire);
  await config.afterPack({
    appOutDir: folder,
    electronPlatformName: 'linux',
    packager: { executableName: 'destila-studio', appInfo: { productFilename: 'Destila Studio' } },
  });
  const fuses = await getCurrentFuseWire(binary);
  for (const off of [
    FuseV1Options.RunAsNode,
    FuseV1Options.EnableNodeOptionsEnvironmentVariable,
    FuseV1Options.EnableNodeCliInspectArguments,
    FuseV1Options.GrantFileProtocolExtraPrivileges,
  ])
    expect(fuses[off], FuseV1Options[off]).toBe(FuseState.DISABLE);
  for (const on of [
    FuseV1Options.EnableCookieEncryption,
    FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
    FuseV1Options.OnlyLoadAppFromAsar,
  ])
    expect(fuses[on], FuseV1Options[on]).toBe(FuseState.ENABLE);
});

test("of the native engine only this system's binaries are packed, and native modules lie beside the archive", async () => {
  const binaries = path.join(
    folder,
    'resources',
    'app.asar.unpacked',
    'node_modules',
    'onnxruntime-node',
    'bin',
    'napi-v6',
  );
  for (const name of ['linux', 'darwin', 'win32']) mkdirSync(path.join(binaries, name, 'x64'), { recursive: true });
  writeFileSync(path.join(folder, 'Destila Studio.exe'), wire);
  await config.afterPack({
    appOutDir: folder,
    electronPlatformName: 'win32',
    packager: { executableName: 'destila-studio', appInfo: { productFilename: 'Destila Studio' } },
  });
  expect(readdirSync(binaries)).toEqual(['win32']);
  for (const pattern of ['**/*.node', '**/node_modules/onnxruntime-node/**', '**/node_modules/sharp/**'])
    expect(config.asarUnpack).toContain(pattern);
});
