import type { Sharp } from 'sharp';
import type { Message } from '../../../shared/message.ts';
import type { ImageKind } from './imageKind.ts';
import { imageKind } from './imageKind.ts';
import { sharp } from './imageLibrary.ts';

/** Changes whenever the same file would decode to other pixels or be refused: caches of images use it as their key. */
export const DECODER = `2, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`;

export interface OpenOptions {
  /** Most pixels that the decoder accepts. */
  readonly limit: number | false;
  /** The least damage that is an error; with 'none', damaged images are shown as far as they can be decoded. */
  readonly failOn: 'none' | 'truncated' | 'error' | 'warning';
}

export type SupportedKind = Extract<ImageKind, { state: 'supported' }>;

/**
 * Opens an upright image whose last band, if it is not a color, is straight alpha. Every decoder of the studio goes
 * through here, so that training, thumbnails and checks see the same pixels.
 */
export async function openImage(
  bytes: Uint8Array,
  kind: SupportedKind,
  { limit, failOn }: OpenOptions,
): Promise<Sharp> {
  const image = sharp(bytes, { limitInputPixels: limit, failOn, sequentialRead: true }).autoOrient();
  // libvips takes every band beyond the colors for alpha, even one that the file calls unspecified. Pillow and
  // ImageMagick drop such a band.
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

export interface Decoded<T> {
  readonly value: T;
  /** True for a JPEG that has all its rows but no end marker. */
  readonly endMarkerMissing: boolean;
}

/** The last bytes of every JPEG (ITU T.81, B.1.1.3). */
const END_MARKER = Buffer.from([0xff, 0xd9]);

/**
 * Decodes a file completely. A JPEG that fails is tried again with an end marker appended: the decoder then warns if
 * rows are missing, and succeeds if only the marker was.
 */
export async function decodeFully<T>(
  bytes: Uint8Array,
  kind: SupportedKind,
  options: OpenOptions,
  work: (image: Sharp) => Promise<T>,
): Promise<Decoded<T>> {
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

/** Returns the kind of a supported image; throws an UnsupportedImage for anything else. */
export function requireSupported(bytes: Uint8Array): SupportedKind {
  const kind = imageKind(bytes);
  if (kind.state === 'supported') return kind;
  throw new UnsupportedImage(kind.state === 'unsupported' ? kind.reason : null);
}

export class UnsupportedImage extends Error {
  /** Names the format and what to do about it; null when the format is not known. */
  readonly reason: Message | null;

  constructor(reason: Message | null) {
    super(reason?.text ?? 'It is not an image.');
    this.name = 'UnsupportedImage';
    this.reason = reason;
  }
}
