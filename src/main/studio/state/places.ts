import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { insideFolder } from '../../pipeline/storage/insideFolder.ts';

/** What decides where folders are; tests replace it. */
export interface System {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

const thisSystem = (): System => ({ platform: process.platform, env: process.env, home: os.homedir() });

/** Files that can be deleted at any time. DESTILA_CACHE moves the folder. */
export function cacheFolder({ platform, env, home }: System = thisSystem()): string {
  if (env.DESTILA_CACHE) return path.resolve(env.DESTILA_CACHE);
  if (platform === 'win32') return path.join(localFolder(env, home), 'cache');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'destila-studio');
  return path.join(env.XDG_CACHE_HOME ?? path.join(home, '.cache'), 'destila-studio');
}

/** Recent projects, settings, drafts and backups of label files. DESTILA_STATE moves the folder. */
export function stateFolder({ platform, env, home }: System = thisSystem()): string {
  if (env.DESTILA_STATE) return path.resolve(env.DESTILA_STATE);
  if (platform === 'win32') return path.join(env.APPDATA ?? path.join(home, 'AppData', 'Roaming'), 'Destila Studio');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'destila-studio');
  return path.join(env.XDG_STATE_HOME ?? path.join(home, '.local', 'state'), 'destila-studio');
}

/** Windows copies APPDATA between the machines of a user, but not LOCALAPPDATA. */
const localFolder = (env: System['env'], home: string): string =>
  path.join(env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'Destila Studio');

/**
 * A folder of several gigabytes for all projects of this user. On Windows it is local to the machine. Earlier versions
 * had it in the state folder, where it stays if it exists, because settings and runs contain paths into it.
 */
function largeFolder(name: string, system: System): string {
  const besideState = path.join(stateFolder(system), name);
  if (system.platform !== 'win32' || system.env.DESTILA_STATE || existsSync(besideState)) return besideState;
  return path.join(localFolder(system.env, system.home), name);
}

/** Pretrained weights. */
export const weightsFolder = (system: System = thisSystem()): string => largeFolder('weights', system);

/**
 * Folders with weights that are only read, in the order in which they are searched: those that DESTILA_WEIGHTS lists, as
 * PATH does, for images and shared machines, and the one in the desktop app.
 */
export const givenWeightsFolders = (
  { env }: Pick<System, 'env'> = thisSystem(),
  appFolder: string | undefined = (process as { resourcesPath?: string }).resourcesPath,
): readonly string[] => [
  ...(env.DESTILA_WEIGHTS ?? '')
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.resolve(folder)),
  ...(appFolder === undefined ? [] : [path.join(appFolder, 'weights')]),
];

/** Engines from `destila engine install`. */
export const enginesFolder = (system: System = thisSystem()): string => largeFolder('engines', system);

/** Runs are inside the project, next to its images. */
export const runsFolder = (project: string): string => path.join(path.resolve(project), 'runs');

/** A project's own settings, which `destila init` writes. */
export const projectConfigFile = (project: string): string => insideFolder(project, 'destila.yaml');
