import type { BrowserWindow } from 'electron';

/** More crashes than this within a minute are not an accident. */
const MOST_RELOADS = 3;
const WITHIN_MS = 60_000;

/** Says whether the window may be reloaded once more. */
export function createReloadLimit(now: () => number = () => performance.now()): () => boolean {
  let reloads: number[] = [];
  return () => {
    reloads = reloads.filter((at) => now() - at < WITHIN_MS);
    if (reloads.length >= MOST_RELOADS) return false;
    reloads.push(now());
    return true;
  };
}

/**
 * Reloads the window when its process has died; runs continue meanwhile. After several crashes in a row, `ask` leaves
 * the decision to the person.
 */
export function reloadAfterCrash(
  { webContents }: Pick<BrowserWindow, 'webContents'>,
  mayReload: () => boolean,
  ask: (reload: () => void) => void,
): void {
  const reload = (): void => webContents.reload();
  webContents.on('render-process-gone', (_, { reason }) => {
    if (reason === 'clean-exit') return;
    if (mayReload()) reload();
    else ask(reload);
  });
}
