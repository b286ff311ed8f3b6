import os from 'node:os';
import type { Config } from '../../../../shared/config.ts';
import type { Message } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import { buildModel } from '../../models/registry.ts';
import { batchThatFits } from '../../models/trainingMemory.ts';

/** Share of the machine's memory that a step may use; the rest is left to the system and other programs. */
const SHARE = 0.75;

/**
 * Memory of the machine or, where it is less, of the container. It counts all memory instead of what is free now, so
 * that a resumed run gets the same batch.
 */
export function availableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(os.totalmem(), limit) : os.totalmem();
}

/**
 * Settings with which each stage fits into `bytes` of memory. The batch is halved as often as needed and gradients of
 * as many more batches are accumulated, so that only BatchNorm notices: it sees smaller batches. `notes` explain
 * changes.
 */
export function fitBatches(config: Config, classes: number, bytes: number): { config: Config; notes: Message[] } {
  const notes: Message[] = [];
  const fit = (stage: 'teacher' | 'student'): Config['teacher'] & Config['student'] => {
    const own = config[stage];
    const model = buildModel(own.architecture, {
      inputSize: own.input_size,
      classes,
      dropout: own.dropout,
      dropPath: own.drop_path,
    });
    const batchSize = batchThatFits(
      model,
      { batchSize: own.batch_size, trainableFrom: 0, lowMemory: config.engine.memory === 'low' },
      SHARE * bytes,
    );
    if (batchSize === own.batch_size) return own as Config['teacher'] & Config['student'];
    const accumulation = Math.ceil((own.batch_size * own.accumulation_steps) / batchSize);
    notes.push(
      message('training.batchReduced', {
        network: message(stage === 'teacher' ? 'network.teacher' : 'network.student'),
        wanted: own.batch_size,
        memory: bytes / 2 ** 30,
        batch: batchSize,
        steps: accumulation,
      }),
    );
    return { ...own, batch_size: batchSize, accumulation_steps: accumulation } as Config['teacher'] & Config['student'];
  };
  const [teacher, student] = [fit('teacher'), fit('student')];
  const qatBatch = Math.min(config.qat.batch_size, Math.max(1, student.batch_size));
  return {
    config: {
      ...config,
      teacher,
      student,
      qat: student.batch_size < config.student.batch_size ? { ...config.qat, batch_size: qatBatch } : config.qat,
    },
    notes,
  };
}
