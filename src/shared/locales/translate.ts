import i18next from 'i18next';
import type { TFunction } from 'i18next';
import { en } from './en.ts';
import { es } from './es.ts';

/** Every language of the product. A new one is a file beside these and a line here. */
const catalogs = { en, es };

export type Language = keyof typeof catalogs;
export const languages = Object.keys(catalogs) as Language[];

/** `t('data.saved', { count })`: keys and parameters are checked by the compiler. */
export type Translate = TFunction;

const i18n = i18next.createInstance();
// Catalogs are at hand, so that nothing has to be waited for; React and the terminal escape for themselves.
void i18n.init({
  initAsync: false,
  lng: 'en',
  fallbackLng: 'en',
  resources: Object.fromEntries(languages.map((language) => [language, { translation: catalogs[language] }])),
  interpolation: { escapeValue: false },
});

export const translator = (language: Language): Translate => i18n.getFixedT(language);
