import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { en } from '../../src/shared/locales/en.ts';
import { es } from '../../src/shared/locales/es.ts';
import { languages, translator } from '../../src/shared/locales/translate.ts';

const root = path.join(import.meta.dirname, '..', '..');
const PLURAL = /_(zero|one|two|few|many|other)$/;

/** 'data.save' to its text, for every text of a catalog. */
function texts(catalog: object, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(catalog).flatMap(([key, value]: [string, string | object]) =>
      typeof value === 'string' ? [[prefix + key, value]] : [...texts(value, `${prefix}${key}.`)],
    ),
  );
}

const catalogs = { en: texts(en), es: texts(es) };
const placeholders = (text: string): string[] => [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name!).sort();

describe('catalogs', () => {
  test.each(languages)('%s has every plural form that its language needs', (language) => {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories.filter((form) => form !== 'many');
    const stems = [...catalogs[language].keys()]
      .filter((key) => PLURAL.test(key))
      .map((key) => key.replace(PLURAL, ''));
    const missing = [...new Set(stems)].flatMap((stem) =>
      needed.filter((form) => !catalogs[language].has(`${stem}_${form}`)).map((form) => `${stem}_${form}`),
    );
    expect(missing).toEqual([]);
  });

  test('a text has the same placeholders in every language', () => {
    for (const [key, text] of catalogs.es) {
      const english = catalogs.en.get(key) ?? catalogs.en.get(key.replace(PLURAL, '_other'));
      expect(english, key).toBeDefined();
      expect(placeholders(text), key).toEqual(placeholders(english!));
    }
  });

  test('Spanish quotes are “ ” everywhere', () => {
    expect([...catalogs.es].filter(([, text]) => /[«»]/.test(text))).toEqual([]);
  });

  test('no text is empty, and none is left unused', () => {
    const sources = globSync('src/**/*.{ts,tsx}', { cwd: root, exclude: ['src/shared/locales/**'] })
      .map((file) => readFileSync(path.join(root, file), 'utf8'))
      .join('\n');
    const unused = [...catalogs.en].filter(([key, text]) => {
      if (key.startsWith('setting.')) return text === ''; // their keys are made from the schema of the settings
      // What services say is named without the section: new Problem('file.missing', ...).
      return text === '' || !sources.includes(`'${key.replace(/^messages\./, '').replace(PLURAL, '')}'`);
    });
    expect(unused).toEqual([]);
  });

  test('plurals follow the count, and parameters are shown as they are', () => {
    const [english, spanish] = [translator('en'), translator('es')];
    expect(english('common.unsavedEdits', { count: 1 })).toBe('1 unsaved edit');
    expect(english('common.unsavedEdits', { count: 2 })).toBe('2 unsaved edits');
    expect(spanish('common.unsavedEdits', { count: 1_000_000 })).toBe('1000000 cambios sin guardar');
    // A label may hold anything: neither markup nor i18next's own syntax is touched.
    for (const label of ['<b>', '{{count}}', '$t(common.save)', 'a & b'])
      expect(english('data.select', { path: label })).toContain(label);
  });
});
