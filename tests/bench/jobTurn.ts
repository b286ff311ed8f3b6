import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { configSchema } from '../../src/shared/config.ts';
import type { RunEvent } from '../../src/shared/events.ts';
import { readSnapshot, snapshotFolder } from '../../src/main/pipeline/data/snapshot.ts';
import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import { dataStage } from '../../src/main/pipeline/stages/data.ts';
import type { RunContext } from '../../src/main/pipeline/stages/runContext.ts';
import { studentStage } from '../../src/main/pipeline/stages/student.ts';
import { teacherStage } from '../../src/main/pipeline/stages/teacher.ts';
import { openMetricsLog } from '../../src/main/pipeline/storage/metricsLog.ts';
import type { EpochTimes, JobTimes } from './jobTimes.ts';
import type { Times } from './meteredEngine.ts';
import { meteredEngine, timesOf } from './meteredEngine.ts';

/**
 * One turn of the job benchmark, in a process of its own: trains teacher and student as a run does, in the folder that
 * is given, which holds job.json. Writes times.json there. Reading and checking the project does not count, because the
 * peers read its result.
 */
const folder = process.argv[2]!;
const job = JSON.parse(readFileSync(path.join(folder, 'job.json'), 'utf8')) as { project: string; config: unknown };
const config = configSchema.parse(job.config);
const cacheFolder = path.join(folder, 'cache');
const times = timesOf(() => ({ seconds: 0, cpuSeconds: 0 }));
const epochs: EpochTimes[] = [];
interface Moment {
  readonly at: number;
  readonly cpu: NodeJS.CpuUsage;
  readonly times: Times;
}
const moment = (): Moment => ({
  at: performance.now(),
  cpu: process.cpuUsage(),
  times: timesOf((kind) => ({ ...times[kind] })),
});
let last = moment();

function report(event: RunEvent): void {
  if (event.type !== 'epoch') return;
  const now = moment();
  epochs.push({
    stage: event.stage,
    phase: event.phase,
    seconds: (now.at - last.at) / 1000,
    cpuSeconds: cpuSeconds(last.cpu, now.cpu),
    spent: timesOf((kind) => ({
      seconds: now.times[kind].seconds - last.times[kind].seconds,
      cpuSeconds: now.times[kind].cpuSeconds - last.times[kind].cpuSeconds,
    })),
    macroAp: event.metrics.macro_ap ?? null,
  });
  last = now;
}

const cpuSeconds = (from: NodeJS.CpuUsage, to: NodeJS.CpuUsage): number =>
  (to.user + to.system - from.user - from.system) / 1e6;

await dataStage(folder, job.project, config, cacheFolder, { report: () => undefined, takeCommands: () => [] });
const metrics = openMetricsLog(path.join(folder, 'metrics.jsonl'));
const context: RunContext = {
  folder,
  config,
  dataset: await readSnapshot(snapshotFolder(folder), job.project),
  engine: meteredEngine(await createOnnxCpuEngine({ threads: config.engine.threads }), times),
  job: { report, takeCommands: () => [] },
  cacheFolder,
  metrics,
  countTestOpening: () => Promise.resolve(),
  setExport: () => Promise.resolve(),
};
const started = moment();
last = started;
await teacherStage(context);
await studentStage(context);
const result: JobTimes = {
  seconds: (performance.now() - started.at) / 1000,
  cpuSeconds: cpuSeconds(started.cpu, process.cpuUsage()),
  peakBytes: process.resourceUsage().maxRSS * 1024,
  epochs,
};
metrics.close();
writeFileSync(path.join(folder, 'times.json'), JSON.stringify(result));
