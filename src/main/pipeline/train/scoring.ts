import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import type { Engine, InferenceSession, NetworkInput, Range } from '../engine/engine.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import { plainBatches } from './batches.ts';

/** Scores samples in order with any model; `run` maps uint8 [N, S, S, 3] to [N, classes] values. */
export async function scoreSamples<T extends Float32Array | Uint8Array>(
  run: (pixels: Uint8Array) => Promise<T>,
  into: T,
  source: { loader: Loader; sizeIndex: number; batchSize: number; classes: number },
  samples: readonly Sample[],
  onProgress?: (done: number) => void,
): Promise<T> {
  for await (const { pixels, first, count } of plainBatches(source.loader, samples, source.batchSize)) {
    const scores = await run(pixels[source.sizeIndex]!);
    into.set(scores.subarray(0, count * source.classes), first * source.classes);
    onProgress?.(first + count);
  }
  return into;
}

/** A network in inference mode that maps batches of its input to logits [N, classes]. */
export interface LogitsNetwork {
  run(input: NetworkInput): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export async function logitsOf(
  engine: Engine,
  model: Model,
  parameters: Parameters,
  batchSize: number,
  fakeQuantRanges?: ReadonlyMap<string, Range>,
): Promise<LogitsNetwork> {
  const session = await engine.createInference({
    model,
    parameters,
    batchSize,
    outputs: [model.logits],
    ...(fakeQuantRanges && { fakeQuantRanges }),
  });
  return logitsNetwork(session, model);
}

const logitsNetwork = (session: InferenceSession, { logits }: Model): LogitsNetwork => ({
  run: async (input) => (await session.run(input)).outputs.get(logits)!,
  dispose: () => session.dispose(),
});

/** One session for the weights of every epoch of a phase, because building one takes as long as several batches. */
export interface EpochScorer {
  /** The network with these weights; the next call replaces them. */
  with(parameters: Parameters): Promise<LogitsNetwork>;
  dispose(): Promise<void>;
}

export function epochScorer(engine: Engine, model: Model, batchSize: number): EpochScorer {
  let session: InferenceSession | null = null;
  return {
    with: async (parameters) => {
      if (session === null) {
        const request = { model, parameters, batchSize, outputs: [model.logits], replaceable: true };
        session = await engine.createInference(request);
      } else {
        session.load(parameters);
      }
      return logitsNetwork(session, model);
    },
    dispose: async () => session?.dispose(),
  };
}

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Labels of samples as one matrix [n, classes] of 1 (present), 0 (absent) and -1 (unknown). */
export function labelMatrix(samples: readonly Sample[], classes: number): Int8Array {
  const matrix = new Int8Array(samples.length * classes);
  samples.forEach((sample, row) => matrix.set(sample.labels, row * classes));
  return matrix;
}

/** Mean binary cross-entropy over known labels: max(z, 0) - z * y + log(1 + exp(-|z|)). */
export function meanCrossEntropy(logits: ArrayLike<number>, labels: Int8Array): number {
  let sum = 0;
  let known = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i]! < 0) continue;
    const z = logits[i]!;
    sum += Math.max(z, 0) - z * labels[i]! + Math.log1p(Math.exp(-Math.abs(z)));
    known++;
  }
  return known === 0 ? 0 : sum / known;
}
