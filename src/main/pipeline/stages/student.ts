import type { LossSpec } from '../losses/loss.ts';
import { studentLoss } from '../losses/settings.ts';
import type { BatchImages } from '../train/batches.ts';
import { logitsOf } from '../train/scoring.ts';
import { bestNetwork } from './network/model.ts';
import { trainNetwork } from './network/train.ts';
import type { RunContext, StageSummary } from './runContext.ts';
import { split, withLoader } from './runContext.ts';

/** Trains the student on the labels and on the teacher's predictions for the very same augmented crops. */
export async function studentStage(context: RunContext): Promise<StageSummary> {
  const { student } = context.config;
  return await withTeacher(context, student.batch_size, (sizes, teach) =>
    withLoader(context, sizes, (loader) =>
      trainNetwork(context, { stage: 'student', loss: distillationLoss(context), loader, sizeIndex: 0, teach }),
    ),
  );
}

/** The student's loss against the labels and the teacher's scores. Quantization-aware training uses it as well. */
export function distillationLoss(context: RunContext): LossSpec {
  return studentLoss(context.config.student, split(context, 'train'), context.dataset.vocabulary.length);
}

/**
 * Runs `work` with the teacher loaded for inference. `sizes` are the input sizes of student and teacher, for the loader
 * (one where they are equal); `teach` returns the teacher's logits for a batch of that loader.
 */
export async function withTeacher<T>(
  context: RunContext,
  batchSize: number,
  work: (sizes: readonly number[], teach: (batch: BatchImages) => Promise<Float32Array>) => Promise<T>,
): Promise<T> {
  const { student, teacher } = context.config;
  const sizes = [...new Set([student.input_size, teacher.input_size])];
  const { model, parameters } = await bestNetwork(context, 'teacher');
  const network = await logitsOf(context.engine, model, parameters, batchSize);
  try {
    return await work(sizes, (batch) => network.run(batch.pixels[sizes.indexOf(teacher.input_size)]!));
  } finally {
    await network.dispose();
  }
}
