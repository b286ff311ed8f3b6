import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import type { ImageFormat } from './imageFormats.ts';
import type { TiffTags } from './tiffTags.ts';
import { readTiffTags } from './tiffTags.ts';

/** What the bytes of an image file are. A `reason` names the format and what to do about it. */
export type ImageKind =
  | { readonly state: 'supported'; readonly format: ImageFormat; readonly tiff: TiffTags | null }
  | { readonly state: 'unsupported'; readonly reason: Message }
  /** Its first bytes match no known image format. */
  | { readonly state: 'unknown' };

const supported = (format: ImageFormat, tiff: TiffTags | null = null): ImageKind => ({
  state: 'supported',
  format,
  tiff,
});
const unsupported = (reason: Message): ImageKind => ({ state: 'unsupported', reason });

/** Looks at the content and never at the name, because phones and mail programs send HEIC as .jpg. */
export function imageKind(bytes: Uint8Array): ImageKind {
  const starts = (text: string, at = 0): boolean =>
    bytes.length >= at + text.length &&
    Buffer.from(bytes.buffer, bytes.byteOffset + at, text.length).toString('latin1') === text;
  if (starts('\xff\xd8\xff')) return supported('jpeg');
  if (starts('\x89PNG\r\n\x1a\n')) return supported('png');
  if (starts('RIFF') && starts('WEBP', 8)) return supported('webp');
  if (starts('GIF87a') || starts('GIF89a')) return supported('gif');
  if (starts('FUJIFILMCCD-RAW') || starts('IIRO') || starts('IIRS') || starts('IIU\0')) return cameraRaw();
  if (starts('II*\0') || starts('MM\0*') || starts('II+\0') || starts('MM\0+')) return tiffKind(bytes);
  if (starts('ftyp', 4)) return heifKind(bytes);
  const other = otherFormats.find(({ magic, at = 0 }) => starts(magic, at));
  return other === undefined
    ? { state: 'unknown' }
    : unsupported(message('images.otherFormat', { format: other.format }));
}

const cameraRaw = (): ImageKind => unsupported(message('images.cameraRaw'));

/** Formats that people have and the studio does not open, by their first bytes. */
const otherFormats: readonly { readonly magic: string; readonly at?: number; readonly format: string }[] = [
  { magic: 'BM', format: 'BMP' },
  { magic: '\xff\x0a', format: 'JPEG XL' },
  { magic: '\0\0\0\x0cJXL ', format: 'JPEG XL' },
  { magic: '\0\0\0\x0cjP  ', format: 'JPEG 2000' },
  { magic: '8BPS', format: 'Photoshop (PSD)' },
  { magic: 'v/1\x01', format: 'OpenEXR' },
  { magic: '#?RADIANCE', format: 'Radiance HDR' },
  { magic: 'SIMPLE  =', format: 'FITS' },
  { magic: 'DICM', at: 128, format: 'DICOM' },
  { magic: '\0\0\x01\0', format: 'ICO' },
  { magic: '%PDF', format: 'PDF' },
  { magic: '<svg', format: 'SVG' },
  { magic: '<?xml', format: 'SVG (XML)' },
  ...['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7'].flatMap((magic) =>
    [' ', '\n', '\r\n'].map((end) => ({ magic: magic + end, format: 'Netpbm (PPM, PGM, PBM)' })),
  ),
];

/**
 * Refuses what only a program that knows the sensor, the inks or the scale of the numbers can turn into colors.
 * The decoder reports what is wrong with a TIFF whose tags cannot be read.
 */
function tiffKind(bytes: Uint8Array): ImageKind {
  const tags = readTiffTags(bytes);
  if (tags === null) return supported('tiff');
  const { bitsPerSample: bits, sampleFormat, samplesPerPixel: bands, photometric, extraSamples } = tags;
  const LOG_LUMINANCE = 32844;
  if (photometric === LOG_LUMINANCE || photometric === LOG_LUMINANCE + 1) return unsupported(message('images.logLuv'));
  const CIELAB = 8;
  if (photometric >= CIELAB && photometric <= CIELAB + 2) return unsupported(message('images.cielab'));
  const FILTER_ARRAY = 32803;
  const LINEAR_RAW = 34892;
  if (tags.cameraRaw || tags.reduced || photometric === FILTER_ARRAY || photometric === LINEAR_RAW) return cameraRaw();
  if (sampleFormat === 3) return unsupported(message('images.floatSamples', { bits }));
  if (sampleFormat === 5 || sampleFormat === 6) return unsupported(message('images.complexSamples'));
  if (sampleFormat === 2) return unsupported(message('images.signedSamples'));
  if (![1, 2, 4, 8, 16].includes(bits)) return unsupported(message('images.sampleBits', { bits }));
  const SEPARATED = 5;
  if (photometric === SEPARATED && (tags.inkSet !== 1 || bands - extraSamples.length !== 4))
    return unsupported(message('images.otherInks'));
  if (bands > (photometric === SEPARATED ? 5 : 4)) return unsupported(message('images.bands', { bands }));
  return supported('tiff', tags);
}

/**
 * libvips decodes AVIF, but reads only the header of HEIC because HEVC would have to be licensed. The brand alone does
 * not distinguish them, as both may call themselves 'mif1'; the types of the items do.
 */
function heifKind(bytes: Uint8Array): ImageKind {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(HEIF_HEADER, bytes.length)).toString('latin1');
  const brand = text.slice(8, 12);
  const items = itemTypes(text);
  if (/^he[iv][cmsx]$/.test(brand) || items.has('hvc1')) return unsupported(message('images.heic'));
  if (brand === 'crx ') return cameraRaw();
  if (!/^(mif1|msf1|avif|avis|miaf)$/.test(brand)) return unsupported(message('images.video'));
  return items.size === 0 || items.has('av01') ? supported('avif') : unsupported(message('images.heifCompression'));
}

/** Bytes in which the list of items is searched: it comes at the start of the file, before the pixels. */
const HEIF_HEADER = 65_536;

/**
 * ISO/IEC 14496-12, 8.11.6: an 'infe' box of version 2 has 2 bytes of item id, version 3 has 4; then 2 of protection,
 * then the type.
 */
function itemTypes(text: string): Set<string> {
  const types = new Set<string>();
  for (let at = text.indexOf('infe'); at >= 0; at = text.indexOf('infe', at + 4)) {
    const type = at + 4 + 4 + (text.charCodeAt(at + 4) === 3 ? 4 : 2) + 2;
    types.add(text.slice(type, type + 4));
  }
  return types;
}
