import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const assets = path.join(import.meta.dirname, '..', '..', 'out', 'renderer', 'assets');
const STATIC_IMPORT = /(?:import|from)\s*["']\.\/([\w.-]+\.js)["']/g;

/** A built file and all that it imports before it runs; what it loads later is not among them. */
function withImports(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, other] of readFileSync(path.join(assets, file), 'utf8').matchAll(STATIC_IMPORT))
    withImports(other!, found);
  return found;
}

const kilobytes = (files: Iterable<string>): string => {
  const sizes = [...files]
    .map((file) => readFileSync(path.join(assets, file)))
    .map((bytes) => [bytes.length, gzipSync(bytes).length] as const);
  const sum = (at: 0 | 1): string => (sizes.reduce((total, size) => total + size[at], 0) / 1000).toFixed(0);
  return `${sum(0)} kB (${sum(1)} kB gzipped)`;
};

/** What the first page loads, and what each screen adds when it is first shown. */
export function benchBundle(): void {
  const files = readdirSync(assets);
  const [entry] = /assets\/(index-[\w-]+\.js)/
    .exec(readFileSync(path.join(assets, '..', 'index.html'), 'utf8'))!
    .slice(1);
  const first = withImports(entry!);
  console.log(`scripts of the first page: ${kilobytes(first)}`);
  for (const screen of files.filter((file) => /^\w+Screen-[\w-]+\.js$/.test(file))) {
    console.log(
      `  ${screen.split('-')[0]} adds ${kilobytes([...withImports(screen)].filter((file) => !first.has(file)))}`,
    );
  }
}
