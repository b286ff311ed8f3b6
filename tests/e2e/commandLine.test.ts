import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { makeTinyProject, tinyConfig } from './tinyProject.ts';

const root = mkdtempSync(path.join(tmpdir(), 'command-line-'));
const project = path.join(root, 'my photos');
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Outcome {
  code: number;
  out: string;
  err: string;
}

function destila(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, '../../bin/destila.mjs'), ...args], {
      cwd: root,
      env: { ...process.env, LC_ALL: 'C', DESTILA_CACHE: path.join(root, 'cache') },
    });
    const texts = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      texts.out += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      texts.err += chunk.toString('utf8');
    });
    child.on('close', (code) => resolve({ code: code ?? -1, ...texts }));
  });
}

const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

let run = '';
let bundle = '';

beforeAll(async () => {
  await makeTinyProject(project);
  writeFileSync(path.join(project, 'destila.yaml'), stringify(tinyConfig()));
  const { code, err } = await destila('run', project, '--set', 'student.ema_decay=null');
  expect([code, /^ *error/m.test(err)], err).toEqual([0, false]);
  run = path.join(project, 'runs', readdirSync(path.join(project, 'runs'))[0]!);
  bundle = path.join(
    run,
    'export',
    readdirSync(path.join(run, 'export')).find((name) => !name.endsWith('.zip'))!,
  );
});

