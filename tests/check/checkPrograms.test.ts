import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharp } from '../../src/main/pipeline/data/imageLibrary.ts';
import { letterbox } from '../../src/main/pipeline/data/letterbox.ts';
import type { ParityIndex, ParityItem } from '../../src/main/pipeline/export/bundle/parityIndex.ts';
import { smallBundle, smallLabels } from '../bundle/smallBundle.ts';
import { writeFolder } from '../bundle/verifyFolder.ts';

const SIZE = 32;
const PADDING: [number, number, number] = [1, 2, 3]; // of smallBundle
let bundle: string;
let items: ParityItem[];
let ks: number[];
beforeAll(async () => {
  bundle = writeFolder(await smallBundle());
  ({ items } = JSON.parse(readFileSync(path.join(bundle, 'parity/index.json'), 'utf8')) as ParityIndex);
  const config = JSON.parse(readFileSync(path.join(bundle, 'inference_config.json'), 'utf8')) as {
    thresholds: { perClass: { k: number }[] };
  };
  ks = config.thresholds.perClass.map(({ k }) => k);
});
afterAll(() => rmSync(bundle, { recursive: true, force: true }));

type Kind = 'pixels' | 'input' | 'output' | 'labels';
type Results = (item: ParityItem) => Promise<Uint8Array> | Uint8Array;

const right = (item: ParityItem): Uint8Array => readFileSync(path.join(bundle, item.letterbox));
const floats = (item: ParityItem, of: (pixel: number) => number): Uint8Array =>
  new Uint8Array(Float32Array.from(right(item), of).buffer);
const labels = (flags: readonly boolean[]): Uint8Array =>
  Buffer.from(
    smallLabels
      .filter((_, c) => flags[c])
      .map((label) => `${label}\n`)
      .join(''),
  );
const image = (item: ParityItem) => sharp(readFileSync(path.join(bundle, item.image)));
type Image = ReturnType<typeof image>;

/** Letterboxes what an app's own decoder gave. */
async function boxed(decoded: Image, padding = PADDING): Promise<Uint8Array> {
  const { data, info } = await decoded.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return letterbox(data, info.width, info.height, SIZE, padding);
}
const upright = (item: ParityItem): Image =>
  image(item)
    .autoOrient()
    .flatten({ background: { r: 1, g: 2, b: 3 } })
    .toColourspace('srgb')
    .removeAlpha();

