import { fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { FuzzResult } from './fuzz.ts';
import { targetNames } from './target.ts';

/**
 * `npm run fuzz -- [target ...] [--seconds 20] [--seed 1]`: each target for so long, in a process of its own. Fails
 * on an error that
 * is not a Problem, on an input that takes more than 2 s of processor time or never ends, and on memory growing
 * beyond 1 GB.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});
const SLOWEST = 2000;
const MOST_MEGABYTES = 1024;
/** Of wall time, also on a machine that does much else: then the input is a hang. */
const HANG = 60_000;

function runOne(name: string, folder: string): Promise<string> {
  return new Promise((resolve) => {
    const child = fork(path.join(import.meta.dirname, 'fuzzOne.ts'), [name, values.seconds, values.seed, folder]);
    let result: (FuzzResult & { megabytes: number }) | null = null;
    let hung = false;
    const hang = (): void => {
      hung = true;
      child.kill('SIGKILL');
    };
    let watch = setTimeout(hang, HANG);
    child.on('message', (message) => {
      clearTimeout(watch);
      watch = setTimeout(hang, HANG);
      if (typeof message === 'object') result = message as typeof result;
    });
    child.on('exit', () => {
      clearTimeout(watch);
      const left = `; the input is ${path.join(folder, 'last-input.bin')}`;
      if (result === null) return resolve(`FAULT ${hung ? 'never ended' : 'an error, or the process died'}${left}`);
      const { inputs, accepted, refused, slowest, megabytes } = result;
      const figures = `${inputs} inputs, ${accepted} read, ${refused} refused, slowest ${Math.round(slowest)} ms, ${megabytes} MB more`;
      resolve(slowest > SLOWEST || megabytes > MOST_MEGABYTES ? `FAULT ${figures}` : `ok    ${figures}`);
    });
  });
}

const unknown = positionals.find((name) => !(targetNames as readonly string[]).includes(name));
if (unknown !== undefined) {
  console.error(`No target ${unknown}: one of ${targetNames.join(', ')}.`);
  process.exit(2);
}
for (const name of positionals.length === 0 ? targetNames : positionals) {
  const line = await runOne(name, mkdtempSync(path.join(tmpdir(), `fuzz-${name}-`)));
  console.log(`${name}: ${line}`);
  if (line.startsWith('FAULT')) process.exitCode = 1;
}
