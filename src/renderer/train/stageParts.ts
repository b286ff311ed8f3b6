import type { RunSummary } from '../../shared/contract/runs.ts';
import type { Stage } from '../../shared/events.ts';
import type { Progress } from '../stores/studio.ts';

/** One piece of the stage track. */
export interface Part {
  readonly stage: Stage;
  /** Null when the stage has only one phase. */
  readonly phase: 'head' | 'finetune' | null;
  readonly state: 'pending' | 'running' | 'finished';
  /** Duration of the whole stage, set on its last part once it is finished. */
  readonly seconds: number | null;
  /** Its relative length on the track. */
  readonly weight: number;
}

/** The stages that train a network. */
export const trainedStages: ReadonlySet<Stage> = new Set(['teacher', 'student', 'qat']);

const HEAD_SHARE = 0.35;

/**
 * Teacher and student that start from pretrained weights learn in two phases: A, the new last layer; B, fine-tuning.
 */
export function stageParts(
  { config, stages, expected }: Pick<RunSummary, 'config' | 'stages' | 'expected'>,
  progress: Progress | null,
): Part[] {
  return stages.flatMap(({ stage, state, seconds }): Part[] => {
    const guess =
      expected.find((own) => own.stage === stage)?.seconds ??
      (stage === 'teacher' || stage === 'student' ? 60 : stage === 'qat' ? 20 : 4);
    // The square root keeps short stages visible beside long ones.
    const weight = Math.sqrt(Math.max(seconds, guess, 1));
    const finished = state === 'finished' ? seconds : null;
    const hasHead =
      (stage === 'teacher' || stage === 'student') && config[stage].weights !== null && config[stage].epochs_head > 0;
    if (!hasHead) return [{ stage, phase: null, state, seconds: finished, weight }];
    const onB = state === 'finished' || (state === 'running' && progress?.stage === stage && progress.phase !== 'head');
    return [
      { stage, phase: 'head', state: onB ? 'finished' : state, seconds: null, weight: weight * HEAD_SHARE },
      {
        stage,
        phase: 'finetune',
        state: state === 'finished' ? 'finished' : onB ? 'running' : 'pending',
        seconds: finished,
        weight: weight * (1 - HEAD_SHARE),
      },
    ];
  });
}