/** Runs a check program on what an app with this mistake would write. Returns how often each cause is named. */
async function causesNamed(kind: Kind, results: Results): Promise<Record<string, number>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'app-'));
  for (const item of items) writeFileSync(path.join(folder, `${item.name}.${kind}`), await results(item));
  const { stdout } = spawnSync(process.execPath, [path.join(bundle, 'check.mjs'), '--app', folder], {
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  const causes: Record<string, number> = {};
  for (const [, cause] of stdout.matchAll(/^FAIL .*\[(\w+)\]$/gm)) causes[cause!] = (causes[cause!] ?? 0) + 1;
  return causes;
}

const mostNamed = (causes: Record<string, number>): string | undefined =>
  Object.entries(causes).sort(([, a], [, b]) => b - a)[0]?.[0];

const linear = { kernel: 'linear', fit: 'fill' } as const;
const mistakes: readonly [cause: string, kind: Kind, results: Results][] = [
  ['bgr', 'pixels', (item) => right(item).map((_, i, all) => all[i + 2 - 2 * (i % 3)]!)],
  [
    'exifIgnored',
    'pixels',
    (item) =>
      boxed(
        image(item)
          .flatten({ background: { r: 1, g: 2, b: 3 } })
          .toColourspace('srgb'),
      ),
  ],
  [
    'profileIgnored',
    'pixels',
    (item) => boxed(item.name === 'p3-exif-6' ? image(item).autoOrient().keepIccProfile() : upright(item)),
  ],
  ['alphaDropped', 'pixels', (item) => boxed(image(item).autoOrient().toColourspace('srgb').removeAlpha())],
  [
    'alphaOverWhite',
    'pixels',
    (item) => boxed(image(item).autoOrient().flatten({ background: '#fff' }).toColourspace('srgb')),
  ],
  ['mirrored', 'pixels', async (item) => boxed(sharp(await upright(item).png().toBuffer()).flop())],
  [
    'stretched',
    'pixels',
    async (item) => boxed(sharp(await upright(item).png().toBuffer()).resize(SIZE, SIZE, linear)),
  ],
  ['padWhite', 'pixels', (item) => boxed(upright(item), [255, 255, 255])],
  ['padGray', 'pixels', (item) => boxed(upright(item), [128, 128, 128])],
  ['by255', 'input', (item) => floats(item, (pixel) => pixel / 255)],
  ['by127', 'input', (item) => floats(item, (pixel) => (pixel - 127.5) / 127.5)],
  ['truncated', 'input', (item) => right(item).map((pixel) => Math.trunc((pixel - 127) / 128))],
  ['int8AsUint8', 'input', (item) => right(item).map((pixel) => pixel - 128)],
  [
    'nchw',
    'input',
    (item) =>
      [0, 1, 2]
        .map((c) => right(item).filter((_, i) => i % 3 === c))
        .reduce((a, b) => Buffer.concat([a, b]), Buffer.alloc(0)),
  ],
  ['inputType', 'input', (item) => floats(item, (pixel) => pixel)],
  ['outputSigned', 'output', ({ codes }) => Uint8Array.from(codes, (q) => q - 128)],
  ['labelOrder', 'output', ({ codes }) => Uint8Array.from(codes).reverse()],
  ['decisionOrder', 'labels', ({ codes }) => labels(codes.map((q, c) => q >= ks[c]!).reverse())],
  ['half', 'labels', ({ codes }) => labels(codes.map((q) => q >= 128))],
  ['best', 'labels', ({ codes }) => labels(codes.map((q) => q === Math.max(...codes)))],
];

test.each(mistakes)('names the mistake %s', async (cause, kind, results) => {
  expect(mostNamed(await causesNamed(kind, results))).toBe(cause);
});

test('names the rule q > k', async () => {
  // This random network reaches none of its thresholds exactly, so the app's own output has to.
  const folder = mkdtempSync(path.join(tmpdir(), 'app-'));
  const copy = path.join(folder, 'bundle');
  mkdirSync(copy);
  execFileSync('cp', ['-R', `${bundle}/.`, copy]);
  const cases = path.join(copy, 'parity/cases.txt');
  const { codes, name } = items[0]!;
  writeFileSync(cases, readFileSync(cases, 'utf8').replace(`label ${ks[0]} `, `label ${codes[0]} `));
  writeFileSync(path.join(folder, `${name}.labels`), labels(codes.map((q, c) => q > (c === 0 ? codes[0]! : ks[c]!))));
  const { stdout } = spawnSync(process.execPath, [path.join(copy, 'check.mjs'), '--app', folder], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect(stdout).toMatch(/^FAIL .* threshold: .*\[greater\]$/m);
});

test('finds nothing wrong with the right pixels and outputs', async () => {
  expect(await causesNamed('pixels', right)).toEqual({});
  expect(await causesNamed('output', (item) => readFileSync(path.join(bundle, item.output)))).toEqual({});
  for (const family of ['builtin', 'reference'] as const)
    expect(await causesNamed('output', (item) => Uint8Array.from(item.otherKernels![family].codes))).toEqual({});
  expect(await causesNamed('labels', ({ decisions }) => Buffer.from(decisions.join('\r\n')))).toEqual({});
});

test('a bundle made twice has the same bytes', async () => {
  const again = await smallBundle();
  for (const [name, data] of again)
    expect([name, Buffer.compare(data, readFileSync(path.join(bundle, name)))]).toEqual([name, 0]);
});

test('runs the model in LiteRT.js and passes', () => {
  const run = spawnSync(process.execPath, [path.join(bundle, 'check.mjs')], { encoding: 'utf8' });
  expect(run.stdout).toContain(`${items.length} of ${items.length} parity cases pass. You are done.`);
  expect(run.status).toBe(0);
});

const python = ['python3', 'python'].find((command) => spawnSync(command, ['-c', 'import numpy, PIL']).status === 0);

test.runIf(python !== undefined)('check.py names the mistakes made with Pillow and numpy', () => {
  const run = spawnSync(python!, [path.join(import.meta.dirname, 'mistakes.py'), bundle, bundle], { encoding: 'utf8' });
  const lines = run.stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  // Black padding is within the tolerance of this bundle's, and no score is at a threshold.
  const invisible = new Set(['alphaOverBlack', 'greater']);
  const same = new Map([['nearestCenter', 'nearest']]);
  const named = lines.filter(([mistake]) => !invisible.has(mistake!));
  expect(named.length).toBeGreaterThanOrEqual(28);
  expect(named.map(([, cause]) => same.get(cause!) ?? cause)).toEqual(named.map(([mistake]) => mistake));
});
