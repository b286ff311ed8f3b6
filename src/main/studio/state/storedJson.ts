import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { writeFileAtomic } from '../../pipeline/storage/atomicFile.ts';

/**
 * Reads a small JSON file of the studio. A missing or damaged one gives the fallback, because losing it does no harm.
 */
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
