import type { BrowserWindow } from 'electron';
import { app, dialog } from 'electron';
import type { Studio } from '../../studio/studio.ts';
import type { Language } from './language.ts';

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
  const w = (en: string, es: string): string => (language === 'en' ? en : es);
  const choices: readonly Choice[] = ['background', 'checkpoint', 'now', 'stay'];
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    defaultId: 0,
    cancelId: 3,
    noLink: true,
    message: w('A run is going on.', 'Hay un entrenamiento en marcha.'),
    detail: w(
      'Whatever you choose, it goes on later from its last checkpoint.',
      'Elijas lo que elijas, seguirá luego desde su último punto de control.',
    ),
    buttons: [
      w('Keep running in the background', 'Seguir en segundo plano'),
      w('Stop at a checkpoint', 'Parar en un punto de control'),
      w('Stop now', 'Parar ya'),
      w('Stay', 'Quedarse'),
    ],
  });
  return choices[response] ?? 'stay';
}
