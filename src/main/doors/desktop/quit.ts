import type { BrowserWindow } from 'electron';
import { dialog } from 'electron';
import type { Language } from '../../../shared/locales/translate.ts';
import { translator } from '../../../shared/locales/translate.ts';
import type { Ending } from './ending.ts';

export type Choice = 'background' | 'checkpoint' | 'now' | 'stay';

/** What the questions need to know and to do. */
export interface Closing {
  readonly ending: Ending;
  runsActive(): boolean;
  ask(): Promise<Choice>;
  /** Asked while a run is on its way to a checkpoint. True stops it at once. */
  askStopNow(): Promise<boolean>;
  toBackground(): void;
}

/**
 * When the window closes during a run, asks whether to continue in the background, stop at a checkpoint, or stop now.
 * The window stays until the run has stopped, because events and dialogs need it.
 */
export function askOnClose(
  window: { on(event: 'close', listener: (event: { preventDefault(): void }) => void): unknown },
  { ending, runsActive, ask, askStopNow, toBackground }: Closing,
): void {
  let asking = false;
  const answer = async (): Promise<void> => {
    if (ending.begun !== null) {
      if (ending.begun === 'stop' && (await askStopNow())) ending.end('kill');
      return;
    }
    const choice = await ask();
    if (choice === 'background') toBackground();
    if (choice === 'checkpoint') ending.end('stop');
    if (choice === 'now') ending.end('kill');
  };
  window.on('close', (event) => {
    if (ending.begun === null && !runsActive()) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    void answer().finally(() => {
      asking = false;
    });
  });
}

export async function askInDialog(window: BrowserWindow, language: Language): Promise<Choice> {
  const t = translator(language);
  const choices: readonly Choice[] = ['background', 'checkpoint', 'now', 'stay'];
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    defaultId: 0,
    cancelId: 3,
    noLink: true,
    message: t('desktop.runGoing'),
    detail: t('desktop.whateverYouChooseGoesLater'),
    buttons: [t('desktop.keepRunningBackground'), t('desktop.stopCheckpoint'), t('desktop.stopNow'), t('desktop.stay')],
  });
  return choices[response] ?? 'stay';
}

export async function askStopNowInDialog(window: BrowserWindow, language: Language): Promise<boolean> {
  const t = translator(language);
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    defaultId: 0,
    cancelId: 0,
    noLink: true,
    message: t('desktop.stopping'),
    detail: t('desktop.stoppingDetail'),
    buttons: [t('desktop.keepWaiting'), t('desktop.stopNow')],
  });
  return response === 1;
}
