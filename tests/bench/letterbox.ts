import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { median } from './median.ts';
import { peerPython } from './peers.ts';

const SIZES = [
  [4000, 3000],
  [1920, 1080],
  [640, 480],
  [256, 256],
] as const;
const TURNS = 5;

/**
 * letterbox.h on one core, compiled with -O3 by the compiler that CC names, in turns with OpenCV of the Python that
 * DESTILA_BENCH_PYTHON names. CPU time hardly depends on what else the machine does.
 */
export function benchLetterbox(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'letterbox-'));
  try {
    const program = path.join(folder, 'letterbox');
    const header = path.join(import.meta.dirname, '../../resources/letterbox');
    const source = path.join(import.meta.dirname, 'letterbox.c');
    const compiler = process.env.CC ?? 'cc';
    const flags = ['-std=c99', '-O3', '-I', header, '-o', program, source, '-lm'];
    const made = spawnSync(compiler, flags, { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`${compiler}: ${made.error?.message ?? made.stderr}`);
    for (const size of SIZES) compare(program, size.map(String));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compare(program: string, size: readonly string[]): void {
  const python = peerPython();
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < TURNS; turn++) {
    ours.push(milliseconds(program, size));
    if (python !== null)
      theirs.push(milliseconds(python, [path.join(import.meta.dirname, 'peers', 'letterbox.py'), ...size]));
  }
  const own = median(ours);
  const peer =
    theirs.length === 0 ? '' : `, OpenCV ${median(theirs).toFixed(3)} ms: ${(median(theirs) / own).toFixed(2)} x`;
  console.log(`${size.join(' x ')} to 240 px: letterbox.h ${own.toFixed(3)} ms${peer}`);
}

/** The smallest of a process's runs, which other programs disturb least. */
function milliseconds(program: string, args: readonly string[]): number {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout.trim().split(' ')[1]);
}
