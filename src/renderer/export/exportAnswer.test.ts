import { describe, expect, test } from 'vitest';
import { configSchema } from '../../shared/config.ts';
import type { Export } from '../../shared/contract/exports.ts';
import { quoted } from '../../shared/message.ts';
import type { LabelQuality } from '../../shared/metrics/quality.ts';
import { wording } from '../i18n/words.ts';
import { exportAnswer } from './exportAnswer.ts';

const label = (name: string, verdict: LabelQuality['verdict'], value: number | null = 0.5) => ({
  label: name,
  verdict,
  measure: 'f1' as const,
  minimum: 0.8,
  value,
});
const several = (count: number, verdict: LabelQuality['verdict']) =>
  Array.from({ length: count }, (_, i) => label(`${String(verdict)} ${i}`, verdict));
const bundle = (labels: Export['quality']['labels'], failing = 0, stale = false): Export => ({
  run: 'r',
  folder: '/f',
  zip: '/f.zip',
  zipBytes: 1,
  writtenAt: '',
  files: [],
  checks: Array.from({ length: 8 }, (_, i) => ({ name: quoted(`check ${i}`), ok: i >= failing, detail: null })),
  labels: [],
  inputSize: 32,
  inputType: 'uint8',
  outputType: 'uint8',
  thresholds: [],
  floatAp: 0.5,
  int8Ap: 0.5,
  quality: { split: 'val', labels },
  stale,
  snippets: { kotlin: '', swift: '', python: '' },
});
const run = (weights: string | null) => ({
  name: 'Run 1',
  val: { teacherAp: null, studentAp: null, int8Ap: 0.537, int8F1: null },
  config: configSchema.parse({ student: { weights } }),
});
interface Circumstances {
  readonly weights?: string;
  readonly language?: 'en' | 'es';
  readonly more?: object;
}

const answer = (of: Export | null, { weights = 'a.safetensors', language = 'en', more = {} }: Circumstances = {}) =>
  exportAnswer(wording(language), {
    bundle: of,
    read: true,
    work: null,
    failed: false,
    run: run(weights),
    ...more,
  });

describe('fidelity and quality are two verdicts', () => {
  test('a faithful file of a weak model is amber, with the way on', () => {
    const weak = bundle([...several(3, 'good'), ...several(5, 'weak')]);
    expect(answer(weak)).toEqual({
      tone: 'warn',
      headline: 'The file is faithful (9 of 9). The model is weak: 5 of 8 labels are below their goal.',
      reason: 'Review and add images of weak 0, weak 1, weak 2 and 2 more, or change the goal in Tune.',
    });
    expect(answer(weak, { language: 'es' }).headline).toBe(
      'El archivo es fiel (9 de 9). El modelo es flojo: 5 de 8 etiquetas no alcanzan su objetivo.',
    );
  });

  test('from scratch the way on is pretrained weights', () =>
    expect(
      exportAnswer(wording('en'), {
        bundle: bundle(several(2, 'weak')),
        read: true,
        work: null,
        failed: false,
        run: run(null),
      }).reason,
    ).toBe('Train again from pretrained weights: this one started from scratch.'));

  test('green needs both', () => {
    expect(answer(bundle(several(8, 'good')))).toEqual({
      tone: 'ok',
      headline: 'The file is faithful (9 of 9). The model is good: all 8 labels reach their goal.',
      reason: 'It is ready to hand over.',
    });
    expect(answer(bundle(several(8, 'good'), 2))).toMatchObject({
      tone: 'bad',
      headline: 'The file is not faithful: 2 of 9 checks failed.',
    });
  });

  test('an unusable model is red, however faithful the file is', () =>
    expect(answer(bundle([label('a', 'good', 0.9), label('b', 'unusable', 0.1)]))).toMatchObject({
      tone: 'bad',
      headline: 'The file is faithful (9 of 9). The model is unusable: 1 of 2 labels is below half of its goal.',
    }));

  test('labels that are not measured are counted; when none is measured the quality is unknown', () => {
    expect(answer(bundle([...several(9, 'good'), ...several(1, null)]))).toMatchObject({
      tone: 'ok',
      headline:
        'The file is faithful (9 of 9). The model is good: all 9 labels reach their goal. 1 label is not measured.',
      reason: 'To measure the rest, add images of null 0.',
    });
    expect(answer(bundle(several(2, null)))).toMatchObject({
      tone: 'warn',
      headline: 'The file is faithful (9 of 9). The quality is unknown. 2 labels are not measured.',
    });
  });

  test('a bundle with other thresholds than the run has no verdict', () =>
    expect(answer(bundle(several(8, 'good'), 0, true))).toMatchObject({
      tone: 'warn',
      headline: 'Thresholds changed after this export.',
    }));

  test('before there is a bundle, and while it is made, nothing is claimed', () => {
    expect(answer(null)).toMatchObject({ tone: 'plain', headline: 'Run 1 can be exported.' });
    expect(answer(null, { more: { work: 'export' } })).toMatchObject({
      tone: 'plain',
      headline: 'Writing and checking…',
    });
    expect(answer(bundle([]), { more: { work: 'check' } }).headline).toBe('Checking the bundle…');
    expect(answer({ ...bundle(several(8, 'good')), checks: [] })).toMatchObject({ tone: 'plain' });
    expect(answer(null, { more: { failed: true } })).toMatchObject({ tone: 'bad', headline: 'Nothing was written.' });
    expect(answer(null, { more: { read: false } }).headline).toBe('Loading…');
  });
});
