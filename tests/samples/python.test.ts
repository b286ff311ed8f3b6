import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeImage } from '../../src/main/pipeline/data/decode.ts';
import { sharp } from '../../src/main/pipeline/data/imageLibrary.ts';
import { ioTypes } from '../../src/shared/config.ts';
import { randomStream } from '../../src/shared/random.ts';
import { smallBundle } from '../bundle/smallBundle.ts';
import { loadGolden } from '../golden/golden.ts';

/*
 * Runs the Python sample out of whole bundles. Skipped where Python lacks numpy, Pillow or a TensorFlow Lite;
 * DESTILA_PYTHON names another Python, such as that of a virtual environment.
 */

const python = process.env['DESTILA_PYTHON'] ?? 'python3';
const can = (modules: string): boolean => spawnSync(python, ['-c', `import ${modules}`]).status === 0;
const runs = can('numpy, PIL, ai_edge_litert.interpreter');
const mediapipe = can('numpy, PIL, mediapipe');
if (!runs)
  console.warn('The Python sample is not run: pip install ai-edge-litert numpy Pillow, or set DESTILA_PYTHON.');
if (!mediapipe) console.warn('The MediaPipe sample is not run: pip install mediapipe, or set DESTILA_PYTHON.');

const folder = mkdtempSync(path.join(tmpdir(), 'python-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function unpack(name: string, files: ReadonlyMap<string, Uint8Array>): string {
  const bundle = path.join(folder, name);
  for (const [file, data] of files) {
    const target = path.join(bundle, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, data);
  }
  return bundle;
}

function run(bundle: string, script: string, ...args: string[]): { status: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(python, [path.join(bundle, 'sample', 'python', script), ...args], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  return { status, out: stdout, error: stderr };
}

/** What a few lines of Python print that have the sample in reach. */
function print(bundle: string, lines: readonly string[]): string {
  const code = ['import sys', `sys.path.insert(0, ${JSON.stringify(path.join(bundle, 'sample', 'python'))})`, ...lines];
  const { stdout, stderr } = spawnSync(python, ['-c', code.join('\n')], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  expect(stderr).not.toContain('Traceback');
  return stdout;
}

interface Item {
  readonly image: string;
  readonly letterbox: string;
  readonly tolerance?: number;
  readonly codes: number[];
  decisions: string[];
}

const indexOf = (bundle: string): { items: Item[] } =>
  JSON.parse(readFileSync(path.join(bundle, 'parity', 'index.json'), 'utf8')) as { items: Item[] };

const pairs = ioTypes.flatMap((input) => ioTypes.map((output) => ({ input, output })));
const padding: [number, number, number] = [200, 10, 90];

describe.skipIf(!runs)('tagger.py', () => {
  test.each(pairs)('gives the pixels, codes and labels of parity/: $input to $output', async ({ input, output }) => {
    const bundle = unpack(`${input}-${output}`, await smallBundle({ input, output }));
    const { status, out } = run(bundle, 'tagger.py', '--check');
    expect(out).toMatch(/^(\d+) of \1 images pass\.\n$/m);
    expect(status).toBe(0);
    const image = path.join(bundle, indexOf(bundle).items[0]!.image);
    const labels = print(bundle, [
      'from tagger import *',
      `print([label for label, _ in Tagger().tags(${JSON.stringify(image)})] == json.loads((BUNDLE / "parity/index.json").read_text())["items"][0]["decisions"])`,
    ]);
    expect(labels).toBe('True\n');
    copyFileSync(image, path.join(bundle, 'photo.jpg'));
    const usage = spawnSync(python, [path.join('sample', 'python', 'usage.py')], { cwd: bundle, encoding: 'utf8' });
    expect(usage.status, usage.stderr).toBe(0);
  });

  test('--check names the first step that differs', async () => {
    const bundle = unpack('changed', await smallBundle());
    const index = indexOf(bundle);
    const [plain, pixels, codes, decisions] = index.items.filter(({ tolerance = 0 }) => tolerance === 0);
    const file = path.join(bundle, pixels!.letterbox);
    writeFileSync(
      file,
      readFileSync(file).map((byte, i) => (i === 5 ? byte ^ 4 : byte)),
    );
    codes!.codes[0]! ^= 1;
    decisions!.decisions = ['nothing'];
    writeFileSync(path.join(bundle, 'parity', 'index.json'), JSON.stringify(index));
    const { status, out } = run(bundle, 'tagger.py', '--check');
    const saidOf = (item: Item | undefined): string | undefined =>
      out
        .split('\n')
        .find((line) => line.startsWith(`${item!.image} `))
        ?.slice(item!.image.length + 1);
    expect(saidOf(plain)).toBe('ok');
    expect(saidOf(pixels)).toMatch(/^letterboxed pixels differ by up to 4/);
    expect(saidOf(codes)).toMatch(/^codes differ by up to 1/);
    expect(saidOf(decisions)).toMatch(/^labels are \[.*\] instead of \['nothing'\]/);
    expect(out).toContain(`${index.items.length - 3} of ${index.items.length} images pass.`);
    expect(status).toBe(1);
  });

  test('letterboxes as OpenCV does', async () => {
    const bundle = unpack('letterbox', await smallBundle());
    const golden = loadGolden<{
      cases: { source: string; output: string; size: number; pad: [number, number, number] }[];
    }>('letterbox/letterbox');
    const { cases } = golden.manifest;
    const work = cases.map(({ source, size, pad }, i) => {
      const { data, shape } = golden.array(source);
      const file = path.join(folder, `${i}.rgb`);
      writeFileSync(file, data);
      return [file, shape, size, pad];
    });
    const made = print(bundle, [
      'import base64, json, numpy as np',
      'from tagger import letterbox',
      `for file, shape, size, pad in json.loads(${JSON.stringify(JSON.stringify(work))}):`,
      '    image = np.fromfile(file, np.uint8).reshape(shape)',
      '    print(base64.b64encode(letterbox(image, size, pad).tobytes()).decode())',
    ]).split('\n');
    for (const [i, { output }] of cases.entries())
      expect(Buffer.compare(Buffer.from(made[i]!, 'base64'), golden.bytes(output)), output).toBe(0);
  });

  describe('decodes as the studio does', () => {
    const [width, height] = [40, 28];
    const draw = randomStream(11, 'decode');
    const rgb = Uint8Array.from({ length: 3 * width * height }, () => 256 * draw());
    const raw = { raw: { width, height, channels: 3 as const } };
    const smooth = sharp(rgb, raw).blur(3);
    const alpha = Uint8Array.from({ length: 4 * width * height }, () => 256 * draw());
    // The largest difference of any channel that each may have: profiles are applied by two libraries, and a JPEG is
    // decoded by two.
    const images: readonly (readonly [name: string, most: number, () => Promise<Buffer>])[] = [
      ['plain.png', 0, () => sharp(rgb, raw).png().toBuffer()],
      ['gray.png', 0, () => sharp(rgb, raw).grayscale().png().toBuffer()],
      ['palette.png', 0, () => smooth.clone().png({ palette: true, colors: 16 }).toBuffer()],
      [
        'alpha.png',
        0,
        () =>
          sharp(alpha, { raw: { width, height, channels: 4 } })
            .png()
            .toBuffer(),
      ],
      ['16bit.png', 0, () => sharp(rgb, raw).toColourspace('rgb16').png().toBuffer()],
      ['p3.png', 2, () => sharp(rgb, raw).withIccProfile('p3').png().toBuffer()],
      [
        'p3alpha.png',
        2,
        () =>
          sharp(alpha, { raw: { width, height, channels: 4 } })
            .withIccProfile('p3')
            .png()
            .toBuffer(),
      ],
      ['p3.jpg', 3, () => smooth.clone().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer()],
      ['cmyk.jpg', 4, () => smooth.clone().toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer()],
      ['turned.jpg', 1, () => smooth.clone().withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer()],
    ];

    test.each(images)('%s, within %i', async (name, most, make) => {
      const file = path.join(folder, name);
      writeFileSync(file, await make());
      const bundle = unpack('decoding', await smallBundle());
      const studio = await decodeImage(file, { paddingColor: padding, maxMegapixels: 1 });
      const made = print(bundle, [
        'import base64',
        'from tagger import decode',
        `image = decode(${JSON.stringify(file)}, ${JSON.stringify(padding)})`,
        'print(*image.shape, base64.b64encode(image.tobytes()).decode())',
      ]).split(' ');
      expect(made.slice(0, 3).map(Number)).toEqual([studio.height, studio.width, 3]);
      const pixels = Buffer.from(made[3]!, 'base64');
      const worst = studio.rgb.reduce((far, value, i) => Math.max(far, Math.abs(value - pixels[i]!)), 0);
      expect(worst).toBeLessThanOrEqual(most);
    });
  });
});

describe.skipIf(!mediapipe)('mediapipe_tagger.py', () => {
  const accepted = pairs.filter(({ input, output }) => input !== 'int8' && output !== 'int8');

  test.each(accepted)('gives the codes and labels of parity/: $input to $output', async ({ input, output }) => {
    const bundle = unpack(`mediapipe-${input}-${output}`, await smallBundle({ input, output }));
    const out = print(bundle, [
      'import json, numpy as np',
      'from mediapipe_tagger import MediapipeTagger, BUNDLE',
      'tagger = MediapipeTagger()',
      'for item in json.loads((BUNDLE / "parity/index.json").read_text("utf-8"))["items"]:',
      '    pixels = np.fromfile(BUNDLE / item["letterbox"], np.uint8).reshape(tagger.size, tagger.size, 3)',
      '    codes = tagger.codes(pixels)',
      '    print(codes == item["codes"] and [tag[0] for tag in tagger.decide(codes)] == item["decisions"])',
      'tagger.close()',
    ]);
    expect(out).toBe('True\n'.repeat(indexOf(bundle).items.length));
  });

  test.each(pairs.filter((pair) => !accepted.includes(pair)))(
    'says that MediaPipe refuses $input to $output, which it does',
    async ({ input, output }) => {
      const bundle = unpack(`refused-${input}-${output}`, await smallBundle({ input, output }));
      const { status, error } = run(bundle, 'mediapipe_tagger.py', 'x.png');
      expect(status).toBe(1);
      expect(error).toContain('MediaPipe refuses models with int8');
      const refused = print(bundle, [
        'from mediapipe.tasks import python as tasks',
        'from mediapipe.tasks.python import vision',
        'from tagger import BUNDLE',
        'options = vision.ImageClassifierOptions(tasks.BaseOptions(model_asset_path=str(BUNDLE / "model_int8.tflite")))',
        'try:',
        '    vision.ImageClassifier.create_from_options(options)',
        '    print("loaded")',
        'except Exception as error:',
        '    print("refused")',
      ]);
      expect(refused).toBe('refused\n');
    },
  );
});
