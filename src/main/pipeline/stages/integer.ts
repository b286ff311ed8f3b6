import type { Loader } from '../data/loader.ts';
import type { Sample } from '../data/dataset.ts';
import { foldBatchNorm } from '../graph/foldBatchNorm.ts';
import type { Model } from '../graph/graph.ts';
import { insertFakeQuant } from '../graph/insertFakeQuant.ts';
import { buildModel } from '../models/registry.ts';
import type { StoredModel } from '../models/modelFile.ts';
import { readModelFile } from '../models/modelFile.ts';
import type { IntegerModel } from '../quant/integerModel.ts';
import { createIntegerScorer } from '../quant/integerScorer.ts';
import { toIntegerModel } from '../quant/toIntegerModel.ts';
import { scoreSamples } from '../train/scoring.ts';
import type { RunContext } from './runContext.ts';
import { modelPath, split } from './runContext.ts';

const BATCH_SIZE = 16;

/** The folded, fake-quantized graph of a network, which quantization-aware training trains and the export writes. */
export function quantizedModel({
  architecture,
  inputSize,
  labels,
}: Pick<StoredModel, 'architecture' | 'inputSize' | 'labels'>): Model {
  const float = buildModel(architecture, { inputSize, classes: labels.length, dropout: 0, dropPath: 0 });
  // Folding needs values for every parameter; only the graph is used here.
  const anyParameters = new Map(
    float.parameters.map(({ name, shape }) => [
      name,
      { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
    ]),
  );
  return insertFakeQuant(foldBatchNorm(float, anyParameters).model);
}

/** The run's final integer model, from models/student_qat. */
export async function finalIntegerModel(context: Pick<RunContext, 'folder'>): Promise<IntegerModel> {
  const stored = await readModelFile(modelPath(context, 'student_qat'));
  return toIntegerModel(quantizedModel(stored), stored.parameters, stored.ranges!);
}

/**
 * Codes q 0..255 [n, classes] of the INT8 model on a whole split without augmentation; the loader's first size is the
 * student's.
 */
export function scoreInteger(
  context: RunContext,
  model: IntegerModel,
  loader: Loader,
  name: 'val' | 'test',
): Promise<Uint8Array> {
  return scoreCodes(model, loader, split(context, name), context.config.engine.threads);
}

/** Like scoreInteger, for any images. */
export async function scoreCodes(
  model: IntegerModel,
  loader: Loader,
  samples: readonly Sample[],
  threads: number,
  onProgress?: (done: number) => void,
): Promise<Uint8Array> {
  const scorer = await createIntegerScorer(model, { batchSize: BATCH_SIZE, threads });
  try {
    return await scoreSamples(
      (pixels) => scorer.run(pixels),
      new Uint8Array(samples.length * model.classes),
      { loader, sizeIndex: 0, batchSize: BATCH_SIZE, classes: model.classes },
      samples,
      onProgress,
    );
  } finally {
    await scorer.dispose();
  }
}
