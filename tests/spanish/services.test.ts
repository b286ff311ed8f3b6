import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatProblems } from '../../src/main/pipeline/data/problems.ts';
import type { DataProblem } from '../../src/main/pipeline/data/problems.ts';
import { HOLE, messages, translate } from '../../src/shared/spanish/translate.ts';
import { shownAsTheyAre, sourceTexts } from './sourceWords.ts';

const root = path.join(import.meta.dirname, '..', '..');
const problem = (severity: DataProblem['severity']): DataProblem => ({
  code: 'missing',
  severity,
  split: 'train',
  file: 'train.txt',
  line: 3,
  message: 'a.jpg does not exist.',
});

const texts = sourceTexts(root, [
  'src/main/**/*.ts',
  'src/shared/**/*.ts',
  'src/renderer/api/*.ts',
  'src/renderer/app.tsx',
  'src/renderer/train/{settings,configStore}.ts',
]);

/** What stays English in the Spanish of a text: words in a part of it that was kept. Names of settings, files and packages, and commands are no words. */
function english(form: string): string | null {
  const found = translate(form);
  if (found === null) return 'no translation';
  const left = found.kept
    .map((part) => part.replaceAll(/destila engine install|@\w+\/|\b\w*(?:[._]\w+|[a-z0-9][A-Z]\w*)\b/g, ''))
    .filter((part) => /[a-z]{2,}/i.test(part));
  return left.length === 0 ? null : `left in English: ${left.join(' | ')}`;
}

describe("the services' words in Spanish", () => {
  test('every text of theirs is in the tables', () => {
    const missing = texts.flatMap(({ place, words }) =>
      words.flatMap((form) => {
        const fault = english(form);
        return fault === null ? [] : [`${place}: ${form} (${fault})`];
      }),
    );
    expect(missing).toEqual([]);
  });

  test('no screen shows their words as they are', () => {
    expect(shownAsTheyAre(root)).toEqual([]);
  });

  test('both sides of an entry have the same holes, and no entry stands twice', () => {
    const holes = (text: string): string[] => [...text.matchAll(HOLE)].map(([, name]) => name!).sort();
    for (const [en, es] of messages) expect(holes(es), en).toEqual(holes(en));
    const plain = messages.map(([en]) => en.replaceAll(HOLE, '{}'));
    expect(plain.filter((en, i) => plain.indexOf(en) !== i)).toEqual([]);
  });

  /** Words are looked up where they are used as parts; these are put together of parts that no source has as a whole. */
  const composed = [
    'Run 3',
    'Graphics card 0x1234',
    "op 3 (ADD): op 4 (ADD, makes tensor 5 ('x')): has no name.",
    ...[
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ].map(([errors, warnings]) =>
      formatProblems(
        [
          ...Array.from({ length: errors! }, () => problem('error')),
          ...Array.from({ length: warnings! }, () => problem('warning')),
        ],
        1,
      ),
    ),
  ];

  test('every entry is said by some source', () => {
    const used = new Set(
      [...composed, ...texts.flatMap(({ forms }) => forms)].flatMap((form) => translate(form)?.used ?? []),
    );
    expect(messages.map(([en]) => en).filter((en) => !used.has(en) && !/^\w+$/.test(en))).toEqual([]);
  });
});
