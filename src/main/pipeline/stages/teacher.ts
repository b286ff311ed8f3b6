import { labelLoss } from '../losses/settings.ts';
import { trainNetwork } from './network/train.ts';
import type { RunRoom, StageSummary } from './runContext.ts';
import { split, withLoader } from './runContext.ts';

/** Trains the teacher on the labels alone. */
export async function teacherStage(room: RunRoom): Promise<StageSummary> {
  return await withLoader(room, [room.config.teacher.input_size], (loader) =>
    trainNetwork(room, {
      stage: 'teacher',
      loss: labelLoss(room.config.teacher, split(room, 'train'), room.dataset.vocabulary.length),
      loader,
      sizeIndex: 0,
      teach: null,
    }),
  );
}
