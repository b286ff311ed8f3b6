import type { LossSpec } from '../losses/loss.ts';
import { studentLoss } from '../losses/settings.ts';
import type { BatchImages } from '../train/batches.ts';
import { logitsOf } from '../train/scoring.ts';
import { bestNetwork } from './network/model.ts';
import { trainNetwork } from './network/train.ts';
import type { RunRoom, StageSummary } from './runContext.ts';
import { split, withLoader } from './runContext.ts';

/** Trains the student on the labels and on what the teacher says about the very same augmented crops. */
export async function studentStage(room: RunRoom): Promise<StageSummary> {
  const { student } = room.config;
  return await withTeacher(room, student.batch_size, (sizes, teach) =>
    withLoader(room, sizes, (loader) =>
      trainNetwork(room, { stage: 'student', loss: distillationLoss(room), loader, sizeIndex: 0, teach }),
    ),
  );
}

/** The student's own loss against the labels and the teacher's scores; quantization-aware training uses it too. */
export function distillationLoss(room: RunRoom): LossSpec {
  return studentLoss(room.config.student, split(room, 'train'), room.dataset.vocabulary.length);
}

/**
 * The teacher in inference mode beside `work`: `sizes` are the student's and the teacher's input sides for the loader
 * (one where they are equal), `teach` gives the teacher's logits for a batch of theirs.
 */
export async function withTeacher<T>(
  room: RunRoom,
  batchSize: number,
  work: (sizes: readonly number[], teach: (batch: BatchImages) => Promise<Float32Array>) => Promise<T>,
): Promise<T> {
  const { student, teacher } = room.config;
  const sizes = [...new Set([student.input_size, teacher.input_size])];
  const { model, parameters } = await bestNetwork(room, 'teacher');
  const network = await logitsOf(room.engine, model, parameters, batchSize);
  try {
    return await work(sizes, (batch) => network.run(batch.pixels[sizes.indexOf(teacher.input_size)]!));
  } finally {
    await network.dispose();
  }
}
