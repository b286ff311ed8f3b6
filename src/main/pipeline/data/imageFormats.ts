/**
 * The image formats the studio opens, each with the endings its files have. Every list of endings derives from this
 * one.
 */
const formats = {
  jpeg: { endings: ['jpg', 'jpeg', 'jpe', 'jfif'], mediaType: 'image/jpeg' },
  png: { endings: ['png'], mediaType: 'image/png' },
  webp: { endings: ['webp'], mediaType: 'image/webp' },
  gif: { endings: ['gif'], mediaType: 'image/gif' },
  tiff: { endings: ['tif', 'tiff'], mediaType: null },
  avif: { endings: ['avif'], mediaType: 'image/avif' },
} as const;

export type ImageFormat = keyof typeof formats;
export const imageFormats = Object.keys(formats) as ImageFormat[];

/** Endings of images the studio names but cannot open: they count as images so that no list or folder skips them. */
const refusedEndings = ['heic', 'heif', 'bmp'];

const allEndings = [...Object.values(formats).flatMap(({ endings }) => endings), ...refusedEndings];
const imageName = new RegExp(String.raw`\.(${allEndings.join('|')})$`, 'i');

/** Whether a name ends like an image; says nothing about the content. */
export const looksLikeImage = (name: string): boolean => imageName.test(name);

/** The media type under which browsers show the file as it is; null for a format that browsers do not show. */
export const mediaTypeOf = (format: ImageFormat): string | null => formats[format].mediaType;

/** A name without any ending makes no claim and fits every format. */
export function endingFits(name: string, format: ImageFormat): boolean {
  const ending = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase();
  return ending === undefined || (formats[format].endings as readonly string[]).includes(ending);
}
