import { app } from 'electron';
import type { Output } from '../../../shared/contract/contract.ts';
import type { Settings } from '../../../shared/contract/studio.ts';
import type { Language } from '../../../shared/locales/translate.ts';
import type { Studio } from '../../studio/studio.ts';

export const systemLanguage = (): Language => (app.getLocale().startsWith('es') ? 'es' : 'en');

const languageOf = ({ language }: Settings): Language => (language === 'system' ? systemLanguage() : language);

/**
 * The language of the interface, for menus, dialogs and notifications. `onLanguage` is called now and on each change.
 */
export async function followLanguage(
  studio: Studio,
  onLanguage: (language: Language) => void,
): Promise<() => Language> {
  const { settings } = (await studio.call('studio.hello', {})) as Output<'studio.hello'>;
  let language = languageOf(settings);
  studio.subscribe((event) => {
    if (event.type !== 'settings') return;
    language = languageOf(event.settings);
    onLanguage(language);
  });
  onLanguage(language);
  return () => language;
}
