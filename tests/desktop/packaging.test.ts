import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** What a package holds, on a made-up Electron: the real one is put in by electron-builder. */
interface Packed {
  readonly appOutDir: string;
  readonly electronPlatformName: 'linux' | 'win32' | 'darwin';
  readonly packager: { readonly executableName: string; readonly appInfo: { readonly productFilename: string } };
}
// @ts-expect-error The packager's configuration is plain JavaScript, without types.
const { default: config } = (await import('../../electron-builder.config.mjs')) as {
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

test('an Electron that lacks the newest fuse gets all others', async () => {
  const binary = path.join(folder, 'destila-studio');
  const shorter = Buffer.concat([
    wire.subarray(0, 133),
    Buffer.from([7]),
    Buffer.from('1111111'),
    Buffer.alloc(100, 7),
  ]);
  writeFileSync(binary, shorter);
  await config.afterPack({
    appOutDir: folder,
    electronPlatformName: 'linux',
    packager: { executableName: 'destila-studio', appInfo: { productFilename: 'Destila Studio' } },
  });
  const fuses = await getCurrentFuseWire(binary);
  expect(fuses[FuseV1Options.RunAsNode]).toBe(FuseState.DISABLE);
  expect(fuses[FuseV1Options.OnlyLoadAppFromAsar]).toBe(FuseState.ENABLE);
});

test('what Node runs lies beside the archive, which only Electron can read', () => {
  for (const pattern of ['package.json', 'out/main/*/**', 'out/shared/**', 'node_modules/**', 'resources/**'])
    expect(config.asarUnpack).toContain(pattern);
});
