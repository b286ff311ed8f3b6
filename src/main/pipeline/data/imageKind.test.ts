import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Problem } from '../../../shared/problem.ts';
import { decodeImage } from './decode.ts';
import { imageKind } from './imageKind.ts';
import { sharp } from './imageLibrary.ts';
import { fullSize, thumbnail } from './preview.ts';
import type { ImageScan } from './imageScan.ts';
import { scanImages } from './scanImages.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'kinds-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** 16 x 16 pixels of (200, 60, 20), written by libheif 1.20 with x265. */
const HEIC = Buffer.from(
  'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAXxtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABoAABAAAAAAAAADIAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/GlwcnAAAADcaXBjbwAAAHVodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQApQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqrprm4CGgwIAAAAyAAAADAIRiAAEABkQBwXPBiQAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAAChjbGFwAAAAEAAAAAEAAAAQAAAAAf///9AAAAAC////0AAAAAIAAAAQcGl4aQAAAAADCAgIAAAAGGlwbWEAAAAAAAAAAQABBYECAwWEAAAAOm1kYXQAAAAuKAGvEyFiY0D1JyL//wbaf/MkJ/012WFncrrBW/L6wPZkm8DzqpGegIdppzAVeA==',
  'base64',
);

interface Tiff {
  readonly bands: number;
  /** Bits of a sample. */
  readonly bits: number;
  /** Tag number and SHORT values, beyond the usual ones. */
  readonly tags?: readonly (readonly [number, readonly number[]])[];
  readonly photometric?: number;
  /** Bytes of one pixel. */
  readonly pixel: Uint8Array;
  readonly littleEndian?: boolean;
}

const SIDE = 4;

/** An uncompressed TIFF of SIDE x SIDE equal pixels, by TIFF 6.0, section 2. */
function tiff({ bands, bits, tags = [], photometric = 2, pixel, littleEndian = true }: Tiff): Uint8Array {
  const strip = new Uint8Array(SIDE * SIDE * pixel.length);
  for (let i = 0; i < SIDE * SIDE; i++) strip.set(pixel, i * pixel.length);
  const SHORT = 3;
  const entries: [number, readonly number[]][] = [
    [256, [SIDE]],
    [257, [SIDE]],
    [258, Array.from({ length: bands }, () => bits)],
    [259, [1]],
    [262, [photometric]],
    [273, [8]],
    [277, [bands]],
    [278, [SIDE]],
    [279, [strip.length]],
    ...tags.map(([number, values]): [number, readonly number[]] => [number, values]),
  ].toSorted(([a], [b]) => (a as number) - (b as number)) as [number, readonly number[]][];
  const directory = 8 + strip.length;
  const values = directory + 2 + entries.length * 12 + 4;
  const bytes = new Uint8Array(values + entries.length * 16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, littleEndian);
  view.setUint32(4, directory, littleEndian);
  bytes.set(strip, 8);
  view.setUint16(directory, entries.length, littleEndian);
  entries.forEach(([number, list], n) => {
    const entry = directory + 2 + n * 12;
    view.setUint16(entry, number, littleEndian);
    view.setUint16(entry + 2, SHORT, littleEndian);
    view.setUint32(entry + 4, list.length, littleEndian);
    const at = list.length <= 2 ? entry + 8 : values + n * 16;
    if (list.length > 2) view.setUint32(entry + 8, at, littleEndian);
    list.forEach((value, i) => view.setUint16(at + 2 * i, value, littleEndian));
  });
  return bytes;
}

const [R, G, B] = [200, 60, 20];
const rgb = Uint8Array.from([R, G, B]);
const floats = (...numbers: number[]): Uint8Array => new Uint8Array(Float32Array.from(numbers).buffer);
const repeated = (tag: number, value: number, bands: number): readonly [number, readonly number[]] => [
  tag,
  Array.from({ length: bands }, () => value),
];
const [SUBFILE_TYPE, INK_SET, EXTRA_SAMPLES, SAMPLE_FORMAT, DNG_VERSION] = [254, 332, 338, 339, 50706];

