import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '..', '..');
const files = globSync('src/**/*.{ts,tsx}', { cwd: root });

/** Relative imports of a file, including those of types alone. */
const importsOf = (file: string): string[] =>
  [...readFileSync(path.join(root, file), 'utf8').matchAll(/(?:\bfrom|\bimport\(?) '(\.[^']+)'/g)].map(([, source]) =>
    path.posix.join(path.posix.dirname(file), source!),
  );

/** Each cycle once, as the files on it. Depth-first search: an import of a file that is still open closes a cycle. */
function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, open: readonly string[]): void => {
    const at = open.indexOf(file);
    if (at >= 0) found.push([...open.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...open, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

test('the search finds a cycle', () => {
  const graph = new Map([
    ['a', ['b', 'c']],
    ['b', ['c']],
    ['c', ['d']],
    ['d', ['b']],
  ]);
  expect(cyclesIn(graph)).toEqual([['b', 'c', 'd', 'b']]);
});

test('no two files import each other, directly or through others, not even for a type', () => {
  expect(files.length).toBeGreaterThan(100);
  expect(cyclesIn(new Map(files.map((file) => [file, importsOf(file)])))).toEqual([]);
});
