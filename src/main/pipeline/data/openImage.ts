import type { Sharp } from 'sharp';
import type { ImageKind } from './imageKind.ts';
import { imageKind } from './imageKind.ts';
import { sharp } from './imageLibrary.ts';

/**
 * Goes up whenever the same file would give other pixels or another verdict: what is kept about images is keyed by it.
 */
export const DECODER = `2, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`;

export interface OpenOptions {
  /** Pixels; more are refused by the decoder. */
  readonly limit: number | false;
  /** How much damage is let pass: none shows what there is, for people to look at. */
  readonly failOn: 'none' | 'truncated' | 'error' | 'warning';
}

export type Openable = Extract<ImageKind, { state: 'supported' }>;

/**
 * An upright image whose last band, if it is no color, is straight alpha: the one way from bytes of a file to pixels.
 */
export async function openImage(bytes: Uint8Array, kind: Openable, { limit, failOn }: OpenOptions): Promise<Sharp> {
  const image = sharp(bytes, { limitInputPixels: limit, failOn, sequentialRead: true }).autoOrient();
  // libvips takes every band beyond the colors for alpha. One that the file calls unspecified is none: Pillow and
  // ImageMagick drop it too.
  const UNSPECIFIED = 0;
  return kind.tiff?.extraSamples[0] === UNSPECIFIED ? withoutFourthBand(image) : image;
}

async function withoutFourthBand(image: Sharp): Promise<Sharp> {
  const { data, info } = await image
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
}

/** What was found, and whether a JPEG lacked its end marker although all its rows are there. */
export interface Whole<T> {
  readonly value: T;
  readonly endMarkerMissing: boolean;
}

/** Ends every JPEG (ITU T.81, B.1.1.3). */
const END_MARKER = Buffer.from([0xff, 0xd9]);

/**
 * Decodes a file completely. A JPEG that fails is tried again with an end marker appended: decoders then warn where
 * rows are missing, and
 * say nothing where only the marker was.
 */
export async function decodeWhole<T>(
  bytes: Uint8Array,
  kind: Openable,
  options: OpenOptions,
  work: (image: Sharp) => Promise<T>,
): Promise<Whole<T>> {
  try {
    return { value: await work(await openImage(bytes, kind, options)), endMarkerMissing: false };
  } catch (error) {
    if (kind.format !== 'jpeg') throw error;
    const closed = Buffer.concat([bytes, END_MARKER]);
    const retried = openImage(closed, kind, { ...options, failOn: 'warning' }).then(work);
    return await retried.then(
      (value) => ({ value, endMarkerMissing: true }),
      () => {
        throw error;
      },
    );
  }
}

/** The bytes' kind, or an error in words that name the kind and the remedy. */
export function openableKind(bytes: Uint8Array): Openable {
  const kind = imageKind(bytes);
  if (kind.state === 'supported') return kind;
  throw new UnsupportedImage(kind.state === 'unsupported' ? kind.problem : null);
}

/**
 * Not an image, or a kind that is not opened; `problem` names the kind and the remedy, null where the kind is not
 * known.
 */
export class UnsupportedImage extends Error {
  readonly problem: string | null;

  constructor(problem: string | null) {
    super(problem ?? 'It is not an image.');
    this.name = 'UnsupportedImage';
    this.problem = problem;
  }
}
