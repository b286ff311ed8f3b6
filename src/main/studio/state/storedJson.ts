import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { writeFileAtomic } from '../../pipeline/storage/atomicFile.ts';

/** A small JSON file of the studio's own. A missing or damaged one reads as the fallback: nothing in it is worth an error. */
export async function readStored<T extends z.ZodType>(
  file: string,
  schema: T,
  fallback: z.output<T>,
): Promise<z.output<T>> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return fallback;
  }
}

export const writeStored = (file: string, value: unknown, mode: number | null = null): Promise<void> =>
  writeFileAtomic(file, `${JSON.stringify(value, null, 1)}\n`, mode);
