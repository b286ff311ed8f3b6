/**
 * The tags of a TIFF file's first page. They are read here because libvips does not distinguish a fourth color band
 * from transparency, nor the preview inside a raw file from a photo.
 */
export interface TiffTags {
  /** Bit 0 of NewSubfileType: the page is a reduced version of another image in the file. */
  readonly reduced: boolean;
  readonly bitsPerSample: number;
  readonly photometric: number;
  readonly samplesPerPixel: number;
  /** 1 unsigned, 2 signed, 3 float, 4 undefined, 5 and 6 complex. */
  readonly sampleFormat: number;
  /** Kind of each band beyond the color bands: 0 unspecified, 1 premultiplied alpha, 2 alpha. */
  readonly extraSamples: readonly number[];
  /** 1 for CMYK, 2 for other inks. */
  readonly inkSet: number;
  readonly cameraRaw: boolean;
}

// From TIFF 6.0; dngVersion is from the DNG specification.
const tag = {
  newSubfileType: 254,
  bitsPerSample: 258,
  photometric: 262,
  samplesPerPixel: 277,
  inkSet: 332,
  extraSamples: 338,
  sampleFormat: 339,
  dngVersion: 50706,
} as const;

const SHORT = 3;
/** Bytes per value, by field type. No tag above has a type of another size. */
const typeSizes: Readonly<Record<number, number>> = { 1: 1, [SHORT]: 2, 4: 4 };
/** No tag above has more values than this in an image that can be opened; damaged files may claim billions. */
const MOST_VALUES = 16;
/** Canon's CR2 files have "CR" after the TIFF header. */
const CR2_OFFSET = 8;

/** Returns null when the file is not a TIFF or its directory is damaged. */
export function readTiffTags(bytes: Uint8Array): TiffTags | null {
  try {
    return parse(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function parse(view: DataView): TiffTags | null {
  const order = view.getUint16(0);
  const little = order === 0x4949;
  if (!little && order !== 0x4d4d) return null;
  const magic = view.getUint16(2, little);
  if (magic !== 42 && magic !== 43) return null;
  const big = magic === 43;
  const wide = (at: number): number => Number(view.getBigUint64(at, little));
  const directory = big ? wide(8) : view.getUint32(4, little);
  const count = big ? wide(directory) : view.getUint16(directory, little);
  const first = directory + (big ? 8 : 2);
  const [entrySize, countAt, inlineBytes] = big ? [20, 4, 8] : [12, 4, 4];
  const found = new Map<number, readonly number[]>();
  for (let entry = first, n = 0; n < count; n++, entry += entrySize) {
    const size = typeSizes[view.getUint16(entry + 2, little)];
    if (size === undefined) continue;
    const values = Math.min(MOST_VALUES, big ? wide(entry + countAt) : view.getUint32(entry + countAt, little));
    const inline = entry + (big ? 12 : 8);
    const at = size * values <= inlineBytes ? inline : big ? wide(inline) : view.getUint32(inline, little);
    const read = (i: number): number =>
      size === 1
        ? view.getUint8(at + i)
        : size === 2
          ? view.getUint16(at + 2 * i, little)
          : view.getUint32(at + 4 * i, little);
    const number = view.getUint16(entry, little);
    if ((Object.values(tag) as number[]).includes(number))
      found.set(
        number,
        Array.from({ length: values }, (_, i) => read(i)),
      );
  }
  const one = (number: number, otherwise: number): number => found.get(number)?.[0] ?? otherwise;
  return {
    reduced: (one(tag.newSubfileType, 0) & 1) === 1,
    bitsPerSample: one(tag.bitsPerSample, 1),
    photometric: one(tag.photometric, 0),
    samplesPerPixel: one(tag.samplesPerPixel, 1),
    sampleFormat: one(tag.sampleFormat, 1),
    extraSamples: found.get(tag.extraSamples) ?? [],
    inkSet: one(tag.inkSet, 1),
    cameraRaw: found.has(tag.dngVersion) || (view.byteLength > 10 && view.getUint16(CR2_OFFSET) === 0x4352),
  };
}