const written = (name: string, bytes: Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
};
const scanned = async (file: string): Promise<ImageScan> =>
  (await scanImages(folder, [file], { maxMegapixels: 100, cacheFolder: null })).get(file) as ImageScan;
const BLACK = { paddingColor: [0, 0, 0] as [number, number, number], maxMegapixels: 100 };

/** Decodes for training, for the check and for the screens. */
async function decodedEverywhere(file: string): Promise<{ pixel: number[]; fault: string | null; shown: number[] }> {
  const decoded = await decodeImage(file, BLACK);
  const { fault } = await scanned(file);
  const shown = await sharp(Buffer.from(await fullSize(file)))
    .raw()
    .toBuffer();
  await thumbnail(file, 64);
  return { pixel: [...decoded.rgb.subarray(0, 3)], fault, shown: [...shown.subarray(0, 3)] };
}

describe('kinds of TIFF', () => {
  // The colors are what Pillow 13 shows of the same file (Image.open(...).convert('RGB')).
  test.each<[string, Tiff, number[]]>([
    ['RGB, little-endian', { bands: 3, bits: 8, pixel: rgb }, [R, G, B]],
    ['RGB, big-endian', { bands: 3, bits: 8, pixel: rgb, littleEndian: false }, [R, G, B]],
    ['RGB with 16 bits', { bands: 3, bits: 16, pixel: Uint8Array.from([R, R, G, G, B, B]) }, [R, G, B]],
    ['gray, white is zero', { bands: 1, bits: 8, photometric: 0, pixel: Uint8Array.from([R]) }, [55, 55, 55]],
    [
      'RGB and an unspecified band, which is no transparency',
      { bands: 4, bits: 8, pixel: Uint8Array.from([R, G, B, 77]), tags: [[EXTRA_SAMPLES, [0]]] },
      [R, G, B],
    ],
    [
      'gray and an unspecified band',
      { bands: 2, bits: 8, photometric: 1, pixel: Uint8Array.from([R, 77]), tags: [[EXTRA_SAMPLES, [0]]] },
      [R, R, R],
    ],
  ])('%s is decoded as other programs decode it', async (name, file, expected) => {
    const found = await decodedEverywhere(written(`${name.replaceAll(/\W+/g, '-')}.tif`, tiff(file)));
    expect([found.pixel, found.fault]).toEqual([expected, null]);
    found.shown.forEach((value, c) => expect(Math.abs(value - expected[c]!)).toBeLessThanOrEqual(3));
  });

  test('alpha and premultiplied alpha cover the padding color alike', async () => {
    // Half of (200, 60, 20) over black, rounded at either step.
    const straight = tiff({ bands: 4, bits: 8, pixel: Uint8Array.from([R, G, B, 128]), tags: [[EXTRA_SAMPLES, [2]]] });
    const multiplied = tiff({
      bands: 4,
      bits: 8,
      pixel: Uint8Array.from([100, 30, 10, 128]),
      tags: [[EXTRA_SAMPLES, [1]]],
    });
    for (const [name, bytes] of Object.entries({ straight, multiplied }))
      [...(await decodeImage(written(`${name}.tif`, bytes), BLACK)).rgb.subarray(0, 3)].forEach((value, c) =>
        expect(Math.abs(value - [100, 30, 10][c]!)).toBeLessThanOrEqual(1),
      );
  });

  test.each<[string, Tiff, RegExp]>([
    [
      'float',
      { bands: 3, bits: 32, pixel: floats(0.8, 0.2, 0.1), tags: [repeated(SAMPLE_FORMAT, 3, 3)] },
      /32-bit float/,
    ],
    [
      'float, big-endian',
      { bands: 1, bits: 32, photometric: 1, pixel: floats(0.8), tags: [[SAMPLE_FORMAT, [3]]], littleEndian: false },
      /32-bit float/,
    ],
    [
      'half',
      { bands: 1, bits: 16, photometric: 1, pixel: Uint8Array.from([0, 60]), tags: [[SAMPLE_FORMAT, [3]]] },
      /16-bit float/,
    ],
    ['integers of 32 bits', { bands: 1, bits: 32, photometric: 1, pixel: new Uint8Array(4) }, /32 bits.*8 or 16/],
    ['12 bits', { bands: 1, bits: 12, photometric: 1, pixel: new Uint8Array(2) }, /12 bits/],
    [
      'signed',
      { bands: 1, bits: 16, photometric: 1, pixel: new Uint8Array(2), tags: [[SAMPLE_FORMAT, [2]]] },
      /signed/,
    ],
    [
      'complex',
      { bands: 1, bits: 64, photometric: 1, pixel: new Uint8Array(8), tags: [[SAMPLE_FORMAT, [6]]] },
      /complex/,
    ],
    ['five bands', { bands: 5, bits: 8, pixel: new Uint8Array(5), tags: [[EXTRA_SAMPLES, [0, 0]]] }, /5 channels.*RGB/],
    [
      'six inks',
      { bands: 6, bits: 8, photometric: 5, pixel: new Uint8Array(6), tags: [[INK_SET, [2]]] },
      /inks other than CMYK/,
    ],
    ['CIELAB', { bands: 3, bits: 8, photometric: 8, pixel: rgb }, /CIELAB/],
    ['LogLuv', { bands: 3, bits: 16, photometric: 32845, pixel: new Uint8Array(6) }, /logarithmic/],
    ['the preview of a raw file', { bands: 3, bits: 8, pixel: rgb, tags: [[SUBFILE_TYPE, [1]]] }, /camera raw/],
    ['DNG', { bands: 3, bits: 8, pixel: rgb, tags: [[DNG_VERSION, [1, 4, 0, 0]]] }, /camera raw/],
    ['a mosaic of sensor pixels', { bands: 1, bits: 16, photometric: 32803, pixel: new Uint8Array(2) }, /camera raw/],
  ])('%s is refused by training, check and screens, with the reason', async (name, file, reason) => {
    const place = written(`${name.replaceAll(/\W+/g, '-')}.tif`, tiff(file));
    expect(await scanned(place)).toMatchObject({
      fault: 'imageKind',
      reason: { text: expect.stringMatching(reason) as string },
    });
    for (const open of [() => decodeImage(place, BLACK), () => thumbnail(place, 64), () => fullSize(place)]) {
      await expect(open()).rejects.toThrow(reason);
      await expect(open()).rejects.toBeInstanceOf(Problem);
    }
  });

  test('a directory that points outside the file is damaged, not an internal error', async () => {
    const bytes = tiff({ bands: 3, bits: 8, pixel: rgb });
    new DataView(bytes.buffer).setUint32(4, 0xfffffff0, true);
    expect(await scanned(written('damaged.tif', bytes))).toMatchObject({ fault: 'truncated' });
  });
});

