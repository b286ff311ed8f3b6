import { spawn } from 'node:child_process';
import { Problem } from '../../../shared/problem.ts';

type ProblemWith = (detail: string) => Problem;

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Thrown if the command is not installed. */
  readonly missing: ProblemWith;
  /** Thrown if the command fails: the first one whose pattern matches its output. */
  readonly failures: readonly (readonly [pattern: RegExp, problem: ProblemWith])[];
  /** Thrown if it fails for any other reason. */
  readonly failed: ProblemWith;
}

/** Characters of a program's output that are kept: the end is enough to find out why it failed. */
const TAIL = 4000;

/** Runs a program to its end and returns its output. Throws a Problem whose detail is the output. */
export function runProgram({
  command,
  args,
  folder,
  environment = {},
  signal,
  missing,
  failures,
  failed,
}: Program): Promise<string> {
  return new Promise((resolve, reject) => {
    // On Windows npm is a script, which only a shell can start. No argument here has spaces or special characters.
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
    child.on('error', (error) => reject(signal.aborted ? new Problem('cancelled.install') : missing(error.message)));
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject((failures.find(([pattern]) => pattern.test(output))?.[1] ?? failed)(output));
    });
  });
}
