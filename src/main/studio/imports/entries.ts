import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { looksLikeImage } from '../../pipeline/data/imageFormats.ts';

/** An image and the labels that a source gives it. */
export interface Entry {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly labels: readonly string[];
  /** Where the source itself says which split it belongs to. */
  readonly split: 'train' | 'val' | 'test' | null;
}

export interface Source {
  readonly entries: readonly Entry[];
  /** What was left out or looks odd, in words. */
  readonly warnings: readonly string[];
}

const skipped = new Set(['runs', 'node_modules']);

/** Images below a folder, relative, sorted. Hidden folders and the studio's own runs are passed over. */
export async function imagesBelow(project: string): Promise<string[]> {
  const walk = async (relative: string): Promise<string[]> => {
    const entries = await readdir(path.join(project, relative), { withFileTypes: true }).catch(() => []);
    const nested = await Promise.all(
      entries.map(async (entry) => {
        const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
        if (entry.isDirectory())
          return entry.name.startsWith('.') || (relative === '' && skipped.has(entry.name)) ? [] : walk(name);
        return entry.isFile() && looksLikeImage(entry.name) ? [name] : [];
      }),
    );
    return nested.flat();
  };
  return (await walk('')).sort();
}

/** Groups of images with the same bytes. Only files of equal size are read. */
export async function duplicateGroups(project: string, paths: readonly string[]): Promise<string[][]> {
  const sizes = await Promise.all(
    paths.map((name) =>
      stat(path.resolve(project, name)).then(
        ({ size }) => size,
        () => -1,
      ),
    ),
  );
  const bySize = Map.groupBy(
    paths.map((name, i) => ({ name, size: sizes[i]! })),
    ({ size }) => size,
  );
  const groups: string[][] = [];
  for (const [size, same] of bySize) {
    if (same.length === 1 || size < 0) {
      groups.push(...same.map(({ name }) => [name]));
      continue;
    }
    const byHash = new Map<string, string[]>();
    for (const { name } of same) {
      const hash = createHash('sha256')
        .update(await readFile(path.resolve(project, name)))
        .digest('hex');
      byHash.set(hash, [...(byHash.get(hash) ?? []), name]);
    }
    groups.push(...byHash.values());
  }
  return groups;
}
