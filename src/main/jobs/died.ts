import type { Stage } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import type { JobRequest } from './protocol.ts';

/** How a job's process ended without a word of its own. */
export interface Death {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of its error output. */
  readonly errorText: string;
}

const stageWork: Readonly<Record<Stage, string>> = {
  data: 'checking the images of the run',
  teacher: 'training the teacher',
  student: 'training the student',
  qat: 'quantizing the student',
  thresholds: 'choosing the thresholds',
  test: 'scoring the test split',
  export: 'writing the bundle',
};

const work: Readonly<Record<Exclude<JobRequest['type'], 'run'>, string>> = {
  check: 'checking the images',
  sample: 'drawing the sample',
  verify: 'verifying the bundle',
  bundleQuality: 'reading the quality of the bundle',
  predict: 'scoring the folder',
  evaluate: 'evaluating the model',
  doctor: 'examining this machine',
  tryEngine: 'trying the engine',
  measure: 'measuring these settings',
  learningRateRange: 'searching for a learning rate',
  try: 'scoring the image',
  writeNetwork: 'writing the network',
  occlusionMap: 'computing the occlusion map',
};

const doing = (type: JobRequest['type'], stage: Stage | null): string => {
  if (type !== 'run') return work[type];
  return stage === null ? 'starting the run' : stageWork[stage];
};

/**
 * Says what a job was doing when its process died; `stage` is where a run stood. Only a run has a checkpoint to
 * promise.
 */
export function died(type: JobRequest['type'], stage: Stage | null, { code, signal, errorText }: Death): Problem {
  const detail = errorText === '' ? undefined : errorText;
  if (signal === 'SIGKILL')
    return new Problem(
      'outOfMemory',
      `The process that was ${doing(type, stage)} was killed, most likely because memory ran out. ${afterKill(type)}`,
      detail,
    );
  return new Problem(
    'engine',
    `The process that was ${doing(type, stage)} ended unexpectedly (${signal ?? `code ${code}`}). ${type === 'run' ? 'Resume continues from the last checkpoint.' : 'Try again.'}`,
    detail,
  );
}

function afterKill(type: JobRequest['type']): string {
  switch (type) {
    case 'run':
      return 'Lower batch_size or input_size, or close other programs, and resume: the last checkpoint is safe.';
    case 'measure':
    case 'learningRateRange':
      return 'Lower batch_size or input_size, or close other programs, and try again.';
    default:
      return 'Close other programs and try again.';
  }
}
