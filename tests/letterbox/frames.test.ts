import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { letterbox } from '../../src/main/pipeline/data/letterbox.ts';
import type { Format, Frame } from './frames.ts';
import { COLORS, encodeFrames, FORMATS, isYuv, randomPlane, upright } from './frames.ts';

const header = path.join(import.meta.dirname, '../../resources/letterbox');
const source = path.join(import.meta.dirname, 'frames.c');
const compilers = ['gcc', 'clang'].filter((name) => spawnSync(name, ['--version']).status === 0);
const STRICT = ['-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow', '-Werror'];
const folder = mkdtempSync(path.join(tmpdir(), 'frames-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A linear congruential generator (Numerical Recipes), so that a failing case can be run again. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Options {
  readonly rotation: number;
  readonly cropped: boolean;
  readonly alpha?: Frame['alpha'];
}

function randomFrame(random: () => number, format: Format, { rotation, cropped, alpha = 'OPAQUE' }: Options): Frame {
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  const [width, height] = [upTo(70), upTo(70)];
  const halfWidth = Math.ceil(width / 2),
    halfHeight = Math.ceil(height / 2);
  const chromaStride = format === 'YUV_420_888' ? upTo(2) : 1;
  const plane = (rows: number, rowBytes: number) =>
    randomPlane(random, { rows, rowBytes, gap: Math.floor(random() * 9), upsideDown: random() < 0.3 });
  const chroma = (): ReturnType<typeof plane>[] => {
    const first = plane(halfHeight, (halfWidth - 1) * chromaStride + 1);
    // U and V share their strides.
    return [first, { ...first, bytes: first.bytes.map(() => Math.floor(random() * 256)) }];
  };
  const left = Math.floor(random() * width),
    top = Math.floor(random() * height);
  return {
    format,
    width,
    height,
    chromaStride,
    color: COLORS[Math.floor(random() * COLORS.length)]!,
    alpha,
    rotation,
    crop: cropped ? { left, top, width: upTo(width - left), height: upTo(height - top) } : null,
    size: upTo(48),
    padding: [Math.floor(random() * 256), Math.floor(random() * 256), Math.floor(random() * 256)],
    planes: isYuv(format)
      ? format === 'NV12' || format === 'NV21'
        ? [plane(height, width), plane(halfHeight, 2 * halfWidth)]
        : [plane(height, width), ...chroma()]
      : [plane(height, width * (format.length === 3 ? 3 : 4))],
  };
}

/** Status and pixels of each frame; null if it was refused. */
function run(program: string, frames: readonly Frame[]): { status: number; pixels: Uint8Array | null }[] {
  const { status, stdout, stderr } = spawnSync(program, { input: encodeFrames(frames), maxBuffer: 2 ** 27 });
  expect(stderr.toString()).toBe('');
  expect(status).toBe(0);
  let at = 0;
  return frames.map(({ size }) => {
    const answer = stdout.readInt32LE(at);
    at += 4;
    if (answer !== 0) return { status: answer, pixels: null };
    const pixels = stdout.subarray(at, at + size * size * 3);
    at += pixels.length;
    return { status: answer, pixels };
  });
}

const expected = (frame: Frame): Uint8Array => {
  const { rgb, width, height } = upright(frame);
  return letterbox(rgb, width, height, frame.size, frame.padding);
};

describe.skipIf(compilers.length === 0)('letterbox_frame', () => {
  const program = path.join(folder, 'frames');
  beforeAll(() => {
    const build = (...flags: string[]) =>
      spawnSync(compilers[0]!, ['-std=c99', '-I', header, ...flags, '-o', program, source, '-lm']);
    const sanitizers = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    // Without the sanitizers' libraries the pixels are checked all the same.
    const sanitized =
      build('-O1', ...sanitizers).status === 0 && spawnSync(program, { input: encodeFrames([]) }).status === 0;
    if (!sanitized) expect(build('-O2').stderr.toString()).toBe('');
  });

  test.each(compilers.flatMap((compiler) => [[compiler, 'c99'] as const, [compiler, 'c++11'] as const]))(
    'compiles with %s as %s without a warning',
    (compiler, standard) => {
      const language = standard === 'c99' ? 'c' : 'c++';
      writeFileSync(path.join(folder, 'only.c'), '#include "letterbox.h"\nint main(void) { return 0; }\n');
      const flags = ['-x', language, `-std=${standard}`, '-O2', ...STRICT, '-Wno-unused-function', '-I', header];
      const made = spawnSync(compiler, [...flags, '-fsyntax-only', path.join(folder, 'only.c')]);
      expect(made.error ?? made.stderr.toString()).toBe('');
    },
  );

  describe.each(FORMATS)('%s', (format) => {
    test.each([0, 90, 180, 270])('turned by %i degrees, it is the upright image', (rotation) => {
      const random = generator(rotation + FORMATS.indexOf(format));
      const frames = Array.from({ length: 12 }, (_, i) =>
        randomFrame(random, format, { rotation, cropped: i % 2 === 1 }),
      );
      const answers = run(program, frames);
      for (const [i, frame] of frames.entries()) {
        expect(answers[i]!.status).toBe(0);
        expect(
          Buffer.from(answers[i]!.pixels!).equals(expected(frame)),
          JSON.stringify({ ...frame, planes: null }),
        ).toBe(true);
      }
    });
  });

  test.each(['STRAIGHT', 'PREMULTIPLIED'] as const)('%s alpha lets the padding color through', (alpha) => {
    const random = generator(7);
    const frames = (['RGBA', 'BGRA'] as const).flatMap((format) =>
      [0, 90].map((rotation) => randomFrame(random, format, { rotation, cropped: true, alpha })),
    );
    const answers = run(program, frames);
    for (const [i, frame] of frames.entries())
      expect(Buffer.from(answers[i]!.pixels!).equals(expected(frame))).toBe(true);
  });

  test('straight alpha gives the pixels of the decoder', async () => {
    // Every alpha with every value of red, over three padding values.
    const bytes = Buffer.alloc(256 * 256 * 4);
    for (let i = 0; i < 256 * 256; i++) bytes.set([i % 256, 255 - (i % 256), i % 17, Math.floor(i / 256)], 4 * i);
    const padding = [0, 114, 255] as const;
    const flattened = await sharp(bytes, { raw: { width: 256, height: 256, channels: 4 } })
      .flatten({ background: { r: padding[0], g: padding[1], b: padding[2] } })
      .removeAlpha()
      .raw()
      .toBuffer();
    const frame: Frame = {
      format: 'RGBA',
      width: 256,
      height: 256,
      chromaStride: 1,
      color: 'BT601_FULL',
      alpha: 'STRAIGHT',
      rotation: 0,
      crop: null,
      size: 256,
      padding,
      planes: [{ bytes, stride: 1024, first: 0 }],
    };
    expect(Buffer.from(run(program, [frame])[0]!.pixels!).equals(flattened)).toBe(true);
  });

  describe('refuses, and leaves the output unchanged', () => {
    const whole = randomFrame(generator(3), 'YUV_420_888', { rotation: 0, cropped: false });
    const stride = (index: number, value: number): Frame => ({
      ...whole,
      planes: whole.planes.map((plane, i) => (i === index ? { ...plane, stride: value } : plane)),
    });
    const crop = (left: number, top: number, width: number, height: number): Frame => ({
      ...whole,
      crop: { left, top, width, height },
    });
    const { width, height } = whole;
    const sized = { ...whole, width: 10, height: 10, chromaStride: 1 };
    const bytes = new Uint8Array(1000);
    const packed = (format: Format, rowStride: number): Frame => ({
      ...sized,
      format,
      planes: [{ bytes, stride: rowStride, first: 500 }],
    });
    const interleaved = (rowStride: number): Frame => ({
      ...sized,
      format: 'NV12',
      planes: [
        { bytes, stride: 10, first: 0 },
        { bytes, stride: rowStride, first: 0 },
      ],
    });
    const cases: readonly [string, number, Frame][] = [
      ['an image without columns', -1, { ...whole, width: 0 }],
      ['negative rows', -1, { ...whole, height: -5 }],
      ['a square of 0', -1, { ...whole, size: 0 }],
      ['a plane that is missing', -1, { ...whole, planes: whole.planes.slice(0, 2) }],
      ['sides that overflow', -2, { ...whole, width: 2 ** 30 }],
      ['a crop that begins outside', -3, crop(-1, 0, 1, 1)],
      ['a crop that is too wide', -3, crop(1, 0, width, 1)],
      ['a crop that is too high', -3, crop(0, 1, 1, height)],
      ['a crop whose end overflows', -3, crop(1, 0, 2 ** 31 - 1, 1)],
      ['a crop without rows', -3, crop(0, 0, 1, 0)],
      ['another rotation', -4, { ...whole, rotation: 45 }],
      ['rows that overlap', -5, stride(0, width - 1)],
      ['rows of color that overlap', -5, stride(1, Math.ceil(width / 2) - 1)],
      ['pixels at the same place', -5, { ...whole, chromaStride: 0 }],
      ['RGB rows that overlap by a byte', -5, packed('RGB', 3 * 10 - 1)],
      ['RGBA rows that overlap by a byte', -5, packed('RGBA', 4 * 10 - 1)],
      ['upside-down rows that overlap', -5, packed('RGB', -(3 * 10 - 1))],
      ['rows of U and V that overlap by a byte', -5, interleaved(2 * 5 - 1)],
      ['rows that are too far apart', -5, packed('RGB', 2 ** 30 + 1)],
      ['the lowest stride', -5, packed('RGB', -(2 ** 31))],
    ];
    test.each(cases)('%s', (_, status, frame) => {
      expect(run(program, [frame])[0]!.status).toBe(status);
    });
  });

  test('reads and writes only inside the buffers, whatever it is given', () => {
    const random = generator(11);
    const odd = (): number => [-1, 0, 1, 2, 3, 7, 31, 200][Math.floor(random() * 8)]!;
    const frames = Array.from({ length: 400 }, (): Frame => {
      const format = FORMATS[Math.floor(random() * FORMATS.length)]!;
      const rotation = [0, 90, 180, 270, 45, -90][Math.floor(random() * 6)]!;
      const frame = randomFrame(random, format, { rotation, cropped: false, alpha: 'STRAIGHT' });
      const crop = { left: odd(), top: odd(), width: odd(), height: odd() };
      return random() < 0.5 ? frame : { ...frame, crop, size: odd() };
    });
    for (const [i, { status, pixels }] of run(program, frames).entries())
      if (status === 0) expect(Buffer.from(pixels!).equals(expected(withCrop(frames[i]!))), String(i)).toBe(true);
  });
});

/** frames.c takes a crop of width 0 for none. */
const withCrop = (frame: Frame): Frame => (frame.crop?.width === 0 ? { ...frame, crop: null } : frame);
