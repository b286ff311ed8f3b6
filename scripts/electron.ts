import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What decides where Electron is. Tests make up other systems. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined on Windows. */
  readonly user: number | undefined;
  /** The folder of the npm package. */
  readonly package: string;
}

export const thisMachine = (root: string): Machine => ({
  platform: process.platform,
  env: process.env,
  user: process.getuid?.(),
  package: path.join(root, 'node_modules', 'electron'),
});

const executable: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};

/**
 * Electron's binary, or null if there is none. It is in its package folder once it has been downloaded;
 * ELECTRON_OVERRIDE_DIST_PATH names another folder, as for Electron's own command.
 */
export function electronBinary({ platform, env, package: folder }: Machine): string | null {
  const other = env.ELECTRON_OVERRIDE_DIST_PATH;
  const named = path.join(folder, 'path.txt');
  const name = existsSync(named) ? readFileSync(named, 'utf8').trim() : (executable[platform] ?? 'electron');
  const binary = path.join(other || path.join(folder, 'dist'), name);
  return existsSync(binary) ? binary : null;
}

export const hasDisplay = ({ platform, env }: Machine): boolean =>
  platform !== 'linux' || Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);

/** Chromium's sandbox refuses to run as root. Everybody else keeps it. */
export const sandboxArguments = ({ platform, user }: Machine): string[] =>
  platform === 'linux' && user === 0 ? ['--no-sandbox'] : [];
