import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharp } from '../../src/main/pipeline/data/imageLibrary.ts';
import { letterbox } from '../../src/main/pipeline/data/letterbox.ts';
import { bytesOf } from '../../src/main/pipeline/export/bundle/parityFiles.ts';
import { buildInferenceConfig } from '../../src/main/pipeline/export/bundle/inferenceConfig.ts';
import { encodePixels } from '../../src/main/pipeline/tflite/io.ts';
import { ioTypes } from '../../src/shared/config.ts';
import { randomStream } from '../../src/shared/random.ts';
import { loadGolden } from '../golden/golden.ts';
import { kotlinCompiler } from './kotlinCompiler.ts';

/*
 * Compiles the Android sample against stand-ins for Android, CameraX and LiteRT, and runs it on a Java virtual machine.
 * Skipped where there is no Kotlin compiler: see kotlinCompiler.ts.
 */

const compiler = kotlinCompiler();
if (compiler === null)
  console.warn('Kotlin is not checked: set DESTILA_KOTLIN_JARS, or put kotlinc and java on the PATH.');

const here = path.join(import.meta.dirname, 'kotlin');
const sources = path.join(import.meta.dirname, '../../resources/sample/android/tagger/src');
const folder = mkdtempSync(path.join(tmpdir(), 'kotlin-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Color = [number, number, number];

interface Work {
  readonly width: number;
  readonly height: number;
  readonly size: number;
  readonly padding: Color;
  readonly pixels: Uint8Array;
}

const noise = (bytes: number, ...of: readonly (string | number)[]): Uint8Array => {
  const draw = randomStream(7, 'kotlin', ...of);
  return Uint8Array.from({ length: bytes }, () => 256 * draw());
};

/** Sizes that round to halves, lines of pixels, sizes above and below the input, and many random ones. */
function sizes(): [number, number, number][] {
  const draw = randomStream(3, 'sizes');
  const random = (): number => 1 + Math.floor(300 * draw() ** 2);
  return [
    [97, 61, 64],
    [1, 1, 32],
    [1, 300, 32],
    [300, 1, 32],
    [2, 2, 33],
    [64, 64, 64],
    [1024, 683, 240],
    ...Array.from({ length: 300 }, (): [number, number, number] => [random(), random(), 1 + Math.floor(100 * draw())]),
  ];
}

const rgbWork = (): Work[] =>
  sizes().map(([width, height, size], i) => ({
    width,
    height,
    size,
    padding: [i % 256, 255, 7],
    pixels: noise(3 * width * height, 'rgb', i),
  }));

const { cases: golden } = loadGolden<{ cases: { source: string; output: string; size: number; pad: Color }[] }>(
  'letterbox/letterbox',
).manifest;

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly crop: readonly [left: number, top: number, width: number, height: number];
  readonly rotation: number;
  readonly offsets: readonly number[];
  readonly rowStrides: readonly number[];
  readonly pixelStrides: readonly number[];
  readonly bytes: Uint8Array;
}

/** A frame with padded rows whose chroma planes interleave as in NV21 (apart 2) or lie apart as in I420 (apart 1). */
function frame(width: number, height: number, rotation: number, apart: 1 | 2, crop: Frame['crop']): Frame {
  const [row, chromaWidth, chromaHeight] = [width + 5, Math.ceil(width / 2), Math.ceil(height / 2)];
  const chromaRow = apart * chromaWidth + 3;
  const [first, second] = [row * height, row * height + (apart === 2 ? 1 : chromaRow * chromaHeight)];
  return {
    width,
    height,
    crop,
    rotation,
    offsets: apart === 2 ? [0, second, first] : [0, first, second],
    rowStrides: [row, chromaRow, chromaRow],
    pixelStrides: [1, apart, apart],
    bytes: noise(second + chromaRow * chromaHeight, 'yuv', width, height, rotation, apart),
  };
}

const frames: readonly Frame[] = [0, 90, 180, 270].flatMap((rotation) =>
  ([1, 2] as const).flatMap((apart) => [
    frame(48, 36, rotation, apart, [0, 0, 48, 36]),
    frame(61, 33, rotation, apart, [7, 4, 41, 23]),
  ]),
);

/** The upright crop of a frame, by the formulas of ITU-T T.871 (BT.601 in full range), which round once. */
function uprightRgb({ crop, rotation, offsets, rowStrides, pixelStrides, bytes }: Frame): Work['pixels'] {
  const [left, top, width, height] = crop;
  const sideways = rotation % 180 === 90;
  const [newWidth, newHeight] = sideways ? [height, width] : [width, height];
  const out = new Uint8Array(3 * width * height);
  const at = (plane: number, x: number, y: number): number =>
    bytes[offsets[plane]! + y * rowStrides[plane]! + x * pixelStrides[plane]!]!;
  for (let x = 0; x < width; x++)
    for (let y = 0; y < height; y++) {
      // Turning clockwise by 90 degrees moves the pixel (x, y) to (height - 1 - y, x).
      const [newX, newY] = {
        0: [x, y],
        90: [height - 1 - y, x],
        180: [width - 1 - x, height - 1 - y],
        270: [y, width - 1 - x],
      }[rotation]!;
      const [frameX, frameY] = [left + x, top + y];
      const light = at(0, frameX, frameY);
      const [cb, cr] = [1, 2].map((plane) => at(plane, frameX >> 1, frameY >> 1) - 128) as [number, number];
      const rgb = [light + 1.402 * cr, light - 0.344136 * cb - 0.714136 * cr, light + 1.772 * cb];
      rgb.forEach((value, c) => {
        out[3 * (newY! * newWidth + newX!) + c] = Math.min(255, Math.max(0, Math.round(value)));
      });
    }
  expect(newHeight).toBe(out.length / 3 / newWidth);
  return out;
}

const rgbaOf = (rgb: Uint8Array, alpha: (i: number) => number): Uint8Array =>
  Uint8Array.from({ length: (rgb.length / 3) * 4 }, (_, i) =>
    i % 4 === 3 ? alpha(i >> 2) : rgb[3 * (i >> 2) + (i % 4)]!,
  );

/** Images with alpha, flattened as the studio's decoder does. */
async function flattened(rgba: Uint8Array, width: number, height: number, [r, g, b]: Color): Promise<Uint8Array> {
  return new Uint8Array(
    await sharp(rgba, { raw: { width, height, channels: 4 } })
      .flatten({ background: { r, g, b } })
      .raw()
      .toBuffer(),
  );
}

const pairs = ioTypes.flatMap((input) => ioTypes.map((output) => ({ input, output })));
const labels = ['apple', 'pear, "ripe"', 'ñandú', 'never'];
const codes = [128, 129, 254, 255];
const ks = [128, 130, 1, 256];
const present = ['apple', 'ñandú'];
const padding: Color = [9, 200, 31];
const photo = { width: 50, height: 31, size: 40 };
const cameraFrame = frames[3]!;

function outputBytes(type: (typeof ioTypes)[number]): Uint8Array {
  if (type === 'float32') return bytesOf(Float32Array.from(codes, (q) => q / 256));
  return Uint8Array.from(codes, (q) => (type === 'int8' ? q - 128 : q));
}

const write = (name: string, data: Uint8Array | string): string => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), data);
  return name;
};
const read = (name: string): Buffer => readFileSync(path.join(folder, name));

