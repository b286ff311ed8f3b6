import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeIcons } from './icons.ts';
import { bundleDesktop, bundleFault } from './package/bundle.ts';
import type { Target } from './package/contents.ts';
import { contentFaults, importFaults, listFiles, nodeIn, resourcesOf } from './package/contents.ts';
import type { About } from './package/deb.ts';
import { makeDeb } from './package/deb.ts';
import { writeMacNode } from './package/macNode.ts';
import { writeWeights } from './package/weights.ts';

/**
 * `npm run package [-- TARGET...]` makes installers for this system in dist/: deb and AppImage (Linux), nsis (Windows),
 * dmg (macOS); or only the unpacked folder (dir), which is checked in every case. docs/releasing.md says how a release
 * is made.
 */
const root = path.join(import.meta.dirname, '..');
const out = (...names: readonly string[]): string => path.join(root, 'out', ...names);
const target = { platform: process.platform, arch: process.arch } as Target;
const USUAL_TARGETS = { linux: ['deb', 'AppImage'], win32: ['nsis'], darwin: ['dmg'] };
/** In bytes. */
const DEB_LIMIT = 220e6;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** A folder with an unpacked Electron; without it, electron-builder downloads one. */
    electron: { type: 'string', default: process.env.ELECTRON_OVERRIDE_DIST_PATH ?? '' },
    'without-weights': { type: 'boolean', default: false },
  },
});

function run(script: string, args: readonly string[]): void {
  const env = {
    ...process.env,
    ...(values.electron !== '' && { ELECTRON_OVERRIDE_DIST_PATH: path.resolve(values.electron) }),
  };
  const { status } = spawnSync(process.execPath, [path.join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env,
  });
  if (status !== 0) process.exit(status ?? 1);
}

const pack = (...args: readonly string[]): void =>
  run('node_modules/electron-builder/cli.js', ['--config', 'electron-builder.config.mjs', ...args]);

async function writeParts(): Promise<void> {
  for (const folder of ['main', 'shared', 'preload', 'renderer']) rmSync(out(folder), { recursive: true, force: true });
  run('node_modules/electron-vite/bin/electron-vite.js', ['build', '--logLevel', 'warn']);
  await bundleDesktop(out('main'));
  const fault = bundleFault(out('main', 'index.js'));
  if (fault !== null) throw new Error(fault);
  run('scripts/notices.ts', []);
  await writeIcons(out('icons'));
  if (values['without-weights']) rmSync(out('weights'), { recursive: true, force: true });
  else
    await writeWeights(out('weights')).catch((error: unknown) => {
      throw new Error('The pretrained weights cannot be packed. To package without them: --without-weights', {
        cause: error,
      });
    });
  if (target.platform === 'darwin') await writeMacNode(out(`node-darwin-${target.arch}`), out('downloads'));
}

const unpackedNames = { linux: 'linux', win32: 'win', darwin: 'mac' };
const unpackedFolder = (): string => {
  const suffix = target.arch === 'x64' ? '' : `-${target.arch}`;
  const name = unpackedNames[target.platform];
  return path.join(root, 'dist', target.platform === 'darwin' ? `${name}${suffix}` : `${name}${suffix}-unpacked`);
};

function check(unpacked: string): void {
  const resources = resourcesOf(unpacked, target);
  const faults = contentFaults(resources, target, !values['without-weights']);
  faults.push(...importFaults(resources, nodeIn(resources, target)));
  const size = listFiles(resources).reduce((sum, file) => sum + file.size, 0);
  console.log(`${path.relative(root, unpacked)}: ${(size / 1e6).toFixed(1)} MB beyond Electron`);
  for (const fault of faults) console.error(`The package is not right: ${fault}`);
  if (faults.length > 0) process.exit(1);
}

function deb(unpacked: string): void {
  const about = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as About;
  const file = makeDeb({ unpacked, icons: out('icons'), folder: path.join(root, 'dist'), about, arch: target.arch });
  const { size } = statSync(file);
  console.log(`${path.relative(root, file)}: ${(size / 1e6).toFixed(1)} MB`);
  if (size > DEB_LIMIT) throw new Error(`${file} is larger than ${DEB_LIMIT / 1e6} MB`);
}

const targets = positionals.length > 0 ? positionals : USUAL_TARGETS[target.platform];
await writeParts();
const unpacked = unpackedFolder();
rmSync(unpacked, { recursive: true, force: true });
pack('--dir');
check(unpacked);
if (targets.includes('deb')) deb(unpacked);
const others = targets.filter((name) => name !== 'deb' && name !== 'dir');
if (others.length > 0)
  pack(`--${{ linux: 'linux', win32: 'win', darwin: 'mac' }[target.platform]}`, ...others, '--prepackaged', unpacked);
