import type { ImageFormat } from './imageFormats.ts';
import type { TiffTags } from './tiffTags.ts';
import { readTiffTags } from './tiffTags.ts';

/** What the bytes of an image file are. A `problem` names the kind and the remedy. */
export type ImageKind =
  | { readonly state: 'supported'; readonly format: ImageFormat; readonly tiff: TiffTags | null }
  | { readonly state: 'unsupported'; readonly problem: string }
  /** No image that is known by its first bytes. */
  | { readonly state: 'unknown' };

const supported = (format: ImageFormat, tiff: TiffTags | null = null): ImageKind => ({
  state: 'supported',
  format,
  tiff,
});
const unsupported = (problem: string): ImageKind => ({ state: 'unsupported', problem });

/** Judged by content, never by the name: phones and mail programs send HEIC as .jpg. */
export function imageKind(bytes: Uint8Array): ImageKind {
  const starts = (text: string, at = 0): boolean =>
    bytes.length >= at + text.length &&
    Buffer.from(bytes.buffer, bytes.byteOffset + at, text.length).toString('latin1') === text;
  if (starts('\xff\xd8\xff')) return supported('jpeg');
  if (starts('\x89PNG\r\n\x1a\n')) return supported('png');
  if (starts('RIFF') && starts('WEBP', 8)) return supported('webp');
  if (starts('GIF87a') || starts('GIF89a')) return supported('gif');
  if (starts('FUJIFILMCCD-RAW') || starts('IIRO') || starts('IIRS') || starts('IIU\0')) return unsupported(cameraRaw);
  if (starts('II*\0') || starts('MM\0*') || starts('II+\0') || starts('MM\0+')) return tiffKind(bytes);
  if (starts('ftyp', 4)) return heifKind(bytes);
  const other = otherKinds.find(({ magic, at = 0 }) => starts(magic, at));
  return other === undefined ? { state: 'unknown' } : unsupported(other.problem);
}

const cameraRaw = 'It is a camera raw file: develop it and export it as JPEG.';

/** Image files that people have and the studio does not open, by their first bytes. */
const otherKinds: readonly { readonly magic: string; readonly at?: number; readonly problem: string }[] = [
  { magic: 'BM', problem: 'It is a BMP file: save it as PNG or JPEG.' },
  { magic: '\xff\x0a', problem: 'It is a JPEG XL file: save it as PNG or JPEG.' },
  { magic: '\0\0\0\x0cJXL ', problem: 'It is a JPEG XL file: save it as PNG or JPEG.' },
  { magic: '\0\0\0\x0cjP  ', problem: 'It is a JPEG 2000 file: save it as PNG or JPEG.' },
  { magic: '8BPS', problem: 'It is a Photoshop file: export it as PNG or JPEG.' },
  { magic: 'v/1\x01', problem: 'It is an OpenEXR file: save it as PNG or JPEG.' },
  { magic: '#?RADIANCE', problem: 'It is a Radiance HDR file: save it as PNG or JPEG.' },
  { magic: 'SIMPLE  =', problem: 'It is a FITS file: save it as PNG or JPEG.' },
  { magic: 'DICM', at: 128, problem: 'It is a DICOM file: save it as PNG or JPEG.' },
  { magic: '\0\0\x01\0', problem: 'It is an icon file: save it as PNG or JPEG.' },
  { magic: '%PDF', problem: 'It is a PDF: export its images as PNG or JPEG.' },
  { magic: '<svg', problem: 'It is an SVG drawing: export it as PNG or JPEG.' },
  { magic: '<?xml', problem: 'It is an XML or SVG file: export it as PNG or JPEG.' },
  ...['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7'].flatMap((magic) =>
    [' ', '\n', '\r\n'].map((end) => ({
      magic: magic + end,
      problem: 'It is a Netpbm file (PPM, PGM or PBM): save it as PNG or JPEG.',
    })),
  ),
];

/**
 * Pixels of these cannot be reached by anything but a program that knows the sensor, the inks or the scale of the
 * numbers.
 */
function tiffKind(bytes: Uint8Array): ImageKind {
  const tags = readTiffTags(bytes);
  // The decoder says what is wrong with a TIFF whose tags cannot be read.
  if (tags === null) return supported('tiff');
  const { bitsPerSample: bits, sampleFormat, samplesPerPixel: bands, photometric, extraSamples } = tags;
  const LOG_LUMINANCE = 32844;
  if (photometric === LOG_LUMINANCE || photometric === LOG_LUMINANCE + 1)
    return unsupported('Its samples are logarithmic (LogLuv): save it with 8 or 16 bits per channel.');
  const CIELAB = 8;
  if (photometric >= CIELAB && photometric <= CIELAB + 2) return unsupported('Its colors are CIELAB: save it as RGB.');
  const FILTER_ARRAY = 32803;
  const LINEAR_RAW = 34892;
  if (tags.cameraRaw || tags.reduced || photometric === FILTER_ARRAY || photometric === LINEAR_RAW)
    return unsupported(cameraRaw);
  if (sampleFormat === 3)
    return unsupported(`Its samples are ${bits}-bit floating-point numbers: save it with 8 or 16 bits per channel.`);
  if (sampleFormat === 5 || sampleFormat === 6)
    return unsupported('Its samples are complex numbers: save it with 8 or 16 bits per channel.');
  if (sampleFormat === 2)
    return unsupported('Its samples are signed numbers: save it with unsigned 8 or 16 bits per channel.');
  if (![1, 2, 4, 8, 16].includes(bits))
    return unsupported(`Its samples have ${bits} bits: save it with 8 or 16 bits per channel.`);
  const SEPARATED = 5;
  if (photometric === SEPARATED && (tags.inkSet !== 1 || bands - extraSamples.length !== 4))
    return unsupported('It holds inks other than CMYK: save it as RGB.');
  if (bands > (photometric === SEPARATED ? 5 : 4))
    return unsupported(`It has ${bands} bands: save it as RGB, with three.`);
  return supported('tiff', tags);
}

/**
 * libvips decodes AVIF, but of HEIC only the header: HEVC would have to be licensed. The brand alone does not tell the
 * two apart, as both
 * may call themselves 'mif1'; the types of the items do.
 */
function heifKind(bytes: Uint8Array): ImageKind {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(HEIF_HEADER, bytes.length)).toString('latin1');
  const brand = text.slice(8, 12);
  const items = itemTypes(text);
  if (/^he[iv][cmsx]$/.test(brand) || items.has('hvc1'))
    return unsupported(
      'It is a HEIC file: convert it to JPEG. On an iPhone, Settings > Camera > Formats > Most Compatible takes photos as JPEG.',
    );
  if (brand === 'crx ') return unsupported(cameraRaw);
  if (!/^(mif1|msf1|avif|avis|miaf)$/.test(brand))
    return unsupported('It is a video or another MP4 file, not an image.');
  return items.size === 0 || items.has('av01')
    ? supported('avif')
    : unsupported('It is a HEIF file with a compression that is not supported: convert it to JPEG.');
}

/** The list of items stands at the start of the file, before the pixels. */
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
