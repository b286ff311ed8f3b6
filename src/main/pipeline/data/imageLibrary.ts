import sharp from 'sharp';

/**
 * The only place that imports sharp: every path to pixels shares one set of readers. libvips picks a reader by
 * content, so without this
 * an SVG named photo.jpg would be drawn, and its references read, and a bug in any of its dozens of readers would be
 * within reach of a file.
 */
const readers = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'];

sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: readers.map((reader) => `VipsForeignLoad${reader}Buffer`) });

export { sharp };

/** Lets this process draw SVG: for the demo's own scenes, in a process that opens no foreign image. */
export const allowSvg = (): void => sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] });