describe('kinds of other files', () => {
  const mif1 = Buffer.from(HEIC);
  mif1.write('mif1', 8, 'latin1');
  test.each<[string, Uint8Array, RegExp]>([
    ['photo.heic', HEIC, /HEIC.*JPEG.*Most Compatible/],
    ['photo.jpg', HEIC, /HEIC/],
    ['general.heif', mif1, /HEIC/],
    ['a.bmp', Buffer.from(`BM${'\0'.repeat(60)}`), /BMP.*PNG or JPEG/],
    ['a.jxl', Buffer.from('\xff\x0a....', 'latin1'), /JPEG XL/],
    ['a.jp2', Buffer.from('\0\0\0\x0cjP  \r\n\x87\n', 'latin1'), /JPEG 2000/],
    ['a.psd', Buffer.from('8BPS\0\x01'), /Photoshop/],
    ['a.ppm', Buffer.from('P6\n1 1\n255\nabc'), /Netpbm/],
    ['a.cr3', Buffer.from('\0\0\0\x18ftypcrx \0\0\0\0', 'latin1'), /camera raw/],
    ['clip.jpg', Buffer.from('\0\0\0\x18ftypisom\0\0\0\0', 'latin1'), /video/],
    ['drawing.jpg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), /SVG/],
    ['page.png', Buffer.from('%PDF-1.7'), /PDF/],
  ])('%s is refused by training, check and screens, with the reason', async (name, bytes, reason) => {
    const place = written(name, bytes);
    expect(await scanned(place)).toMatchObject({
      fault: 'imageKind',
      reason: { text: expect.stringMatching(reason) as string },
    });
    for (const open of [() => decodeImage(place, BLACK), () => thumbnail(place, 64), () => fullSize(place)])
      await expect(open()).rejects.toThrow(reason);
  });

  test('AVIF is opened, also under the brand of HEIF', async () => {
    const image = sharp({ create: { width: 16, height: 16, channels: 3, background: '#c83c14' } });
    const bytes = await image.avif({ quality: 90 }).toBuffer();
    bytes.write('mif1', 8, 'latin1');
    expect(imageKind(bytes)).toMatchObject({ state: 'supported', format: 'avif' });
    [...(await decodeImage(written('m.avif', bytes), BLACK)).rgb.subarray(0, 3)].forEach((value, c) =>
      expect(Math.abs(value - rgb[c]!)).toBeLessThanOrEqual(6),
    );
  });

  test('the image library opens only the supported formats', async () => {
    const drawing = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(sharp(drawing).metadata()).rejects.toThrow(/unsupported/);
    await expect(sharp(written('d.svg', drawing)).metadata()).rejects.toThrow();
    const image = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } });
    const vips = path.join(folder, 'x.v');
    await image.clone().toFile(vips);
    await expect(sharp(vips).metadata()).rejects.toThrow();
    for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)
      expect(imageKind(await image.clone().toFormat(format).toBuffer())).toMatchObject({ format });
  });
});

