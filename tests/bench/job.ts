import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Config } from '../../src/shared/config.ts';
import { allocatorSettings } from '../../src/main/jobs/allocatorSettings.ts';
import { createSample } from '../../src/main/pipeline/data/sample/createSample.ts';
import { loadConfig } from '../../src/main/studio/config/loadConfig.ts';
import type { EpochTimes, JobTimes } from './jobTimes.ts';
import { median } from './median.ts';
import { peerEnvironment, peerPython } from './peers.ts';

/**
 * `job [PROJECT] [--config FILE] [--turns N]`: teacher and student of a project trained from start to end, and where
 * the time of an epoch goes. On a busy machine compare CPU time with `engine: { threads: 1 }`: then the engine works in
 * the thread that waits for it, and no thread spins. Without a project the sample project is drawn. DESTILA_BENCH_PYTHON names a Python with
 * torch and timm, which then does the same work in turns (peers/job.py).
 */
export async function benchJob(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, turns: { type: 'string', default: '3' } },
    allowPositionals: true,
  });
  const work = mkdtempSync(path.join(os.tmpdir(), 'bench-job-'));
  try {
    const { project, config } = await jobOf(work, positionals[0] ?? null, values.config ?? null);
    const [own, peer]: [JobTimes[], JobTimes[]] = [[], []];
    for (let turn = 0; turn < Number(values.turns); turn++) {
      const folder = path.join(work, `turn${turn}`);
      own.push(ourTurn(folder, project, config));
      if (peerPython() !== null) peer.push(peerTurn(folder, `${folder}-peer`));
    }
    printTurns('this engine', own);
    if (peer.length > 0) {
      printTurns('PyTorch', peer);
      const ratios = own.map(({ seconds }, turn) => peer[turn]!.seconds / seconds);
      const cpu = own.map(({ cpuSeconds }, turn) => peer[turn]!.cpuSeconds / cpuSeconds);
      console.log(
        `speed against PyTorch, turn by turn: ${ratios.map(times).join(', ')}; by CPU time ${cpu.map(times).join(', ')}`,
      );
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function jobOf(
  work: string,
  project: string | null,
  file: string | null,
): Promise<{ project: string; config: Config }> {
  if (project === null) {
    const drawn = await createSample(path.join(work, 'sample'), { seed: 1 });
    return { project: drawn.folder, ...(await loadConfig({ preset: 'demo', file })) };
  }
  const folder = path.resolve(project);
  const own = path.join(folder, 'destila.yaml');
  return { project: folder, ...(await loadConfig({ file: file ?? (existsSync(own) ? own : null) })) };
}

function ourTurn(folder: string, project: string, config: Config): JobTimes {
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'job.json'), JSON.stringify({ project, config }));
  run(process.execPath, [path.join(import.meta.dirname, 'jobTurn.ts'), folder], allocatorSettings());
  return readTimes(folder);
}

/** The peer reads the labels and splits that our turn has read. */
function peerTurn(ours: string, folder: string): JobTimes {
  mkdirSync(folder);
  for (const part of ['job.json', 'data']) cpSync(path.join(ours, part), path.join(folder, part), { recursive: true });
  run(peerPython()!, [path.join(import.meta.dirname, 'peers', 'job.py'), folder], peerEnvironment());
  return readTimes(folder);
}

function run(program: string, args: readonly string[], environment: Readonly<Record<string, string>>): void {
  const { status, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}:\n${stderr}`);
}

const readTimes = (folder: string): JobTimes =>
  JSON.parse(readFileSync(path.join(folder, 'times.json'), 'utf8')) as JobTimes;

const times = (ratio: number): string => `${ratio.toFixed(2)} x`;

function printTurns(name: string, turns: readonly JobTimes[]): void {
  const each = (value: (turn: JobTimes) => number): string => turns.map((turn) => value(turn).toFixed(1)).join(', ');
  const peak = Math.max(...turns.map(({ peakBytes }) => peakBytes)) / 1e9;
  console.log(
    `${name}: whole job ${each(({ seconds }) => seconds)} s, CPU time ${each(({ cpuSeconds }) => cpuSeconds)} s, peak ${peak.toFixed(2)} GB`,
  );
  const parts = [...new Set(turns[0]!.epochs.map(({ stage, phase }) => `${stage} ${phase}`))];
  for (const part of parts) printPart(part, turns);
}

/** The figures of an epoch: the median over all epochs and turns. */
function printPart(part: string, turns: readonly JobTimes[]): void {
  const ofPart = ({ epochs }: JobTimes): readonly EpochTimes[] =>
    epochs.filter(({ stage, phase }) => `${stage} ${phase}` === part);
  // The first epoch of a phase also builds its sessions.
  const epochs = turns.flatMap((turn) => ofPart(turn).slice(1));
  if (epochs.length === 0) return;
  const whole = { seconds: middle(epochs, (e) => e.seconds), cpuSeconds: middle(epochs, (e) => e.cpuSeconds) };
  const line = (name: string, of: (epoch: EpochTimes, unit: 'seconds' | 'cpuSeconds') => number): string => {
    const [wall, cpu] = [middle(epochs, (e) => of(e, 'seconds')), middle(epochs, (e) => of(e, 'cpuSeconds'))];
    const share = (value: number, total: number): string =>
      `${value.toFixed(3)} s (${((100 * value) / total).toFixed(0)} %)`;
    return `    ${name} ${share(wall, whole.seconds)}, CPU time ${share(cpu, whole.cpuSeconds)}`;
  };
  const best = turns.map((turn) => Math.max(...ofPart(turn).map(({ macroAp }) => macroAp ?? 0)).toFixed(3));
  console.log(
    [
      `  ${part}, per epoch: ${whole.seconds.toFixed(3)} s, CPU time ${whole.cpuSeconds.toFixed(3)} s`,
      line('steps', ({ spent }, unit) => spent.step[unit]),
      line('BatchNorm re-estimation', ({ spent }, unit) => spent.statistics[unit]),
      line('forward passes (teacher, frozen backbone, validation)', ({ spent }, unit) => spent.forward[unit]),
      line('JavaScript and files', (epoch, unit) =>
        Object.values(epoch.spent).reduce((rest, kind) => rest - kind[unit], epoch[unit]),
      ),
      `    best macro AP on validation ${best.join(', ')}`,
    ].join('\n'),
  );
}

const middle = (epochs: readonly EpochTimes[], value: (epoch: EpochTimes) => number): number =>
  median(epochs.map(value));
