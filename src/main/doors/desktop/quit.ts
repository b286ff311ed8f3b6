import type { BrowserWindow } from 'electron';
import { app, dialog } from 'electron';
import type { Studio } from '../../studio/studio.ts';
import type { Language } from './language.ts';
import { translator } from '../../../shared/locales/translate.ts';

type Choice = 'background' | 'checkpoint' | 'now' | 'stay';

/** Closing with a run going: it may go on without a window, stop at a checkpoint, or stop at once. Nothing is lost either way. */
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
