import sharp from 'sharp';

/**
 * The only module that imports sharp, so that all decoding is limited to these readers. libvips chooses a reader by
 * content: without the limit, an SVG named photo.jpg would be rendered with the files it refers to, and a bug in any of
 * its dozens of readers could be exploited by an image.
 */
const readers = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'];

sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: readers.map((reader) => `VipsForeignLoad${reader}Buffer`) });

export { sharp };

/** Lets this process render SVG. Only for the sample's own scenes, in a process that opens no other images. */
export const allowSvg = (): void => sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] });
