import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { HOLE, messages, translate } from '../../src/shared/spanish/translate.ts';
import { sourceTexts } from './sourceWords.ts';

const root = path.join(import.meta.dirname, '..', '..');
const texts = sourceTexts(root, ['src/main/**/*.ts', 'src/shared/**/*.ts', 'src/renderer/api/*.ts', 'src/renderer/train/{settings,configStore}.ts']);

/** What stays English in the Spanish of a text: words in a part of it that was kept. Names of settings and files are no words. */
function english(form: string): string | null {
  const found = translate(form);
  if (found === null) return 'no translation';
  const left = found.kept.map((part) => part.replaceAll(/\b\w*(?:[._]\w+|[a-z0-9][A-Z]\w*)\b/g, '')).filter((part) => /[a-z]{2,}/i.test(part));
  return left.length === 0 ? null : `left in English: ${left.join(' | ')}`;
}

describe('the services\' words in Spanish', () => {
  test('every text of theirs is in the tables', () => {
    const missing = texts.flatMap(({ place, forms }) => forms.flatMap((form) => {
      const fault = english(form);
      return fault === null ? [] : [`${place}: ${form} (${fault})`];
    }));
    expect(missing).toEqual([]);
  });

  test('both sides of an entry have the same holes, and no entry stands twice', () => {
    const holes = (text: string): string[] => [...text.matchAll(HOLE)].map(([, name]) => name!).sort();
    for (const [en, es] of messages) expect(holes(es), en).toEqual(holes(en));
    const plain = messages.map(([en]) => en.replaceAll(HOLE, '{}'));
    expect(plain.filter((en, i) => plain.indexOf(en) !== i)).toEqual([]);
  });

  test('every entry is said by some source', () => {
    const used = new Set(texts.flatMap(({ forms }) => forms.flatMap((form) => translate(form)?.used ?? [])));
    expect(messages.map(([en]) => en).filter((en) => !used.has(en) && !/^\w+$/.test(en))).toEqual([]);
  });
});
