import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { goldenJson, loadGolden } from '../../../../tests/golden/golden.ts';
import { axisTaps, letterbox, letterboxGeometry } from './letterbox.ts';

interface Case {
  source: string;
  output: string;
  size: number;
  pad: [number, number, number];
}
const golden = loadGolden<{ cases: Case[] }>('letterbox/letterbox');
const { cases } = golden.manifest;

const digest = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

describe('letterbox', () => {
  test.each(cases)('equals OpenCV byte for byte: $output', ({ source, output, size, pad }) => {
    const { data, shape } = golden.array(source);
    const made = letterbox(data as Uint8Array, shape[1]!, shape[0]!, size, pad);
    expect(digest(made)).toBe(digest(golden.bytes(output)));
  });

  test.each(
    goldenJson<{ pairs: { src: number; dst: number; offsets: number[]; coefs: number[] }[] }>('letterbox/taps').pairs,
  )('mixes the pixels of an axis as OpenCV does: $src to $dst', ({ src, dst, offsets, coefs }) => {
    const taps = axisTaps(src, dst);
    expect([...taps.offsets]).toEqual(offsets);
    expect([...taps.coefficients]).toEqual(coefs);
  });

  test.each(
    goldenJson<{
      cases: {
        width: number;
        height: number;
        size: number;
        newWidth: number;
        newHeight: number;
        left: number;
        top: number;
      }[];
    }>('letterbox/fit').cases,
  )('fits $width x $height into $size', ({ width, height, size, newWidth, newHeight, left, top }) => {
    expect(letterboxGeometry(width, height, size)).toEqual({ newWidth, newHeight, left, top });
  });
});

const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);

describe.skipIf(compiler === undefined)('letterbox.h', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'letterbox-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const program = path.join(folder, 'letterbox');
  const header = path.join(import.meta.dirname, '../../../../resources/letterbox/letterbox.h');

  test('compiles as C99 and as C++ without a warning', () => {
    writeFileSync(
      path.join(folder, 'main.c'),
      `
#include <stdio.h>
#include <stdlib.h>
#include "${header}"
int main(int argc, char **argv) {
  int width = atoi(argv[1]), height = atoi(argv[2]), size = atoi(argv[3]);
  uint8_t padding[3] = {(uint8_t)atoi(argv[4]), (uint8_t)atoi(argv[5]), (uint8_t)atoi(argv[6])};
  size_t bytes = (size_t)width * (size_t)height * 3;
  uint8_t *rgb = (uint8_t *)malloc(bytes), *out = (uint8_t *)malloc((size_t)size * size * 3);
  int32_t *scratch = (int32_t *)malloc(sizeof(int32_t) * (size_t)LETTERBOX_SCRATCH(size));
  FILE *in = fopen(argv[7], "rb");
  if (argc != 8 || fread(rgb, 1, bytes, in) != bytes) return 1;
  letterbox(rgb, width, height, size, padding, out, scratch);
  return fwrite(out, 1, (size_t)size * size * 3, stdout) == (size_t)size * size * 3 ? 0 : 1;
}
`,
    );
    // Optimized for this very machine: where the processor can fuse a product and a sum, the compiler is free to.
    const made = spawnSync(compiler!, [
      '-std=c99',
      '-Wall',
      '-Wextra',
      '-Werror',
      '-O2',
      '-march=native',
      '-o',
      program,
      path.join(folder, 'main.c'),
      '-lm',
    ]);
    expect(made.stderr.toString()).toBe('');
    expect(made.status).toBe(0);
    const cpp = spawnSync(compiler!, [
      '-x',
      'c++',
      '-fsyntax-only',
      '-Wall',
      '-Wextra',
      '-Werror',
      path.join(folder, 'main.c'),
    ]);
    expect(cpp.error ?? cpp.stderr.toString()).toBe('');
  });

  test.each(cases)('equals OpenCV byte for byte: $output', ({ source, output, size, pad }) => {
    const { data, shape } = golden.array(source);
    const file = path.join(folder, 'source.rgb');
    writeFileSync(file, data);
    const run = spawnSync(program, [shape[1]!, shape[0]!, size, ...pad].map(String).concat(file), {
      maxBuffer: 2 ** 26,
    });
    expect(run.status).toBe(0);
    expect(digest(run.stdout)).toBe(digest(golden.bytes(output)));
  });
});
