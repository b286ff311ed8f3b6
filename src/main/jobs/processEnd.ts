import { constants } from 'node:os';
import type { Stage } from '../../shared/events.ts';
import type { Message } from '../../shared/message.ts';
import { message } from '../../shared/message.ts';
import { Problem } from '../../shared/problem.ts';
import type { JobRequest } from './protocol.ts';

/** How a job's process ended without reporting a result or a problem. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of its error output. */
  readonly errorText: string;
}

const stageWork: Readonly<Record<Stage, Message>> = {
  data: message('stages.data'),
  teacher: message('stages.teacher'),
  student: message('stages.student'),
  qat: message('stages.qat'),
  thresholds: message('stages.thresholds'),
  test: message('stages.test'),
  export: message('stages.export'),
};

const jobWork: Readonly<Record<Exclude<JobRequest['type'], 'run'>, Message>> = {
  check: message('jobs.check'),
  sample: message('jobs.sample'),
  verify: message('jobs.verify'),
  bundleQuality: message('jobs.bundleQuality'),
  compareBundles: message('jobs.compareBundles'),
  predict: message('jobs.predict'),
  evaluate: message('jobs.evaluate'),
  doctor: message('jobs.doctor'),
  tryEngine: message('jobs.tryEngine'),
  measure: message('jobs.measure'),
  learningRateRange: message('jobs.learningRateRange'),
  try: message('jobs.try'),
  writeNetwork: message('jobs.writeNetwork'),
  occlusionMap: message('jobs.occlusionMap'),
};

function workOf(type: JobRequest['type'], stage: Stage | null): Message {
  if (type !== 'run') return jobWork[type];
  return stage === null ? message('jobs.startingRun') : stageWork[stage];
}

/** What a person can do afterwards: resume a run, change the settings of a trial, or only try again. */
type Kind = 'run' | 'trial' | 'job';

function kindOf(type: JobRequest['type']): Kind {
  if (type === 'run') return 'run';
  return type === 'measure' || type === 'learningRateRange' ? 'trial' : 'job';
}

/** Operating systems kill with SIGKILL when memory runs out. */
const killed = {
  run: 'outOfMemory.runKilled',
  trial: 'outOfMemory.trialKilled',
  job: 'outOfMemory.jobKilled',
} as const;
const memory = {
  run: 'outOfMemory.runEnded',
  trial: 'outOfMemory.trialEnded',
  job: 'outOfMemory.jobEnded',
} as const;
const disk = { run: 'diskFull.runEnded', trial: 'diskFull.jobEnded', job: 'diskFull.jobEnded' } as const;
const crash = { run: 'engine.runCrashed', trial: 'engine.jobCrashed', job: 'engine.jobCrashed' } as const;
const exit = { run: 'engine.runEnded', trial: 'engine.jobEnded', job: 'engine.jobEnded' } as const;

/**
 * Explains what a job was doing when its process died; `stage` is the last stage that a run started. Only for a run
 * does it mention the checkpoint, because other jobs have none.
 */
export function processEndProblem(type: JobRequest['type'], stage: Stage | null, end: ProcessEnd): Problem {
  const work = workOf(type, stage);
  const detail = end.errorText === '' ? undefined : end.errorText;
  const kind = kindOf(type);
  switch (reasonOf(end)) {
    case 'killed':
      return new Problem(killed[kind], { work }, detail);
    case 'memory':
      return new Problem(memory[kind], { work }, detail);
    case 'disk':
      return new Problem(disk[kind], { work }, detail);
    case 'crash':
      return new Problem(crash[kind], { work, cause: crashName(end) ?? '' }, detail);
    case 'notStarted':
      return new Problem('internal.jobNotStarted', { work }, detail);
    case 'exit':
      return new Problem(
        exit[kind],
        { work, cause: end.signal ?? message('jobs.exitCode', { code: String(end.code) }) },
        detail,
      );
  }
}

type Reason = 'killed' | 'memory' | 'disk' | 'crash' | 'notStarted' | 'exit';

/** What V8, the C++ library and the system write when memory cannot be had. */
const memoryText =
  /JavaScript heap out of memory|Fatal process out of memory|std::bad_alloc|Cannot allocate memory|ENOMEM/;
const diskText = /ENOSPC|No space left on device|There is not enough space on the disk/;

/** Windows reports a crash as an exit code (NTSTATUS, [MS-ERREF] 2.3.1). */
const NO_MEMORY = [0xc0000017, 0xc000012d];
const windowsCrashes: Readonly<Record<number, string>> = {
  0xc0000005: 'access violation',
  0xc0000006: 'page error',
  0xc000001d: 'illegal instruction',
  0xc0000094: 'division by zero',
  0xc00000fd: 'stack overflow',
  0xc0000374: 'heap corruption',
  0xc0000409: 'abort',
};

const crashSignals: readonly NodeJS.Signals[] = [
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGSEGV',
  'SIGSYS',
  'SIGTRAP',
];

/** A shell or a container reports a signal as 128 plus its number. */
function signalOf({ code, signal }: ProcessEnd): string | null {
  if (signal !== null || code === null || code <= 128 || code > 128 + 31) return signal;
  return Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0] ?? null;
}

function reasonOf(end: ProcessEnd): Reason {
  const { code, errorText } = end;
  const signal = signalOf(end);
  if (code === null && signal === null) return 'notStarted';
  if (memoryText.test(errorText) || (code !== null && NO_MEMORY.includes(code))) return 'memory';
  if (diskText.test(errorText)) return 'disk';
  if (signal === 'SIGKILL') return 'killed';
  return crashName(end) === null ? 'exit' : 'crash';
}

/** Null if the process did not crash. */
function crashName(end: ProcessEnd): string | null {
  const signal = signalOf(end);
  if (signal !== null) return crashSignals.some((name) => name === signal) ? signal : null;
  return windowsCrashes[end.code ?? 0] ?? null;
}
