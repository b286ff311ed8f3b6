/** The image formats that the studio opens, with their file extensions. Every list of extensions derives from this. */
const formats = {
  jpeg: { extensions: ['jpg', 'jpeg', 'jpe', 'jfif'], mediaType: 'image/jpeg' },
  png: { extensions: ['png'], mediaType: 'image/png' },
  webp: { extensions: ['webp'], mediaType: 'image/webp' },
  gif: { extensions: ['gif'], mediaType: 'image/gif' },
  tiff: { extensions: ['tif', 'tiff'], mediaType: null },
  avif: { extensions: ['avif'], mediaType: 'image/avif' },
} as const;

export type ImageFormat = keyof typeof formats;
export const imageFormats = Object.keys(formats) as ImageFormat[];

/** Formats that the studio names but cannot open: they count as images, so that no list or folder skips them. */
const unsupportedExtensions = ['heic', 'heif', 'bmp'];

const allExtensions = [...Object.values(formats).flatMap(({ extensions }) => extensions), ...unsupportedExtensions];
const imageName = new RegExp(String.raw`\.(${allExtensions.join('|')})$`, 'i');

/** True when the name has an image extension; the content may still be something else. */
export const looksLikeImage = (name: string): boolean => imageName.test(name);

/** The media type under which browsers show the file unchanged; null for a format that browsers do not show. */
export const mediaTypeOf = (format: ImageFormat): string | null => formats[format].mediaType;

/** True when the extension fits the format; a name without an extension fits all formats. */
export function extensionFits(name: string, format: ImageFormat): boolean {
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase();
  return extension === undefined || (formats[format].extensions as readonly string[]).includes(extension);
}
