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

/**
 * Explains what a job was doing when its process died; `stage` is the last stage that a run started. Only for a run
 * does it mention the checkpoint, because other jobs have none.
 */
export function processEndProblem(
  type: JobRequest['type'],
  stage: Stage | null,
  { code, signal, errorText }: ProcessEnd,
): Problem {
  const work = workOf(type, stage);
  const detail = errorText === '' ? undefined : errorText;
  if (signal === 'SIGKILL') return killed(type, work, detail);
  const cause = signal ?? message('jobs.exitCode', { code: String(code) });
  return type === 'run'
    ? new Problem('engine.runEnded', { work, cause }, detail)
    : new Problem('engine.jobEnded', { work, cause }, detail);
}

/** Operating systems kill with SIGKILL when memory runs out. */
function killed(type: JobRequest['type'], work: Message, detail: string | undefined): Problem {
  switch (type) {
    case 'run':
      return new Problem('outOfMemory.runKilled', { work }, detail);
    case 'measure':
    case 'learningRateRange':
      return new Problem('outOfMemory.trialKilled', { work }, detail);
    default:
      return new Problem('outOfMemory.jobKilled', { work }, detail);
  }
}
