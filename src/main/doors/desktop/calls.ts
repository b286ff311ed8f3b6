import type { BrowserWindow } from 'electron';
import { dialog, ipcMain } from 'electron';
import { isMethod } from '../../../shared/contract/contract.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import type { Studio } from '../../studio/studio.ts';
import { isForHiddenWindow } from '../eventFilter.ts';
import { isOwnSender } from './security.ts';

/** Answers the window's calls, once the studio is open, and sends it the studio's events. */
export function answerCalls(opening: Promise<Studio>, window: BrowserWindow): void {
  ipcMain.handle('call', async (event, method: unknown, input: unknown) => {
    if (!isOwnSender(event.senderFrame)) return { problem: toProblemData(new Problem('internal.foreignWindow')) };
    if (typeof method !== 'string' || !isMethod(method))
      return { problem: toProblemData(new Problem('internal.requestNotUnderstood', { method: String(method) })) };
    // Both directions use JSON, because converting 100,000 images here would block the window and every run.
    if (typeof input !== 'string') return { problem: toProblemData(new Problem('internal.requestUnreadable')) };
    return opening
      .then((studio) => studio.answer(method, Buffer.from(input)))
      .then(
        (json) => ({ json }),
        (error: unknown) => ({ problem: toProblemData(error) }),
      );
  });
  ipcMain.handle('chooseFolder', async (event) => {
    if (!isOwnSender(event.senderFrame)) return null;
    const { filePaths } = await dialog.showOpenDialog(window, { properties: ['openDirectory', 'createDirectory'] });
    return filePaths[0] ?? null;
  });
  // Subscribed before the first call is answered, so that the window misses no event. A start that fails ends the program.
  opening.then(
    (studio) =>
      studio.subscribe((event) => {
        if (!window.isDestroyed() && (window.isVisible() || isForHiddenWindow(event)))
          window.webContents.send('event', event);
      }),
    () => undefined,
  );
}