function modelWork(flavor: string, source: string): object[] {
  const planes = ({ bytes, ...rest }: Frame): object => ({ ...rest, source: write('frame', bytes) });
  return pairs.flatMap(({ input, output }) =>
    (['cpu', 'gpu', 'noGpu'] as const).map((backend) => {
      const name = `${flavor}/${input}-${output}-${backend}`;
      const config = buildInferenceConfig({
        file: 'model_int8.tflite',
        sha256: '0'.repeat(64),
        architecture: 'efficientnet-lite0',
        model: {
          inputSize: photo.size,
          input: { type: input, quantization: null },
          output: { type: output, quantization: null },
          labels,
          name: 'm',
          description: '',
          version: '1',
        },
        paddingColor: padding,
        thresholds: { globalK: 128, perClass: ks.map((k) => ({ k })) } as never,
      });
      write(`${name}/inference_config.json`, JSON.stringify(config));
      write(`${name}/model_int8.tflite`, 'TFL3');
      return {
        assets: name,
        output: write(`${name}.out`, outputBytes(output)),
        source,
        ...photo,
        gpu: backend !== 'cpu',
        gpuFails: backend === 'noGpu',
        input: `${name}.in`,
        frame: planes(cameraFrame),
        frameInput: `${name}.frameIn`,
        closedLast: flavor === 'interpreter' && backend === 'gpu' ? 'delegate' : 'model',
        report: `${name}.txt`,
      };
    }),
  );
}

