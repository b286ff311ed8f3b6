import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { allocatorSettings } from '../../src/main/jobs/allocatorSettings.ts';
import { median } from './median.ts';
import { peerEnvironment, peerPython } from './peers.ts';

const STEPS = 6;
/** Architecture, input size and batch. */
const nets = [
  ['efficientnet-lite1', '240', '8'],
  ['efficientnet-lite1', '128', '32'],
  ['efficientnet-b3', '300', '4'],
] as const;

interface Turn {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly peakBytes: number;
}

function turn(program: string, args: readonly string[], environment: Readonly<Record<string, string>>): Turn {
  const run = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, ...environment } });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout.trim().split('\n').at(-1)!) as Turn;
}

/**
 * `step [--turns N] [--threads N]`: training steps with AdamW, clipping, masks and BatchNorm statistics.
 * DESTILA_BENCH_PYTHON names a Python with torch and timm, which then does the same in turns (peers/step.py), under the
 * allocator settings that our jobs get. On a busy machine compare CPU time with `--threads 1`, where no thread spins.
 */
export function benchStep(args: readonly string[]): void {
  const { values } = parseArgs({
    args: [...args],
    options: { turns: { type: 'string', default: '3' }, threads: { type: 'string', default: '0' } },
  });
  const python = peerPython();
  for (const net of nets) {
    const [own, peer]: [Turn[], Turn[]] = [[], []];
    for (let i = 0; i < Number(values.turns); i++) {
      const asked = [...net, String(STEPS), values.threads];
      own.push(turn(process.execPath, [path.join(import.meta.dirname, 'stepTurn.ts'), ...asked], allocatorSettings()));
      if (python !== null)
        peer.push(turn(python, [path.join(import.meta.dirname, 'peers', 'step.py'), ...asked], peerEnvironment()));
    }
    const [architecture, size, batch] = net;
    console.log(`${architecture}, ${size} px, batch ${batch}`);
    printTurns('this engine', own);
    if (peer.length === 0) continue;
    printTurns('PyTorch', peer);
    const ratio = (value: (of: Turn) => number): string =>
      (median(peer.map(value)) / median(own.map(value))).toFixed(2);
    console.log(
      `  speed against PyTorch: ${ratio((of) => of.milliseconds)} x, by CPU time ${ratio((of) => of.cpuMilliseconds)} x`,
    );
  }
}

function printTurns(name: string, turns: readonly Turn[]): void {
  const each = (value: (of: Turn) => number): string => turns.map((of) => value(of).toFixed(0)).join(', ');
  const peak = Math.max(...turns.map(({ peakBytes }) => peakBytes)) / 1e9;
  console.log(
    `  ${name}: ${each((of) => of.milliseconds)} ms per step, CPU time ${each((of) => of.cpuMilliseconds)} ms, peak ${peak.toFixed(2)} GB`,
  );
}
