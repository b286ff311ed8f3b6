import { createContext, useContext } from 'react';
import type { Language, Translate } from '../../shared/locales/translate.ts';
import { translator } from '../../shared/locales/translate.ts';
import type { Sayable } from '../../shared/message.ts';
import { say } from '../../shared/message.ts';
import type { Format } from './format.ts';
import { createFormat } from './format.ts';

export type { Language, Translate };

/** What a service or a job said, in the language of the screen; plain text stays as it is. */
export type Said = (said: Sayable) => string;

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
  said: (said) => say(translator(language), said),
});

export const systemLanguage = (): Language => (navigator.language.toLowerCase().startsWith('es') ? 'es' : 'en');

const WordingContext = createContext<Wording>(wording('en'));
export const WordingProvider = WordingContext.Provider;
export const useWording = (): Wording => useContext(WordingContext);
