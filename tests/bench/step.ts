import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { median } from './median.ts';

const ROUNDS = 3;
const STEPS = 6;

interface Turn {
  milliseconds: number;
  peakBytes: number;
}

function ours(...args: string[]): Turn {
  const run = spawnSync(process.execPath, [path.join(import.meta.dirname, 'stepTurn.ts'), ...args], {
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout.trim().split('\n').at(-1)!) as Turn;
}

/**
 * A reference implementation to compare with: a script that prints 'STEP ... <ms> ms ...' for arguments threads, net,
 * batch, steps.
 */
function reference(script: string): number {
  const run = spawnSync(process.execPath, [script, '2', 'SPEC', '8', String(STEPS)], {
    encoding: 'utf8',
    cwd: path.dirname(script),
  });
  const found = /STEP.*?create \d+ms ([\d.]+) ms/.exec(run.stdout);
  if (found === null) throw new Error(`${script} printed no step time:\n${run.stdout}${run.stderr}`);
  return Number(found[1]);
}

/** Training steps, in turns with the reference that DESTILA_STEP_PROTOTYPE names, where it is given. */
export function benchStep(): void {
  const script = process.env.DESTILA_STEP_PROTOTYPE;
  const times = { sgd: [] as number[], adamw: [] as number[], reference: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    if (script !== undefined) times.reference.push(reference(script));
    times.sgd.push(ours('efficientnet-lite1', '240', '8', 'sgd', String(STEPS)).milliseconds);
    times.adamw.push(ours('efficientnet-lite1', '240', '8', 'adamw', String(STEPS)).milliseconds);
  }
  const line = (name: string, values: readonly number[]): string => {
    const ms = median(values);
    const ratio =
      times.reference.length === 0 ? '' : `, ${(median(times.reference) / ms).toFixed(2)} x the reference's speed`;
    return `${name}: ${ms.toFixed(0)} ms a step, ${(8000 / ms).toFixed(1)} images/s${ratio}`;
  };
  console.log('EfficientNet-Lite1, 240 px, batch 8');
  if (times.reference.length > 0) console.log(`  ${line('reference', times.reference)}`);
  console.log(`  ${line('SGD', times.sgd)}`);
  console.log(`  ${line('AdamW, masks, BatchNorm statistics', times.adamw)}`);
  const b3 = ours('efficientnet-b3', '300', '8', 'adamw', '2');
  console.log(
    `EfficientNet-B3, 300 px, batch 8\n  AdamW, masks, BatchNorm statistics: ${b3.milliseconds.toFixed(0)} ` +
      `ms a step, ${(b3.peakBytes / 1e9).toFixed(2)} GB at most`,
  );
}
