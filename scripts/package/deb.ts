import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * Makes the .deb with dpkg-deb from the unpacked folder. electron-builder would download a packaging tool in Ruby for
 * this.
 */
const root = path.join(import.meta.dirname, '..', '..');
const linux = (...names: readonly string[]): string => path.join(root, 'packaging', 'linux', ...names);

export interface About {
  readonly version: string;
  readonly description: string;
  readonly author: { readonly name: string; readonly email: string };
}

const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' } as const;

/**
 * Libraries that Electron, Node and the native modules are linked with (`dpkg-shlibdeps`), without those that GTK needs
 * anyway. The names with t64 are those of Ubuntu 24.04 and Debian 13.
 */
const DEPENDS = [
  'libasound2t64 | libasound2 (>= 1.0.17)',
  'libatspi2.0-0t64 | libatspi2.0-0 (>= 2.9.90)',
  'libc6 (>= 2.28)',
  'libcups2t64 | libcups2 (>= 1.7.0)',
  'libdrm2 (>= 2.4.60)',
  'libexpat1',
  'libgbm1 (>= 17.1.0)',
  'libgcc-s1',
  'libgtk-3-0t64 | libgtk-3-0 (>= 3.24)',
  'libnspr4',
  'libnss3 (>= 2:3.26)',
  'libstdc++6 (>= 8)',
  'libxkbcommon0',
];
/** Opened at run time: notifications, the keyring, graphics cards, showing a file in its folder. */
const RECOMMENDS = ['libnotify4', 'libsecret-1-0', 'libvulkan1', 'xdg-utils'];

/** A pre-release sorts before its release: 1.0.0~beta.1 < 1.0.0. */
export const debVersion = (version: string): string => version.replace('-', '~');

export const control = (about: About, arch: 'x64' | 'arm64', kibibytes: number): string =>
  [
    'Package: destila-studio',
    `Version: ${debVersion(about.version)}`,
    `Architecture: ${ARCHITECTURES[arch]}`,
    `Maintainer: ${about.author.name} <${about.author.email}>`,
    `Installed-Size: ${kibibytes}`,
    `Depends: ${DEPENDS.join(', ')}`,
    `Recommends: ${RECOMMENDS.join(', ')}`,
    'Section: science',
    'Priority: optional',
    'Description: train image classifiers on your photos and run them on phones',
    ...wrap(about.description).map((line) => ` ${line}`),
    ' .',
    ' The package holds the desktop studio and the command line "destila".',
    '',
  ].join('\n');

/** Lines of at most 78 characters. */
function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + word.length >= 78) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();

/** Everybody may read everything; programs stay programs, whatever the umask was. */
function setModes(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(file, 0o755);
    else if (entry.isFile()) chmodSync(file, (statSync(file).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

function put(file: string, content: string | Buffer, mode = 0o644): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content, { mode });
}

export interface Parts {
  /** The packed app. */
  readonly unpacked: string;
  /** From scripts/icons.ts. */
  readonly icons: string;
  /** Where the .deb goes. */
  readonly folder: string;
  readonly about: About;
  readonly arch: 'x64' | 'arm64';
}

/** The tree as it lies on the installed system, without DEBIAN/. */
function writeTree(tree: string, { unpacked, icons }: Parts): void {
  const app = path.join(tree, 'opt', 'destila-studio');
  mkdirSync(path.dirname(app), { recursive: true });
  cpSync(unpacked, app, { recursive: true });
  cpSync(linux('apparmor-profile'), path.join(app, 'resources', 'apparmor-profile'));
  const share = path.join(tree, 'usr', 'share');
  const copied = {
    'destila-studio.desktop': ['applications', 'destila-studio.desktop'],
    'studio.destila.Studio.metainfo.xml': ['metainfo', 'studio.destila.Studio.metainfo.xml'],
    copyright: ['doc', 'destila-studio', 'copyright'],
  };
  for (const [name, place] of Object.entries(copied)) put(path.join(share, ...place), readFileSync(linux(name)));
  const changes = gzipSync(readFileSync(path.join(root, 'CHANGELOG.md')), { level: 9 });
  put(path.join(share, 'doc', 'destila-studio', 'CHANGELOG.md.gz'), changes);
  for (const name of readdirSync(icons).filter((file) => file.endsWith('.png')))
    put(
      path.join(share, 'icons', 'hicolor', path.basename(name, '.png'), 'apps', 'destila-studio.png'),
      readFileSync(path.join(icons, name)),
    );
  put(
    path.join(share, 'icons', 'hicolor', 'scalable', 'apps', 'destila-studio.svg'),
    readFileSync(path.join(root, 'packaging', 'icon.svg')),
  );
  setModes(tree);
  // For kernels without user namespaces. Chromium's sandbox refuses the helper with any other mode.
  chmodSync(path.join(app, 'chrome-sandbox'), 0o4755);
  const bin = path.join(tree, 'usr', 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync('/opt/destila-studio/destila-studio', path.join(bin, 'destila-studio'));
  symlinkSync('/opt/destila-studio/resources/bin/destila', path.join(bin, 'destila'));
}

/** Returns the path of the .deb. */
export function makeDeb(parts: Parts): string {
  const { about, arch, folder } = parts;
  const tree = mkdtempSync(path.join(tmpdir(), 'destila-deb-'));
  try {
    chmodSync(tree, 0o755);
    writeTree(tree, parts);
    const files = filesBelow(tree);
    const kibibytes = files.reduce((sum, name) => sum + Math.ceil(statSync(path.join(tree, name)).size / 1024), 0);
    const sums = files.map(
      (name) =>
        `${createHash('md5')
          .update(readFileSync(path.join(tree, name)))
          .digest('hex')}  ${name}\n`,
    );
    put(path.join(tree, 'DEBIAN', 'control'), control(about, arch, kibibytes));
    put(path.join(tree, 'DEBIAN', 'md5sums'), sums.join(''));
    for (const name of ['postinst', 'prerm']) put(path.join(tree, 'DEBIAN', name), readFileSync(linux(name)), 0o755);
    const file = path.join(folder, `destila-studio_${debVersion(about.version)}_${ARCHITECTURES[arch]}.deb`);
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, file], { stdio: 'inherit' });
    return file;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}
