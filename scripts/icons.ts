import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

/** Renders packaging/icon.svg into out/icons: a .png per size (Linux), icon.ico (Windows) and icon.icns (macOS). */
const root = path.join(import.meta.dirname, '..');

/** A .png and its edge in pixels. */
export interface Rendered {
  readonly size: number;
  readonly png: Buffer;
}

const SIZES = [16, 24, 32, 48, 64, 96, 128, 256, 512, 1024];
/** Up to this size the drawing's thin lines would blur, so a bolder one without a border is used. */
const SMALL = 32;
/** Apple's grid leaves a margin of 100 in 1024 around the plate, which the drawing fills up to 1/32. */
const MAC_SCALE = 824 / 960;

/** Sizes in an .ico; Windows scales the others from these. */
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];

/**
 * Types of .icns entries that hold a .png, with their edge in pixels. "@2x" entries have the same pixels as the next
 * size and are for screens with two pixels per point.
 */
const ICNS_TYPES = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
] as const;

const drawing = (size: number): Buffer =>
  readFileSync(path.join(root, 'packaging', size <= SMALL ? 'iconSmall.svg' : 'icon.svg'));

/** An .svg's density is relative to 72 per inch and the width that its viewBox states. */
const render = async (size: number): Promise<Rendered> => ({
  size,
  png: await sharp(drawing(size), { density: (72 * size) / 512 })
    .resize(size, size)
    .png({ compressionLevel: 9, palette: false })
    .toBuffer(),
});

async function renderMac(size: number): Promise<Rendered> {
  const inner = Math.round(size * MAC_SCALE);
  const before = Math.floor((size - inner) / 2);
  const { png } = await render(inner);
  const transparent = { r: 0, g: 0, b: 0, alpha: 0 };
  const after = size - inner - before;
  return {
    size,
    png: await sharp(png)
      .extend({ top: before, left: before, bottom: after, right: after, background: transparent })
      .png({ compressionLevel: 9 })
      .toBuffer(),
  };
}

/** https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10), with .png entries as of Windows Vista. */
export function toIco(images: readonly Rendered[]): Buffer {
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2); // an icon, not a cursor
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  images.forEach(({ size, png }, i) => {
    const at = 6 + 16 * i;
    header.writeUInt8(size % 256, at); // 256 is written as 0
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4); // color planes
    header.writeUInt16LE(32, at + 6); // bits per pixel
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  });
  return Buffer.concat([header, ...images.map(({ png }) => png)]);
}

const entry = (type: string, data: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(data.length + 8, 4);
  return Buffer.concat([head, data]);
};

/** https://en.wikipedia.org/wiki/Apple_Icon_Image_format: a tag, the length with its own eight bytes, the data. */
export const toIcns = (images: readonly Rendered[]): Buffer =>
  entry(
    'icns',
    Buffer.concat(
      ICNS_TYPES.map(([type, size]) => {
        const image = images.find((one) => one.size === size);
        if (image === undefined) throw new Error(`No image of ${size} px for the ${type} entry of the .icns`);
        return entry(type, image.png);
      }),
    ),
  );

export async function writeIcons(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const images = await Promise.all(SIZES.map(render));
  for (const { size, png } of images) writeFileSync(path.join(folder, `${size}x${size}.png`), png);
  writeFileSync(path.join(folder, 'icon.ico'), toIco(images.filter(({ size }) => ICO_SIZES.includes(size))));
  const macSizes = new Set<number>(ICNS_TYPES.map(([, size]) => size));
  writeFileSync(path.join(folder, 'icon.icns'), toIcns(await Promise.all([...macSizes].map(renderMac))));
}

if (import.meta.main) await writeIcons(path.join(root, 'out', 'icons'));
