import type { RunSummary } from '../../shared/contract/runs.ts';
import type { Stage } from '../../shared/events.ts';
import type { Progress } from '../stores/studio.ts';

const training: readonly Stage[] = ['teacher', 'student', 'qat'];
/** A head-only step costs about this share of a step through all layers. */
const HEAD_COST = 0.4;
const [SLOWEST, FASTEST] = [5, 0.2];

type Timed = Pick<RunSummary, 'config' | 'stages' | 'expected'>;

/**
 * Seconds until the run is done: the rest of this stage at its own rate, plus what was measured before the start for
 * the stages that follow, scaled by how the work so far compares with its measurement. Null when nothing was measured.
 */
export function secondsLeftOfRun({ config, stages, expected }: Timed, progress: Progress | null): number | null {
  if (progress === null || progress.secondsLeft === null || expected.length === 0) return null;
  const measured = (stage: Stage): number => expected.find((own) => own.stage === stage)?.seconds ?? 0;
  const now = stages.findIndex(({ stage }) => stage === progress.stage);
  const later = stages
    .slice(now + 1)
    .filter(({ state }) => state !== 'finished')
    .reduce((sum, { stage }) => sum + measured(stage), 0);
  const past = stages.filter(
    ({ stage, state, seconds }) =>
      training.includes(stage) && state === 'finished' && seconds > 0 && measured(stage) > 0,
  );
  const head =
    progress.phase === 'head' && (progress.stage === 'teacher' || progress.stage === 'student')
      ? config[progress.stage]
      : null;
  const afterHead =
    head === null
      ? 0
      : measured(progress.stage) * (head.epochs_finetune / (head.epochs_finetune + HEAD_COST * head.epochs_head));
  let pace = 1;
  if (past.length > 0)
    pace =
      past.reduce((sum, { seconds }) => sum + seconds, 0) / past.reduce((sum, { stage }) => sum + measured(stage), 0);
  else if (training.includes(progress.stage) && head === null && progress.rate !== null && measured(progress.stage) > 0)
    pace = progress.total / progress.rate / measured(progress.stage);
  return progress.secondsLeft + Math.min(SLOWEST, Math.max(FASTEST, pace)) * (afterHead + later);
}
