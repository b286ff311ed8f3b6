import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';

/** Builds the screens into out/renderer if a source is newer than the last build. */
const root = path.join(import.meta.dirname, '..');
const built = path.join(root, 'out', 'renderer', 'index.html');

const newest = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((latest, entry) => Math.max(latest, statSync(path.join(entry.parentPath, entry.name)).mtimeMs), 0);

export const screensAreFresh = (): boolean =>
  existsSync(built) &&
  statSync(built).mtimeMs >=
    Math.max(newest(path.join(root, 'src', 'renderer')), newest(path.join(root, 'src', 'shared')));

export async function buildScreens(): Promise<void> {
  if (!screensAreFresh()) await build({ configFile: path.join(root, 'vite.config.ts'), logLevel: 'warn' });
}

if (import.meta.main) await buildScreens();
