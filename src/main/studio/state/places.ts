import os from 'node:os';
import path from 'node:path';
import { insideFolder } from '../../pipeline/storage/insideFolder.ts';

/** Where things lie that are nobody's project: they can be deleted at any time. DESTILA_CACHE moves them. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.DESTILA_CACHE) return path.resolve(env.DESTILA_CACHE);
  const home = os.homedir();
  if (process.platform === 'win32')
    return path.join(env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'Destila Studio', 'cache');
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Caches', 'destila-studio');
  return path.join(env.XDG_CACHE_HOME ?? path.join(home, '.cache'), 'destila-studio');
}

/** What the studio itself must remember: recent projects, settings, drafts, backups of label files. DESTILA_STATE moves it. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.DESTILA_STATE) return path.resolve(env.DESTILA_STATE);
  const home = os.homedir();
  if (process.platform === 'win32')
    return path.join(env.APPDATA ?? path.join(home, 'AppData', 'Roaming'), 'Destila Studio');
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'destila-studio');
  return path.join(env.XDG_STATE_HOME ?? path.join(home, '.local', 'state'), 'destila-studio');
}

/** Runs lie beside the photos they are made from. */
export const runsFolder = (project: string): string => path.join(path.resolve(project), 'runs');

/** A project's own settings; `destila init` writes it. */
export const projectConfigFile = (project: string): string => insideFolder(project, 'destila.yaml');

/** Pretrained weights of this user, for all projects. */
export const weightsFolder = (env: NodeJS.ProcessEnv = process.env): string => path.join(stateFolder(env), 'weights');

/** What `destila engine install` brought, for all projects of this user. */
export const enginesFolder = (env: NodeJS.ProcessEnv = process.env): string => path.join(stateFolder(env), 'engines');
