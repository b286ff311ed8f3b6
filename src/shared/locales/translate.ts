import i18next from 'i18next';
import type { TFunction } from 'i18next';
import { en } from './en.ts';
import { es } from './es.ts';

/** Every language of the product. To add one, add its file here and to this list. */
const catalogs = { en, es };

export type Language = keyof typeof catalogs;
export const languages = Object.keys(catalogs) as Language[];

export const isLanguage = (name: string | undefined): name is Language =>
  languages.some((language) => language === name);

/** `t('data.saved', { count })`: keys and parameters are checked by the compiler. */
export type Translate = TFunction;

const i18n = i18next.createInstance();
// The catalogs are in memory, so initialization is synchronous. React and the terminal escape what they show.
void i18n.init({
  initAsync: false,
  lng: 'en',
  fallbackLng: 'en',
  resources: Object.fromEntries(languages.map((language) => [language, { translation: catalogs[language] }])),
  interpolation: { escapeValue: false },
});
/** `{{errors, lines}}`: one text per line. */
i18n.services.formatter?.add('lines', (texts: readonly string[]) => texts.join('\n'));

export const translator = (language: Language): Translate => i18n.getFixedT(language);
