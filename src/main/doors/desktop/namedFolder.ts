import { statSync } from 'node:fs';
import path from 'node:path';

/**
 * The folder that a start names: the last argument that is a folder, or a .yaml or .txt file, which opens its folder.
 * Names are relative to `cwd`, the folder of that start. Null if none is named.
 */
export function namedFolder(names: readonly string[], cwd: string, appFolder: string): string | null {
  const folders = names
    .filter((name) => name !== '' && !name.startsWith('-'))
    .map((name) => path.resolve(cwd, name))
    .filter((file) => file !== appFolder)
    .map((file) => folderOf(file))
    .filter((folder) => folder !== null);
  return folders.at(-1) ?? null;
}

function folderOf(file: string): string | null {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) return file;
  return found?.isFile() && /\.(yaml|txt)$/.test(file) ? path.dirname(file) : null;
}

export interface FolderOpener {
  open(folder: string | null): void;
  /** The screens have loaded and receive events now. */
  ready(): void;
}

/** macOS names a folder before the window exists. The last one waits until the screens can open it. */
export function createFolderOpener(show: (folder: string) => void): FolderOpener {
  let ready = false;
  let waiting: string | null = null;
  return {
    open: (folder) => {
      if (folder === null) return;
      if (ready) show(folder);
      else waiting = folder;
    },
    ready: () => {
      ready = true;
      if (waiting !== null) show(waiting);
      waiting = null;
    },
  };
}
