/**
 * What a package contains and how it is made; `npm run package` runs it. Files that Node runs are placed beside the
 * archive, which only Electron can read: jobs, the command line, and everything that they import.
 */
import { flipFuses, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';
import fs from 'node:fs';
import path from 'node:path';

/** What the launcher shows. The packager adds where the program lies. */
const desktopEntry = Object.fromEntries(
  fs
    .readFileSync(new URL('packaging/linux/destila-studio.desktop', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
    .filter(([key]) => key !== 'Exec'),
);

const installOnly = [
  'adm-zip',
  'define-data-property',
  'define-properties',
  'es-define-property',
  'es-errors',
  'escape-string-regexp',
  'global-agent',
  'globalthis',
  'gopd',
  'has-property-descriptors',
  'matcher',
  'object-keys',
  'serialize-error',
  'type-fest',
];

const fuses = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
};

/** Versions of Electron before 29 lack the last fuse, and @electron/fuses refuses to set one that is missing. */
async function setFuses(binary, resetAdHocDarwinSignature) {
  const wire = await getCurrentFuseWire(binary);
  const known = Object.entries(fuses).filter(([fuse]) => wire[fuse] !== undefined);
  const missing = Object.keys(fuses).filter((fuse) => wire[fuse] === undefined);
  if (missing.length > 0)
    process.emitWarning(
      `This Electron is too old for the fuses ${missing.map((fuse) => FuseV1Options[fuse]).join(', ')}.`,
    );
  await flipFuses(binary, { version: FuseVersion.V1, resetAdHocDarwinSignature, ...Object.fromEntries(known) });
}

/** Set to sign and notarize; without them macOS and Windows warn about an unknown developer. docs/releasing.md has all. */
const { APPLE_TEAM_ID: appleTeam, ELECTRON_OVERRIDE_DIST_PATH: electronDist } = process.env;

export default {
  appId: 'studio.destila',
  productName: 'Destila Studio',
  copyright: 'Copyright © 2026 The Destila Studio contributors',
  directories: { output: 'dist', buildResources: 'packaging' },
  ...(electronDist && { electronDist }),
  electronLanguages: ['en', 'en-US', 'es', 'es-419'],
  // Native modules come built for Node's stable interface, and none of them runs in Electron.
  npmRebuild: false,
  files: [
    'out/{main,shared,preload,renderer}/**',
    'resources/**',
    'package.json',
    '!out/main/doors/desktop/**', // In the bundle.
    '!**/*.map',
    '!node_modules/**/*.{ts,cts,mts,cc,h,gyp,md,tsbuildinfo}',
    '!node_modules/**/{test,tests,docs,example,examples}/**',
    '!node_modules/**/{tsconfig.json,metafile-esm.json}',
    // Node's own documents, headers and completions.
    '!node_modules/node-*/{include,share}/**',
    '!node_modules/onnxruntime-node/{script,bin}/**',
    'node_modules/onnxruntime-node/bin/napi-v6/${platform}/${arch}/**',
    '!**/libonnxruntime.1.*.dylib', // The same as libonnxruntime.1.dylib, which the module loads.
    '!node_modules/@litertjs/core/wasm/**',
    'node_modules/@litertjs/core/wasm/litert_wasm_compat_internal.*', // Runs everywhere; the studio loads no other.
    '!node_modules/sharp/{src,install,lib}/**',
    // Builds for browsers and for other module systems.
    '!node_modules/h5wasm/{src,dist/node,dist/iife}/**',
    '!node_modules/csv-parse/dist/**',
    '!node_modules/i18next/{i18next*.js,typescript/**,dist/umd/**}',
    '!node_modules/protobufjs/{dist,ext}/**',
    '!node_modules/yaml/browser/**',
    '!node_modules/zod/{src,v3}/**',
    '!node_modules/zod/**/*.cjs',
    // Only onnxruntime-node's install script needs these, and its binaries are in its package.
    `!node_modules/{${installOnly.join(',')}}/**`,
  ],
  // All but the desktop's own bundle and preload script, which stay under Electron's check of the archive.
  asarUnpack: ['package.json', 'out/main/*/**', 'out/shared/**', 'out/renderer/**', 'node_modules/**', 'resources/**'],
  extraResources: [{ from: 'out/weights', to: 'weights' }],
  extraFiles: ['LICENSE', { from: 'out/THIRD_PARTY_NOTICES.txt', to: 'THIRD_PARTY_NOTICES.txt' }],
  // No file associations: a project is a folder, and its .yaml and .txt files belong to the person's editor.
  linux: {
    target: ['AppImage'], // scripts/package/deb.ts makes the .deb from the unpacked folder.
    category: desktopEntry.Categories,
    icon: 'out/icons',
    syncDesktopName: true,
    desktop: { entry: desktopEntry },
    extraResources: [{ from: 'packaging/bin/destila', to: 'bin/destila' }],
  },
  win: {
    target: ['nsis'],
    icon: 'out/icons/icon.ico',
    extraResources: [{ from: 'packaging/bin/destila.cmd', to: 'bin/destila.cmd' }],
  },
  mac: {
    target: ['dmg'],
    category: 'public.app-category.developer-tools',
    icon: 'out/icons/icon.icns',
    hardenedRuntime: true,
    gatekeeperAssess: false,
    entitlements: 'packaging/mac/entitlements.plist',
    entitlementsInherit: 'packaging/mac/entitlements.plist',
    notarize: appleTeam !== undefined,
    extraResources: [
      { from: 'packaging/bin/destila', to: 'bin/destila' },
      { from: 'out/node-darwin-${arch}', to: 'node' },
    ],
  },
  nsis: {
    oneClick: false,
    perMachine: false,
    allowToChangeInstallationDirectory: true,
    license: 'LICENSE',
    deleteAppDataOnUninstall: false, // Weights, engines and drafts outlive the program.
    differentialPackage: false,
  },
  dmg: { title: '${productName} ${version}' },
  // No update check, hence no list of versions for one.
  publish: null,
  afterPack: async ({ appOutDir, electronPlatformName, packager }) => {
    fs.rmSync(path.join(appOutDir, 'resources', 'default_app.asar'), { force: true }); // A given Electron still has it.
    const suffix = { darwin: '.app', win32: '.exe', linux: '' }[electronPlatformName];
    const name = electronPlatformName === 'linux' ? packager.executableName : packager.appInfo.productFilename;
    // Changing the binary breaks the ad-hoc signature that Apple's processors demand, also of an unsigned build.
    await setFuses(path.join(appOutDir, `${name}${suffix}`), electronPlatformName === 'darwin');
  },
};
