import { spawn } from 'node:child_process';
import { Problem } from '../../../shared/problem.ts';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Said where the command is not installed: what it is and how to get it. */
  readonly missing: string;
  /** Said where it fails, for the first pattern that its output matches; else the last entry's words. */
  readonly failures: readonly (readonly [pattern: RegExp, says: string])[];
}

/** What a program that failed said at last is enough to find the reason. */
const TAIL = 4000;

/** Runs a program to its end and returns what it wrote. Throws a Problem in words, its output as detail. */
export function runProgram({
  command,
  args,
  folder,
  environment = {},
  signal,
  missing,
  failures,
}: Program): Promise<string> {
  return new Promise((resolve, reject) => {
    // npm on Windows is a script, which only a shell starts; no argument here holds a space or a sign.
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
      windowsHide: true,
      signal,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-TAIL);
      });
    child.on('error', (error) =>
      reject(
        signal.aborted
          ? new Problem('cancelled', 'Cancelled: nothing was installed.')
          : new Problem('engine', missing, error.message),
      ),
    );
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else
        reject(
          new Problem('engine', (failures.find(([pattern]) => pattern.test(output)) ?? failures.at(-1)!)[1], output),
        );
    });
  });
}
