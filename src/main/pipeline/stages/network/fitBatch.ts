import os from 'node:os';
import type { Config } from '../../../../shared/config.ts';
import { buildModel } from '../../models/registry.ts';
import { batchThatFits } from '../../models/trainingMemory.ts';

/** Share of the machine's memory that a step may take: the rest is the system's and other programs'. */
const SHARE = 0.75;

/** Of the machine or, where it is less, of the container. All of it, not what is free now: a run that is resumed must get the same batch. */
export function memoryThereIs(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(os.totalmem(), limit) : os.totalmem();
}

/**
 * Settings with which each stage fits into `bytes` of memory: the batch is halved as often as needed, and as many batches more are added
 * up before the weights move, so that learning stays the same but for BatchNorm, which sees smaller batches. `notes` say what was changed.
 */
export function fitBatches(config: Config, classes: number, bytes: number): { config: Config; notes: string[] } {
  const notes: string[] = [];
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
      `A batch of ${own.batch_size} does not fit into ${(bytes / 2 ** 30).toFixed(0)} GiB for the ${stage}: it trains with ${batchSize}, and ${accumulation} batches are added up before the weights move. engine.memory: low or a smaller input size would leave more room.`,
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
