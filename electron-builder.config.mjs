/**
 * `npm run package` builds AppImage, deb, NSIS and dmg. Native modules are placed beside the archive, and binaries of
 * other systems are left out.
 */
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import fs from 'node:fs';
import path from 'node:path';

const nativeName = { linux: 'linux', darwin: 'darwin', win32: 'win32' };

export default {
  appId: 'studio.destila',
  productName: 'Destila Studio',
  directories: { output: 'dist', buildResources: 'resources/app' },
  files: [
    'out/**',
    'resources/**',
    'package.json',
    '!out/THIRD_PARTY_NOTICES.txt', // beside the archive, where a person finds it
    '!out/screens',
    '!out/shots',
    '!**/*.map',
    '!node_modules/**/{test,tests,docs,example,examples}/**',
  ],
  extraFiles: ['LICENSE', { from: 'out/THIRD_PARTY_NOTICES.txt', to: 'THIRD_PARTY_NOTICES.txt' }],
  asarUnpack: [
    '**/*.node',
    '**/*.so*',
    '**/*.dylib',
    '**/*.dll',
    '**/node_modules/onnxruntime-node/**',
    '**/node_modules/@img/**',
    '**/node_modules/sharp/**',
    '**/node_modules/@litertjs/**',
    'resources/**',
  ],
  // A project is a folder; its settings file opens it.
  fileAssociations: [{ ext: 'yaml', name: 'Destila project', role: 'Viewer' }],
  linux: { target: ['AppImage', 'deb'], category: 'Science', maintainer: 'Destila Studio' },
  win: { target: ['nsis'] },
  mac: { target: ['dmg'], category: 'public.app-category.developer-tools' },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  /** onnxruntime-node ships the binaries of every system; only this one's are needed. */
  afterPack: async ({ appOutDir, electronPlatformName, packager }) => {
    const resources =
      electronPlatformName === 'darwin'
        ? path.join(appOutDir, `${packager.appInfo.productFilename}.app`, 'Contents', 'Resources')
        : path.join(appOutDir, 'resources');
    const binaries = path.join(resources, 'app.asar.unpacked', 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6');
    if (fs.existsSync(binaries))
      for (const name of fs.readdirSync(binaries))
        if (name !== nativeName[electronPlatformName]) fs.rmSync(path.join(binaries, name), { recursive: true });
    const suffix = { darwin: '.app', win32: '.exe', linux: '' }[electronPlatformName];
    const name = electronPlatformName === 'linux' ? packager.executableName : packager.appInfo.productFilename;
    await flipFuses(path.join(appOutDir, `${name}${suffix}`), {
      version: FuseVersion.V1,
      [FuseV1Options.RunAsNode]: false,
      [FuseV1Options.EnableCookieEncryption]: true,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: false,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
    });
  },
};
