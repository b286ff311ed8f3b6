import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';

const root = mkdtempSync(path.join(tmpdir(), 'language-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function destila(locale: string, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, '../../bin/destila.mjs'), ...args], {
    cwd: root,
    env: { ...process.env, LC_ALL: locale },
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

const wrongSetting = ['run', root, '--set', 'teacher.epochs_head=-1'];
const english = 'teacher.epochs_head must be 0 or more.';
const spanish = 'teacher.epochs_head tiene que ser 0 o más.';

test('the locale chooses the language of errors, and --language overrides it', async () => {
  expect(await destila('C', ...wrongSetting)).toMatchObject({
    code: 2,
    err: expect.stringContaining(english) as string,
  });
  expect(await destila('es_ES.UTF-8', ...wrongSetting)).toMatchObject({
    code: 2,
    err: expect.stringContaining(spanish) as string,
  });
  expect((await destila('C', ...wrongSetting, '--language', 'es')).err).toContain(spanish);
  expect((await destila('es_ES.UTF-8', '--language=en', ...wrongSetting)).err).toContain(english);
});

test('--json output does not depend on the language', async () => {
  const [inEnglish, inSpanish] = await Promise.all([
    destila('C', ...wrongSetting, '--json'),
    destila('es_ES.UTF-8', ...wrongSetting, '--json'),
  ]);
  expect(inSpanish).toEqual(inEnglish);
  expect(JSON.parse(inSpanish.out)).toMatchObject({
    type: 'failed',
    problem: { kind: 'config', code: 'config.settingErrors', message: expect.stringContaining(english) as string },
  });
});

test('help and usage errors are translated, and exit codes stay the same', async () => {
  const help = await destila('es_ES.UTF-8', 'verify', '--help');
  expect(help.code).toBe(0);
  expect(help.out).toContain('Opciones:');
  expect(help.out).not.toMatch(/Options:|Arguments:|show help|default:/);
  const unknown = await destila('es_ES.UTF-8', 'verify');
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('falta el argumento <bundle>')]);
  const language = await destila('C', '--language', 'fr', 'runs');
  expect([language.code, language.err]).toEqual([2, expect.stringContaining('Allowed: en, es.')]);
});

test('check names the separator in the language', async () => {
  const folder = path.join(root, 'lists');
  mkdirSync(folder);
  for (const split of ['train', 'val', 'test'])
    writeFileSync(path.join(folder, `${split}.txt`), 'a.jpg;cat\nb.jpg;dog\n');
  expect((await destila('C', 'check', folder)).out).toContain('separator: semicolon (');
  expect((await destila('es_ES.UTF-8', 'check', folder)).out).toContain('separador: punto y coma (');
});
