import { expect, test } from 'vitest';
import { acceptedLanguage } from './acceptLanguage.ts';

test.each<[string, string | null | undefined, string]>([
  ['absent', null, 'en'],
  ['not sent by Node', undefined, 'en'],
  ['empty', '', 'en'],
  ['one language', 'es', 'es'],
  ['a language with a region', 'es-MX', 'es'],
  ['in capitals', 'ES-es', 'es'],
  ["Firefox's in Spain", 'es-ES,es;q=0.8,en-US;q=0.5,en;q=0.3', 'es'],
  ['with the preferred language last', 'en;q=0.5, es;q=0.9', 'es'],
  ['with equal weights: the first', 'en, es', 'en'],
  ['with a language that the product lacks', 'ca, es;q=0.7, en;q=0.4', 'es'],
  ['with languages that the product lacks only', 'fr-CH, fr;q=0.9, *;q=0.5', 'en'],
  ['with a language that is refused', 'es;q=0', 'en'],
  ['with a weight that is not a number', 'es;q=high, en;q=0.1', 'en'],
])('an Accept-Language header %s', (_, header, language) => {
  expect(acceptedLanguage(header)).toBe(language);
});
