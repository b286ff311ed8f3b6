import { labelLoss } from '../losses/settings.ts';
import { trainNetwork } from './network/train.ts';
import type { RunContext, StageSummary } from './runContext.ts';
import { split, withLoader } from './runContext.ts';

/** Trains the teacher on the labels only. */
export async function teacherStage(context: RunContext): Promise<StageSummary> {
  return await withLoader(context, [context.config.teacher.input_size], (loader) =>
    trainNetwork(context, {
      stage: 'teacher',
      loss: labelLoss(context.config.teacher, split(context, 'train'), context.dataset.vocabulary.length),
      loader,
      sizeIndex: 0,
      teach: null,
    }),
  );
}
