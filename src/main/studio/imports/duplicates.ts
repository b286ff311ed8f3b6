import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { mapBounded } from '../../pipeline/storage/bounded.ts';

/** Groups images with the same bytes. Only files of equal size are read; a missing file is a group of its own. */
export async function duplicateGroups(project: string, paths: readonly string[]): Promise<string[][]> {
  const sizes = await mapBounded(paths, (name) => sizeOf(path.resolve(project, name)));
  const bySize = Map.groupBy(
    paths.map((name, i) => ({ name, size: sizes[i] ?? null })),
    ({ size }) => size,
  );
  const groups: string[][] = [];
  for (const [size, same] of bySize) {
    if (same.length === 1 || size === null) {
      groups.push(...same.map(({ name }) => [name]));
      continue;
    }
    const hashes = await mapBounded(same, ({ name }) => hashOf(path.resolve(project, name)));
    groups.push(
      ...Map.groupBy(
        same.map(({ name }) => name),
        (_, i) => hashes[i]!,
      ).values(),
    );
  }
  return groups;
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
