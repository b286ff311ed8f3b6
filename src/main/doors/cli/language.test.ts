import { expect, test } from 'vitest';
import { languageOf } from './language.ts';

test.each<[string, string[], Record<string, string>, string]>([
  ['nothing is set', [], {}, 'en'],
  ['the option has a value of its own', ['run', '--language', 'es', '.'], { LANG: 'en_US.UTF-8' }, 'es'],
  ['the option is written with =', ['--language=en', 'run'], { LANG: 'es_ES.UTF-8' }, 'en'],
  ['the option is repeated', ['--language=en', '--language', 'es'], {}, 'es'],
  ['the option names no language', ['--language', 'fr'], { LANG: 'es_MX.UTF-8' }, 'es'],
  ['only LANG is set', [], { LANG: 'es_ES.UTF-8' }, 'es'],
  ['LC_MESSAGES precedes LANG', [], { LC_MESSAGES: 'es', LANG: 'en_US.UTF-8' }, 'es'],
  ['LC_ALL precedes all', [], { LC_ALL: 'C', LC_MESSAGES: 'es_ES', LANG: 'es_ES' }, 'en'],
  ['an empty variable counts as unset', [], { LC_ALL: '', LANG: 'es-419' }, 'es'],
  ['the locale is another language', [], { LANG: 'et_EE.UTF-8' }, 'en'],
])('the language when %s', (_, args, env, language) => {
  expect(languageOf(args, env)).toBe(language);
});
