import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { Problem } from '../../../shared/problem.ts';
import { decodeImage } from './decode.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'decode-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options = { paddingColor: [10, 200, 30] as [number, number, number], maxMegapixels: 1 };

function file(name: string, bytes: Uint8Array): string {
  const place = path.join(folder, name);
  writeFileSync(place, bytes);
  return place;
}

/** Red, green over blue, white: which corner is where tells the orientation. */
const [RED, GREEN, BLUE, WHITE] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const;
const corners = sharp(Buffer.from([RED, GREEN, RED, GREEN, BLUE, WHITE].flat()), {
  raw: { width: 2, height: 3, channels: 3 },
});

const pixel = ({ rgb, width }: { rgb: Uint8Array; width: number }, x: number, y: number): number[] => [
  ...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

describe('decoding', () => {
  // What the viewer sees at the top left, top right, bottom left and bottom right, by the EXIF standard (CIPA DC-008,
  // 4.6.4 Orientation).
  test.each([
    [1, [RED, GREEN, BLUE, WHITE]],
    [2, [GREEN, RED, WHITE, BLUE]],
    [3, [WHITE, BLUE, GREEN, RED]],
    [4, [BLUE, WHITE, RED, GREEN]],
    [5, [RED, BLUE, GREEN, WHITE]],
    [6, [BLUE, RED, WHITE, GREEN]],
    [7, [WHITE, GREEN, BLUE, RED]],
    [8, [GREEN, WHITE, RED, BLUE]],
  ])('turns the picture as EXIF orientation %i asks', async (orientation, expected) => {
    const image = await decodeImage(
      file(`o${orientation}.png`, await corners.clone().withMetadata({ orientation }).png().toBuffer()),
      options,
    );
    const [right, bottom] = [image.width - 1, image.height - 1];
    expect([image.width, image.height]).toEqual(orientation > 4 ? [3, 2] : [2, 3]);
    expect([pixel(image, 0, 0), pixel(image, right, 0), pixel(image, 0, bottom), pixel(image, right, bottom)]).toEqual(
      expected,
    );
  });

  test('puts transparency over the padding color', async () => {
    const image = sharp(Buffer.from([255, 0, 0, 255, 255, 0, 0, 0, 255, 0, 0, 128]), {
      raw: { width: 3, height: 1, channels: 4 },
    });
    const decoded = await decodeImage(file('alpha.png', await image.png().toBuffer()), options);
    expect(pixel(decoded, 0, 0)).toEqual([255, 0, 0]);
    expect(pixel(decoded, 1, 0)).toEqual([10, 200, 30]);
    const half = pixel(decoded, 2, 0);
    [(255 + 10) / 2, 200 / 2, 30 / 2].forEach((value, c) => expect(Math.abs(half[c]! - value)).toBeLessThanOrEqual(2));
  });

  test('reads gray, palette, 16-bit and CMYK as 8-bit RGB', async () => {
    const grey = sharp(Buffer.from([0, 77, 255]), { raw: { width: 3, height: 1, channels: 1 } });
    expect([...(await decodeImage(file('grey.png', await grey.png().toBuffer()), options)).rgb]).toEqual([
      0, 0, 0, 77, 77, 77, 255, 255, 255,
    ]);
    expect(
      [
        ...(await decodeImage(file('palette.png', await corners.clone().png({ palette: true }).toBuffer()), options))
          .rgb,
      ].slice(0, 6),
    ).toEqual([...RED, ...GREEN]);
    const deep = sharp(Uint16Array.from([0, 257 * 100, 65535]), { raw: { width: 1, height: 1, channels: 3 } });
    expect([
      ...(await decodeImage(file('deep.png', await deep.toColourspace('rgb16').png().toBuffer()), options)).rgb,
    ]).toEqual([0, 100, 255]);
    const cmyk = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#d02020' } })
      .toColourspace('cmyk')
      .jpeg({ quality: 100 })
      .toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const [r, g, b] = pixel(await decodeImage(file('cmyk.jpg', cmyk), options), 4, 4);
    expect(r! > 150 && g! < 110 && b! < 110).toBe(true);
  });

  test('converts an embedded profile to sRGB', async () => {
    // Display P3 (200, 60, 60) lies at about (217, 44, 54) in sRGB: the two must not be confused.
    const image = await sharp({ create: { width: 4, height: 4, channels: 3, background: { r: 217, g: 44, b: 54 } } })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const stored = await sharp(image).metadata();
    expect(stored.icc).toBeDefined();
    const decoded = pixel(await decodeImage(file('p3.png', image), options), 1, 1);
    [217, 44, 54].forEach((value, c) => expect(Math.abs(decoded[c]! - value)).toBeLessThanOrEqual(2));
    const raw = await sharp(image).keepIccProfile().raw().toBuffer();
    expect(Math.abs(raw[0]! - 217)).toBeGreaterThan(5);
  });

  test.each([
    ['gone.jpg', null, /gone\.jpg cannot be read/],
    ['text.jpg', Buffer.from('this is not an image'), /text\.jpg cannot be decoded/],
    ['empty.png', Buffer.alloc(0), /empty\.png cannot be decoded/],
  ])('names a file that cannot be used: %s', async (name, bytes, message) => {
    const place = bytes === null ? path.join(folder, name) : file(name, bytes);
    await expect(decodeImage(place, options)).rejects.toThrow(message);
    await expect(decodeImage(place, options)).rejects.toBeInstanceOf(Problem);
  });

  test('refuses an incomplete file and one with too many pixels', async () => {
    const noise = sharp(Buffer.from(Array.from({ length: 300 * 300 * 3 }, (_, i) => (i * 7919) % 256)), {
      raw: { width: 300, height: 300, channels: 3 },
    });
    const whole = await noise.jpeg().toBuffer();
    await expect(decodeImage(file('cut.jpg', whole.subarray(0, whole.length / 2)), options)).rejects.toThrow(
      /cut\.jpg cannot be decoded/,
    );
    await expect(decodeImage(file('large.jpg', whole), { ...options, maxMegapixels: 0.08 })).rejects.toThrow(
      /large\.jpg cannot be decoded/,
    );
    expect((await decodeImage(file('whole.jpg', whole), { ...options, maxMegapixels: 0.1 })).width).toBe(300);
  });

  test('notices that a file has changed since it was hashed', async () => {
    const bytes = await corners.clone().png().toBuffer();
    const place = file('hashed.png', bytes);
    const hash = createHash('sha256').update(bytes).digest('hex');
    expect((await decodeImage(place, { ...options, hash })).width).toBe(2);
    writeFileSync(place, await corners.clone().flip().png().toBuffer());
    await expect(decodeImage(place, { ...options, hash })).rejects.toThrow(/hashed\.png has changed/);
  });
});
