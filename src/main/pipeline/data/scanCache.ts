import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { messageSchema } from '../../../shared/messageSchema.ts';
import { writeFileAtomic } from '../storage/atomicFile.ts';
import { imageFormats } from './imageFormats.ts';
import { DECODER } from './openImage.ts';
import type { ImageScan } from './imageScan.ts';

/**
 * Scans of the last check, so that the next one opens only files whose size or time has changed. Everything in it can
 * be computed again, so a file that is damaged or comes from another decoder is ignored.
 */
const formatVersion = 3;
const cacheFile = (folder: string): string => path.join(folder, 'image-scans.json');

const scanSchema = z.object({
  size: z.number(),
  mtimeMs: z.number(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  width: z.number(),
  height: z.number(),
  format: z.enum(imageFormats).nullable(),
  fault: z.enum(['imageKind', 'notAnImage', 'truncated']).nullable(),
  reason: messageSchema.nullable(),
  detail: z.string().nullable(),
  endMarkerMissing: z.boolean(),
});
const cacheSchema = z.object({
  formatVersion: z.literal(formatVersion),
  decoder: z.literal(DECODER),
  files: z.array(z.tuple([z.string(), scanSchema])),
});

export async function loadScans(folder: string): Promise<Map<string, ImageScan>> {
  try {
    return new Map(cacheSchema.parse(JSON.parse(await readFile(cacheFile(folder), 'utf8'))).files);
  } catch {
    return new Map();
  }
}

export async function saveScans(folder: string, scans: ReadonlyMap<string, ImageScan>): Promise<void> {
  await writeFileAtomic(cacheFile(folder), JSON.stringify({ formatVersion, decoder: DECODER, files: [...scans] }));
}
