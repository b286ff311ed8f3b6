import type { Language, Translate } from '../../../shared/locales/translate.ts';
import { translator } from '../../../shared/locales/translate.ts';
import type { Sayable } from '../../../shared/message.ts';
import { say } from '../../../shared/message.ts';

export type ReportLanguage = Language;

/** Texts and numbers in the report's language. */
export interface Wording {
  readonly language: ReportLanguage;
  readonly t: Translate;
  /** The text of a message or problem. */
  said(said: Sayable): string;
  /** A share of 1 with three decimals; an en dash when there is none. */
  score(value: number | null): string;
  decimal(value: number, digits: number): string;
  count(value: number): string;
  percent(share: number, digits?: number): string;
  duration(seconds: number): string;
  date(iso: string): string;
}

export const NONE = '–';

export function wording(language: ReportLanguage): Wording {
  const t = translator(language);
  const locale = language === 'en' ? 'en-US' : 'es-ES';
  const decimal = (value: number, digits: number): string =>
    value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return {
    language,
    decimal,
    t,
    said: (said) => say(t, said),
    score: (value) => (value === null ? NONE : decimal(value, 3)),
    count: (value) => value.toLocaleString(locale),
    percent: (share, digits = 1) => `${decimal(share * 100, digits)}${language === 'en' ? '%' : ' %'}`,
    duration: (seconds) =>
      seconds < 90
        ? `${decimal(seconds, 0)} s`
        : seconds < 5400
          ? `${decimal(seconds / 60, 0)} min`
          : `${decimal(seconds / 3600, 1)} h`,
    // In UTC, so that the same run gives the same report on every machine.
    date: (iso) => new Date(iso).toLocaleDateString(locale, { dateStyle: 'long', timeZone: 'UTC' }),
  };
}
