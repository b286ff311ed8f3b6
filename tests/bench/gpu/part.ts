import { spawn } from 'node:child_process';
import { lastResult } from './results.ts';

export interface Part {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly limitSeconds: number;
}

export interface PartEnd {
  readonly state: 'finished' | 'died' | 'hung';
  /** The last result that the process printed, and null when there is none. */
  readonly result: unknown;
  /** How it ended, with lines of its output; empty when it finished. */
  readonly reason: string;
  readonly seconds: number;
  /** The most memory that nvidia-smi saw in use on all cards; null where it is not installed. */
  readonly cardBytes: number | null;
}

/** At the start and at the end of a process's errors: native crashes begin with the cause, the others end with it. */
const KEPT_LINES = 3;

/**
 * Runs a process with a limit. A process that hangs is killed with all that it started, and what it had reported is
 * kept: a bad driver may hang or crash, and the other parts go on.
 */
export async function runPart({ command, args, environment, limitSeconds }: Part): Promise<PartEnd> {
  const card = watchCardMemory();
  const started = performance.now();
  const end = await new Promise<Omit<PartEnd, 'cardBytes' | 'seconds'>>((resolve) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that its own children end with it.
      detached: true,
    });
    let output = '';
    let errors = '';
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      killGroup(child.pid);
    }, limitSeconds * 1000);
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('error', (error) => (errors += error.message));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const result = lastResult(output);
      const cause = hung
        ? `still running after ${limitSeconds.toFixed(0)} s`
        : signal === null
          ? `ended with code ${code}`
          : `ended by ${signal}`;
      const said = shortened(errors === '' ? output : errors);
      if (!hung && code === 0) resolve({ state: 'finished', result, reason: '' });
      else resolve({ state: hung ? 'hung' : 'died', result, reason: said === '' ? cause : `${cause}: ${said}` });
    });
  });
  return { ...end, seconds: (performance.now() - started) / 1000, cardBytes: card() };
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

function shortened(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at '));
  return lines.filter((_, i) => i < KEPT_LINES || i >= lines.length - KEPT_LINES).join(' / ');
}

/** Starts watching; the function that it returns ends that and returns the most bytes that were in use. */
function watchCardMemory(): () => number | null {
  let most: number | null = null;
  const child = spawn('nvidia-smi', ['--query-gpu=memory.used', '--format=csv,noheader,nounits', '--loop-ms=500'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.on('data', (chunk: Buffer) => {
    for (const [mebibytes] of chunk.toString().matchAll(/^\d+$/gm))
      most = Math.max(most ?? 0, Number(mebibytes) * 2 ** 20);
  });
  child.on('error', () => undefined);
  return () => {
    child.kill();
    return most;
  };
}
