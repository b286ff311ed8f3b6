import type { BrowserWindow } from 'electron';
import { app, dialog } from 'electron';
import type { Language } from '../../../shared/locales/translate.ts';
import { translator } from '../../../shared/locales/translate.ts';
import type { Studio } from '../../studio/studio.ts';

type Choice = 'background' | 'checkpoint' | 'now' | 'stay';

/**
 * When the window closes during a run, asks whether to continue in the background, stop at a checkpoint, or stop now.
 */
export function askOnClose(window: BrowserWindow, studio: Studio, language: () => Language): void {
  let decided = false;
  window.on('close', (event) => {
    if (decided || !studio.runsActive()) return;
    event.preventDefault();
    void ask(window, language()).then(async (choice) => {
      if (choice === 'stay') return;
      decided = true;
      if (choice === 'background') return window.hide();
      await studio.close(choice === 'now' ? 'kill' : 'stop');
      app.exit(0);
    });
  });
  window.on('show', () => {
    decided = false;
  });
}

async function ask(window: BrowserWindow, language: Language): Promise<Choice> {
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