describe('destila', () => {
  test('lists its commands', async () => {
    const { out } = await destila('--help');
    for (const command of [
      'init',
      'check',
      'run',
      'resume',
      'eval',
      'predict',
      'tune',
      'export',
      'verify',
      'diff',
      'runs',
      'doctor',
      'demo',
      'Exit codes',
    ])
      expect(out).toContain(command);
  });

  test('check: describes the project as text and as JSON, and fails on errors', async () => {
    const good = await destila('check', project);
    expect(good.code).toBe(0);
    expect(good.out).toMatch(/images\s+24\s+12\s+12/);
    expect(good.out).toContain('separator: comma');
    const wrong = path.join(root, 'wrong');
    cpSync(project, wrong, { recursive: true, filter: (file) => !file.includes('runs') });
    writeFileSync(
      path.join(wrong, 'val.txt'),
      `${readFileSync(path.join(wrong, 'val.txt'), 'utf8')}images/none.png,red\n`,
    );
    const before = readFileSync(path.join(wrong, 'val.txt'));
    const bad = await destila('check', wrong, '--json');
    expect(bad.code).toBe(3);
    expect(jsonLines(bad.out)).toContainEqual(
      expect.objectContaining({ type: 'problem', code: 'missing', file: 'val.txt', line: 13 }),
    );
    expect(jsonLines(bad.out).at(-1)).toMatchObject({ type: 'statistics', vocabulary: ['blue', 'green', 'red'] });
    expect(readFileSync(path.join(wrong, 'val.txt'))).toEqual(before);
  });

  test('run: a wrong setting ends it before anything starts, and the most similar one is suggested', async () => {
    const { code, err } = await destila('run', project, '--set', 'teacher.epoch_finetune=1');
    expect(code).toBe(2);
    expect(err).toContain('Did you mean epochs_finetune?');
    expect(readdirSync(path.join(project, 'runs'))).toHaveLength(1);
  });

  test('run --json: one JSON object per line; --stage stops after it, and resume continues', async () => {
    const elsewhere = path.join(root, 'runs elsewhere');
    const first = await destila('run', project, '--json', '--stage', 'teacher', '--runs', elsewhere);
    expect(first.code).toBe(0);
    const events = jsonLines(first.out);
    expect(events.filter(({ type }) => type === 'stageFinished').map(({ stage }) => stage)).toEqual([
      'data',
      'teacher',
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'unfinished', next: 'student' });
    const folder = String(events[0]!.folder);
    const second = await destila('resume', folder, '--json', '--stage', 'qat');
    expect(second.code).toBe(4);
    expect(jsonLines(second.out).at(-1)).toMatchObject({
      type: 'failed',
      problem: { message: expect.stringContaining("needs 'student'") as string },
    });
  });

  test('verify: an intact bundle passes, a changed one does not', async () => {
    expect(await destila('verify', bundle)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/The file is faithful \(\d+ of \d+\)\.\nThe (model is|quality is)/) as string,
    });
    const changed = path.join(root, 'changed');
    cpSync(bundle, changed, { recursive: true });
    const file = path.join(changed, 'inference_config.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"globalK": \d+/, '"globalK": 3'));
    const { code, out } = await destila('verify', changed, '--json');
    expect(code).toBe(4);
    expect(jsonLines(out).find(({ ok }) => ok === false)).toMatchObject({
      fault: 'inference_config.json was changed after the bundle was written.',
    });
  });

  test('diff: names what an app built for the old bundle would misread', async () => {
    expect(await destila('diff', bundle, bundle)).toMatchObject({
      code: 0,
      out: expect.stringContaining('reads the new one correctly') as string,
    });
    const other = path.join(root, 'reordered');
    cpSync(bundle, other, { recursive: true });
    const file = path.join(other, 'inference_config.json');
    const config = JSON.parse(readFileSync(file, 'utf8')) as { labels: string[] };
    writeFileSync(file, JSON.stringify({ ...config, labels: [...config.labels].reverse() }));
    const { code, out } = await destila('diff', bundle, other);
    expect(code).toBe(4);
    expect(out).toMatch(/would misread the new bundle:\n {2}2 labels whose scores are at other positions: red, blue/);
    writeFileSync(path.join(other, 'metrics.json'), '{');
    expect((await destila('diff', bundle, other)).err).toContain(`${other}: metrics.json`);
    cpSync(path.join(bundle, 'metrics.json'), path.join(other, 'metrics.json'));
    const data = await destila('diff', bundle, other, '--json');
    expect(jsonLines(data.out).at(-1)).toMatchObject({
      type: 'comparison',
      sameModel: true,
      labels: { added: [], removed: [], moved: [{ label: 'red' }, { label: 'blue' }] },
    });
  });

  test('verify: finds changes that checksums cannot reveal', async () => {
    const { createHash } = await import('node:crypto');
    const forged = path.join(root, 'forged');
    cpSync(bundle, forged, { recursive: true });
    const file = path.join(forged, 'parity', 'outputs', 'odd-size.bin');
    const bytes = readFileSync(file);
    bytes[0]! ^= 1;
    writeFileSync(file, bytes);
    const sums = path.join(forged, 'SHA256SUMS');
    const sum = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(sums, readFileSync(sums, 'utf8').replace(/[0-9a-f]{64}(?= {2}parity\/outputs\/odd-size\.bin)/, sum));
    const { code, out } = await destila('verify', forged, '--json');
    expect(code).toBe(4);
    expect(
      jsonLines(out)
        .filter(({ ok }) => ok === false)
        .map(({ name }) => name),
    ).toEqual(['Outputs: LiteRT gives the same numbers']);
  });

  test('predict: CSV of every image, with an error for one that cannot be read', async () => {
    const folder = path.join(root, 'other');
    cpSync(path.join(project, 'images'), folder, { recursive: true, filter: (file) => !/train|val/.test(file) });
    writeFileSync(path.join(folder, 'broken.jpg'), 'nothing');
    const { code, out, err } = await destila('predict', folder, '--bundle', `${bundle}.zip`);
    expect(code).toBe(0);
    const [head, ...rows] = out.trimEnd().split('\n');
    expect(head).toBe('image,labels,error,blue,green,red');
    expect(rows).toHaveLength(13);
    expect(rows[0]).toMatch(/^broken\.jpg,,".*broken\.jpg cannot be decoded/);
    expect(rows[1]).toMatch(/^test-0\.png,[a-z|]*,,[\d.]+,[\d.]+,[\d.]+$/);
    expect(err).toContain('1 of 13 images could not be read');
  });

  test('eval: a bundle and its run give the same metrics on the same images', async () => {
    const [ofBundle, ofRun] = await Promise.all([
      destila('eval', bundle, '--data', project, '--json'),
      destila('eval', run, '--split', 'test', '--json'),
    ]);
    const report = (outcome: Outcome): unknown => jsonLines(outcome.out).at(-1)!.report;
    expect(report(ofBundle)).toEqual(report(ofRun));
    const own = JSON.parse(readFileSync(path.join(run, 'report', 'metrics.json'), 'utf8')) as {
      test: { int8: { macroAp: number } };
    };
    expect(report(ofRun)).toMatchObject({ macroAp: own.test.int8.macroAp });
    const listed = await destila('runs', project);
    expect(listed.out).toMatch(/finished\s+all done.*2x/);
  });

  test('eval: labels that the model lacks are named before any metric', async () => {
    const other = path.join(root, 'respelled');
    cpSync(path.join(project, 'images'), path.join(other, 'images'), { recursive: true });
    const list = readFileSync(path.join(project, 'test.txt'), 'utf8');
    const respelled = list.replaceAll(/\bred\b(?!\.)/g, 'Red');
    const images = respelled.split('\n').filter((line) => /\bRed\b/.test(line)).length;
    expect(images).toBeGreaterThan(0);
    writeFileSync(path.join(other, 'test.txt'), respelled);
    const [text, json] = await Promise.all([
      destila('eval', bundle, '--data', other),
      destila('eval', bundle, '--data', other, '--json'),
    ]);
    expect(text.out).toMatch(
      /^warning: The model lacks 1 label of the data, [^\n]*'Red' \(\d+ images?; the model has 'red'\)/,
    );
    const lines = jsonLines(json.out).filter(({ type }) => type === 'leftOut' || type === 'evaluation');
    const leftOut = [{ label: 'Red', images, similar: 'red' }];
    expect(lines.map(({ type }) => type)).toEqual(['leftOut', 'evaluation']);
    expect(lines[0]!.labels).toEqual(leftOut);
    expect(lines[1]!.leftOut).toEqual(leftOut);
  });

  test('tune: other goals, other thresholds; export writes a bundle with them', async () => {
    const { code, out } = await destila(
      'tune',
      run,
      '--set',
      'threshold_search.goal=recall',
      '--set',
      'threshold_search.min_recall=1',
      '--set',
      'threshold_search.smoothing=0',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/goal: recall/);
    expect(out.match(/1\.000/g)!.length).toBeGreaterThanOrEqual(3);
    expect((await destila('tune', run, '--set', 'teacher.dropout=0.5')).code).toBe(2);
    const again = await destila(
      'export',
      run,
      '--set',
      'tflite_export.input_type=float32',
      '--set',
      'tflite_export.name=floating',
    );
    expect(again.code).toBe(0);
    const made = readdirSync(path.join(run, 'export')).find(
      (name) => name.startsWith('floating') && !name.endsWith('.zip'),
    )!;
    expect(existsSync(path.join(run, 'export', `${made}.zip`))).toBe(true);
    const config = JSON.parse(readFileSync(path.join(run, 'export', made, 'inference_config.json'), 'utf8')) as {
      input: unknown;
    };
    expect(config.input).toMatchObject({ type: 'float32', value: '(pixel - 127) / 128' });
    expect((await destila('verify', path.join(run, 'export', made))).code).toBe(0);
  });

  test('init: writes every setting with its meaning, once', async () => {
    const fresh = path.join(root, 'fresh');
    cpSync(path.join(project, 'images'), fresh, { recursive: true });
    expect((await destila('init', fresh)).code).toBe(0);
    expect(readFileSync(path.join(fresh, 'destila.yaml'), 'utf8')).toContain('# Images per training step.');
    expect((await destila('init', fresh)).err).toContain('already exists');
  });

  test('errors are messages for people, without stack traces', async () => {
    for (const args of [
      ['run', 'nowhere'],
      ['verify', 'nowhere'],
      ['resume', project.slice(0, -3)],
      ['eval', project],
      ['predict', project, '--bundle', project],
    ]) {
      const { code, err, out } = await destila(...args);
      expect(code).not.toBe(0);
      expect(err + out).not.toMatch(/\n\s+at /);
      expect(err).toMatch(/^error: /m);
    }
  });
});
