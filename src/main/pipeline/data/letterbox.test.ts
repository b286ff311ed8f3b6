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
  if (letterbox(rgb, width, height, size, padding, out, scratch) != 0) return 2;
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

  const sanitized = path.join(folder, 'sanitized');
  const sanitizers = ['-std=c99', '-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  writeFileSync(path.join(folder, 'empty.c'), 'int main(void) { return 0; }');
  const canSanitize =
    spawnSync(compiler!, [...sanitizers, '-o', sanitized, path.join(folder, 'empty.c')]).status === 0 &&
    spawnSync(sanitized).status === 0;

  test.skipIf(!canSanitize)('refuses what has no pixels and stays within its memory, under sanitizers', () => {
    writeFileSync(
      path.join(folder, 'edges.c'),
      `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "${header}"
static const uint8_t padding[3] = {1, 2, 3};
/* Buffers of exactly the sizes that the header asks for: one step beside them ends the program. */
static int fits(int width, int height, int size) {
  size_t pixels = (size_t)width * (size_t)height * 3, square = (size_t)size * (size_t)size * 3;
  uint8_t *rgb = (uint8_t *)malloc(pixels), *out = (uint8_t *)malloc(square);
  int32_t *scratch = (int32_t *)malloc(sizeof(int32_t) * (size_t)LETTERBOX_SCRATCH(size));
  int result;
  memset(rgb, 200, pixels);
  result = letterbox(rgb, width, height, size, padding, out, scratch);
  free(rgb); free(out); free(scratch);
  return result == 0;
}
int main(void) {
  static const int sides[] = {1, 2, 3, 7, 64, 65535};
  static const int sizes[] = {1, 2, 3, 31, 240};
  uint8_t rgb[3] = {4, 5, 6}, out[3] = {7, 8, 9};
  int32_t scratch[LETTERBOX_SCRATCH(1)];
  int i, j;
  if (letterbox(rgb, 0, 1, 1, padding, out, scratch) != -1) return 1;
  if (letterbox(rgb, 1, 0, 1, padding, out, scratch) != -1) return 2;
  if (letterbox(rgb, 0, 0, 1, padding, out, scratch) != -1) return 3;
  if (letterbox(rgb, 1, 1, 0, padding, out, scratch) != -1) return 4;
  if (letterbox(rgb, -1, 1, 1, padding, out, scratch) != -1) return 5;
  if (letterbox(rgb, 1, -2147483647 - 1, 1, padding, out, scratch) != -1) return 6;
  if (letterbox(rgb, 1, 1, -1, padding, out, scratch) != -1) return 7;
  if (letterbox(NULL, 1, 1, 1, padding, out, scratch) != -1) return 8;
  if (letterbox(rgb, 1, 1, 1, NULL, out, scratch) != -1) return 9;
  if (letterbox(rgb, 1, 1, 1, padding, NULL, scratch) != -1) return 10;
  if (letterbox(rgb, 1, 1, 1, padding, out, NULL) != -1) return 11;
  if (out[0] != 7 || out[1] != 8 || out[2] != 9) return 12;
  if (letterbox(rgb, 1, 1, 1, padding, out, scratch) != 0 || out[0] != 4 || out[2] != 6) return 13;
  for (i = 0; i < 6; i++)
    for (j = 0; j < 5; j++)
      if (!fits(sides[i], 1, sizes[j]) || !fits(1, sides[i], sizes[j]) || !fits(3, sides[i], sizes[j])) return 14;
  return 0;
}
`,
    );
    const made = spawnSync(compiler!, [...sanitizers, '-o', sanitized, path.join(folder, 'edges.c'), '-lm']);
    expect(made.stderr.toString()).toBe('');
    const run = spawnSync(sanitized);
    expect([run.status, run.stderr.toString()]).toEqual([0, '']);
  });
});
