import type { Loader } from '../data/loader.ts';
import { foldBatchNorm } from '../graph/foldBatchNorm.ts';
import type { Model } from '../graph/graph.ts';
import { insertFakeQuant } from '../graph/insertFakeQuant.ts';
import { readModelFile } from '../models/modelFile.ts';
import type { IntegerModel } from '../quant/integerModel.ts';
import { createIntegerScorer } from '../quant/integerScorer.ts';
import { toIntegerModel } from '../quant/toIntegerModel.ts';
import { scoreSamples } from '../train/scoring.ts';
import { networkModel } from './network.ts';
import type { RunRoom } from './room.ts';
import { modelPath, split } from './room.ts';

const BATCH_SIZE = 16;

/** The folded, fake-quantized student: the graph that quantization-aware training trains and the export writes. */
export function quantizedModel(room: RunRoom): Model {
  const student = networkModel(room, 'student');
  const anyParameters = new Map(student.parameters.map(({ name, shape }) => [name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }]));
  return insertFakeQuant(foldBatchNorm(student, anyParameters).model);
}

/** The run's final integer model, from models/student_qat. */
export async function finalIntegerModel(room: RunRoom): Promise<IntegerModel> {
  const stored = await readModelFile(modelPath(room, 'student_qat'));
  return toIntegerModel(quantizedModel(room), stored.parameters, stored.ranges!);
}

/** Codes q 0..255 [n, classes] of the INT8 model on a whole split, un-augmented; the student's size is the loader's first. */
export async function scoreInteger(room: RunRoom, model: IntegerModel, loader: Loader, name: 'val' | 'test'): Promise<Uint8Array> {
  const samples = split(room, name);
  const scorer = await createIntegerScorer(model, { batchSize: BATCH_SIZE, threads: room.config.engine.threads });
  try {
    return await scoreSamples((pixels) => scorer.run(pixels), new Uint8Array(samples.length * model.classes), { loader, sizeIndex: 0, batchSize: BATCH_SIZE, classes: model.classes }, samples);
  } finally {
    await scorer.dispose();
  }
}
