import type { Stage } from '../../../shared/events.ts';
import { message } from '../../../shared/message.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import { latestCheckpoint } from '../train/checkpoint.ts';
import type { RunContext } from './runContext.ts';
import { checkpointFolder, note } from './runContext.ts';

/** Where an earlier process stopped in a phase, or null. Cuts metrics.jsonl back to that point. */
export async function resumePoint(context: RunContext, stage: Stage, phase: string): Promise<Checkpoint | null> {
  const warn = (file: string): void => note(context, stage, message('training.checkpointDamaged', { file }), 'warning');
  const checkpoint = await latestCheckpoint(checkpointFolder(context), stage, phase, warn);
  if (checkpoint === null) return null;
  context.metrics.cutTo(checkpoint.progress.metricsBytes);
  const { epoch, step } = checkpoint.progress;
  note(context, stage, message('training.resumed', { epoch: epoch + 1, step }));
  return checkpoint;
}