/** A pattern without any repetition, so that every row needs bits of its own. */
const noise = (width: number, height: number) =>
  sharp(Buffer.from(Array.from({ length: width * height * 3 }, (_, i) => (i * 7919 + i * i * 31) % 251)), {
    raw: { width, height, channels: 3 },
  });

describe('a JPEG without its end', () => {
  test.each([false, true])(
    'is opened with a warning if only the marker is missing (progressive: %s)',
    async (progressive) => {
      const bytes = await noise(64, 48).jpeg({ progressive }).toBuffer();
      const whole = written('whole.jpg', bytes);
      const open = written('open.jpg', bytes.subarray(0, -2));
      expect(await scanned(whole)).toMatchObject({ fault: null, endMarkerMissing: false });
      expect(await scanned(open)).toMatchObject({ fault: null, endMarkerMissing: true });
      expect((await decodeImage(open, BLACK)).rgb).toEqual((await decodeImage(whole, BLACK)).rgb);
    },
  );

  test('is refused if rows are missing', async () => {
    const bytes = await noise(64, 48).jpeg().toBuffer();
    for (const cut of [20, 200, bytes.length / 2]) {
      const file = written('cut.jpg', bytes.subarray(0, -cut));
      expect(await scanned(file)).toMatchObject({ fault: 'truncated', endMarkerMissing: false });
      await expect(decodeImage(file, BLACK)).rejects.toThrow(/cut\.jpg cannot be decoded/);
    }
  });
});

test('the error of one file is never reported for another', async () => {
  const jpeg = await noise(200, 200).jpeg().toBuffer();
  const png = await noise(200, 200).png().toBuffer();
  const files = Array.from({ length: 40 }, (_, i) =>
    i % 2 === 0
      ? written(`many-${i}.jpg`, jpeg.subarray(0, jpeg.length - 3000 - i))
      : written(`many-${i}.png`, png.subarray(0, png.length - 3000 - i)),
  );
  const scans = await scanImages(folder, files, { maxMegapixels: 100, cacheFolder: null });
  for (const file of files) {
    const { fault, detail } = scans.get(file)!;
    expect([file, fault, /jpeg/i.test(detail ?? '')]).toEqual([file, 'truncated', file.endsWith('.jpg')]);
    expect(detail).not.toMatch(/unknown error/i);
  }
});