describe.skipIf(compiler === null).each(['compiledModel', 'interpreter'])('the flavor %s', (flavor) => {
  const rgb = rgbWork();
  const picture = noise(3 * photo.width * photo.height, 'photo');
  const transparent = rgbaOf(picture, (i) => (i * 37) % 256);

  beforeAll(() => {
    const kotlin = (from: string): string[] =>
      readdirSync(from)
        .filter((name) => name.endsWith('.kt'))
        .map((name) => path.join(from, name));
    const stubs = path.join(here, 'stubs');
    const classes = path.join(folder, flavor, 'classes.jar');
    mkdirSync(path.join(folder, flavor));
    const made = compiler!.compile(
      [
        ...['main', flavor, 'androidTest'].flatMap((set) => kotlin(path.join(sources, set, 'kotlin'))),
        path.join(here, 'Drive.kt'),
        ...[stubs, path.join(stubs, flavor), path.join(stubs, 'androidTest')].flatMap(kotlin),
      ],
      classes,
    );
    expect(made).toBe('');
    const plain = rgb.map(({ pixels, ...rest }, i) => ({
      ...rest,
      kind: 'rgb',
      source: write(`rgb/${i}`, pixels),
      made: `${flavor}/rgb-${i}`,
    }));
    const known = golden.map(({ source, output, size, pad }) => {
      const { data, shape } = loadGolden('letterbox/letterbox').array(source);
      return {
        kind: 'rgb',
        source: write(`golden/${source}`, data as Uint8Array),
        made: `${flavor}/golden-${output}`,
        width: shape[1]!,
        height: shape[0]!,
        size,
        padding: pad,
      };
    });
    const overPadding = {
      kind: 'argb',
      source: write('argb', transparent),
      made: `${flavor}/argb`,
      ...photo,
      padding,
    };
    const camera = frames.map(({ bytes, ...rest }, i) => ({
      ...rest,
      kind: 'yuv',
      source: write(`yuv/${i}`, bytes),
      made: `${flavor}/yuv-${i}`,
      size: 40,
      padding,
    }));
    write(
      'work.json',
      JSON.stringify({
        letterboxes: [...plain, ...known, overPadding, ...camera],
        models: modelWork(flavor, write('photo', transparent)),
      }),
    );
    expect(compiler!.run(classes, 'com.example.tagger.DriveKt', folder)).toBe('');
  }, 1_200_000); // The compiler takes long on a busy machine.

  test('equals OpenCV byte for byte', () => {
    for (const { output } of golden)
      expect(Buffer.compare(read(`${flavor}/golden-${output}`), loadGolden('letterbox/letterbox').bytes(output))).toBe(
        0,
      );
  });

  test('letterboxes images of many sizes to the bytes of the studio', () => {
    for (const [i, { pixels, width, height, size, padding: color }] of rgb.entries())
      expect(
        Buffer.compare(read(`${flavor}/rgb-${i}`), letterbox(pixels, width, height, size, color)),
        `${width} x ${height} to ${size}`,
      ).toBe(0);
  });

  test('composites transparent pixels over the padding color as the studio does', async () => {
    const over = await flattened(transparent, photo.width, photo.height, padding);
    expect(
      Buffer.compare(read(`${flavor}/argb`), letterbox(over, photo.width, photo.height, photo.size, padding)),
    ).toBe(0);
  });

  test('reads camera frames with any rotation, crop and strides, within one rounding of the formulas', () => {
    for (const [i, one] of frames.entries()) {
      const [, , width, height] = one.crop;
      const [w, h] = one.rotation % 180 === 90 ? [height, width] : [width, height];
      const expected = letterbox(uprightRgb(one), w, h, 40, padding);
      const made = read(`${flavor}/yuv-${i}`);
      const worst = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - made[at]!)), 0);
      expect(worst, `frame ${i}`).toBeLessThanOrEqual(1);
    }
  });

  test.each(pairs)('feeds $input, reads $output, decides, and frees the model', async ({ input, output }) => {
    const over = await flattened(transparent, photo.width, photo.height, padding);
    const pixels = letterbox(over, photo.width, photo.height, photo.size, padding);
    for (const [backend, running] of Object.entries({
      cpu: 'running CPU null',
      gpu: 'running GPU null',
      noGpu: 'running CPU The GPU cannot run this model (no OpenCL); it runs on the CPU.',
    })) {
      const name = `${flavor}/${input}-${output}-${backend}`;
      expect(Buffer.compare(read(`${name}.in`), bytesOf(encodePixels(pixels, input)))).toBe(0);
      // The camera's frame went the same way: its pixels are checked above.
      const ofFrame = read(`${flavor}/yuv-${frames.indexOf(cameraFrame)}`);
      expect(Buffer.compare(read(`${name}.frameIn`), bytesOf(encodePixels(ofFrame, input)))).toBe(0);
      const freed =
        flavor === 'compiledModel'
          ? 'buffer, buffer, model'
          : { cpu: 'model', gpu: 'model, delegate', noGpu: 'delegate, model' }[backend];
      expect(read(`${name}.txt`).toString().split('\n')).toEqual([
        running,
        'tag apple 128.0',
        'tag ñandú 254.0',
        ...present.map((label) => `frame ${label}`),
        'frame closed 1',
        `closed [${freed}]`,
      ]);
    }
  });
});
