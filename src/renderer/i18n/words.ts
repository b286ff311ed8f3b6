import { createContext, useContext } from 'react';
import { inSpanish } from '../../shared/spanish/translate.ts';
import type { Language, Translate } from '../../shared/locales/translate.ts';
import { translator } from '../../shared/locales/translate.ts';
import type { Format } from './format.ts';
import { createFormat } from './format.ts';

export type { Language, Translate };

/** What a service said, in the language of the screen; a text that nobody foresaw stays as it is. */
export type Said = (message: string) => string;

export interface Wording {
  readonly language: Language;
  readonly t: Translate;
  readonly f: Format;
  readonly said: Said;
}

export const wording = (language: Language): Wording => ({
  language,
  t: translator(language),
  f: createFormat(language),
  said: language === 'en' ? (message) => message : inSpanish,
});

export const systemLanguage = (): Language => (navigator.language.toLowerCase().startsWith('es') ? 'es' : 'en');

const WordingContext = createContext<Wording>(wording('en'));
export const WordingProvider = WordingContext.Provider;
export const useWording = (): Wording => useContext(WordingContext);
