import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeIcons } from '../../scripts/icons.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'destila-icons-'));
beforeAll(() => writeIcons(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string): Buffer => readFileSync(path.join(folder, name));

/** Color of a pixel, with alpha. */
async function pixel(png: Buffer, x: number, y: number): Promise<number[]> {
  return [...(await sharp(png).ensureAlpha().extract({ left: x, top: y, width: 1, height: 1 }).raw().toBuffer())];
}

test('each .png has the size of its name, transparent corners, a dark plate and a copper drop', async () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.png'));
  expect(names).toHaveLength(10);
  for (const name of names) {
    const png = read(name);
    const { width, height } = await sharp(png).metadata();
    expect(`${width}x${height}.png`).toBe(name);
    expect((await pixel(png, 0, 0))[3], name).toBeLessThan(64);
    expect(await pixel(png, Math.floor(width * 0.15), Math.floor(height * 0.5)), name).toEqual([0x14, 0x15, 0x17, 255]);
    expect(await pixel(png, Math.floor(width / 2), Math.floor(height * 0.68)), name).toEqual([0xd9, 0x9a, 0x6c, 255]);
  }
});

test('the .ico lists an image per size, each a .png at its offset', async () => {
  const ico = read('icon.ico');
  expect([ico.readUInt16LE(0), ico.readUInt16LE(2), ico.readUInt16LE(4)]).toEqual([0, 1, 7]);
  for (const [i, size] of [16, 24, 32, 48, 64, 128, 256].entries()) {
    const at = 6 + 16 * i;
    expect([ico.readUInt8(at), ico.readUInt8(at + 1)]).toEqual([size % 256, size % 256]);
    const offset = ico.readUInt32LE(at + 12);
    const png = ico.subarray(offset, offset + ico.readUInt32LE(at + 8));
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: size, height: size });
  }
});

test('the .icns is a chain of typed .png entries that ends with the file, with the margin that macOS expects', async () => {
  const icns = read('icon.icns');
  expect(icns.toString('latin1', 0, 4)).toBe('icns');
  expect(icns.readUInt32BE(4)).toBe(icns.length);
  const widths: Record<string, number> = {};
  let largest = icns;
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
    const png = icns.subarray(at + 8, at + icns.readUInt32BE(at + 4));
    const { width } = await sharp(png).metadata();
    widths[icns.toString('latin1', at, at + 4)] = width;
    if (width === 1024) largest = png;
  }
  expect(widths).toEqual({
    icp4: 16,
    icp5: 32,
    ic07: 128,
    ic08: 256,
    ic09: 512,
    ic10: 1024,
    ic11: 32,
    ic12: 64,
    ic13: 256,
    ic14: 512,
  });
  expect((await pixel(largest, 512, 90))[3]).toBe(0);
  expect((await pixel(largest, 512, 130))[3]).toBe(255);
});
