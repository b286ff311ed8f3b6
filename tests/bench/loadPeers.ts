import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { median } from './median.ts';

const LIBRARIES = ['pillow', 'opencv', 'tf.data'] as const;
const ROUNDS = 5;

/** Images to load repeatedly. */
export interface LoadSet {
  readonly name: string;
  /** Of JPEGs. */
  readonly folder: string;
  readonly count: number;
}

/**
 * Milliseconds of processor time per image, decoded and resized to 240 px, in turns with the libraries of the Python
 * that DESTILA_BENCH_PYTHON names. Processor time of all threads hardly depends on what else the machine does.
 */
export function compareLoading(sets: readonly LoadSet[]): void {
  const python = process.env.DESTILA_BENCH_PYTHON;
  for (const { name, folder, count } of sets) {
    const ours: number[] = [];
    const theirs = new Map<string, number[]>();
    for (let round = 0; round < ROUNDS; round++) {
      const turn = [path.join(import.meta.dirname, 'loadTurn.ts'), folder, String(count)];
      ours.push(milliseconds(process.execPath, turn) ?? NaN);
      for (const library of python === undefined ? [] : LIBRARIES) {
        const script = path.join(import.meta.dirname, 'peers', 'load.py');
        const found = milliseconds(python!, [script, library, folder, String(count)]);
        if (found !== null) theirs.set(library, [...(theirs.get(library) ?? []), found]);
      }
    }
    console.log(`  ${name}, processor time per image`);
    console.log(`    this loader ${median(ours).toFixed(2)} ms`);
    for (const [library, values] of theirs) {
      const ratio = median(values) / median(ours);
      console.log(`    ${library} ${median(values).toFixed(2)} ms: this loader is ${ratio.toFixed(2)} x as fast`);
    }
  }
}

/** Null where the library is not installed. The same allocator as in jobs. */
function milliseconds(command: string, args: readonly string[]): number | null {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' },
  });
  return status === 0 ? Number(stdout.trim().split('\n').at(-1)) : null;
}
