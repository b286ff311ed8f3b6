import { message } from '../../../shared/message.ts';
import { sizeOf } from '../graph/graph.ts';
import type {
  Engine,
  InferenceResult,
  InferenceSession,
  Range,
  StatisticsSession,
  StepInput,
  StepResult,
  TrainingRequest,
  TrainingSession,
} from './engine.ts';

/**
 * The same engine with each batch computed in up to `parts` parts, for a device with too little memory for the whole
 * batch. Loss and gradients are sums over images, so they stay the same; BatchNorm sees only the parts.
 */
export function splitBatches(engine: Engine, parts: number): Engine {
  return {
    name: engine.name,
    device: engine.device,
    description: message('engines.inParts', { engine: engine.description, parts }),
    createInference: async (request) => {
      const count = partsOf(request.batchSize, parts);
      return inParts(await engine.createInference({ ...request, batchSize: request.batchSize / count }), count);
    },
    createStatistics: async (request) => {
      const count = partsOf(request.batchSize, parts);
      return statisticsInParts(
        await engine.createStatistics({ ...request, batchSize: request.batchSize / count }),
        count,
        request.model.nodes.flatMap((node) => (node.op === 'batchNorm' ? [node] : [])),
      );
    },
    createTraining: async (request) => {
      const count = partsOf(request.batchSize, parts);
      return trainingInParts(
        await engine.createTraining({ ...request, batchSize: request.batchSize / count, accumulates: true }),
        count,
        request,
      );
    },
  };
}

/** The largest number of equal parts that is at most `parts`. */
function partsOf(batchSize: number, parts: number): number {
  let count = Math.min(parts, batchSize);
  while (batchSize % count !== 0) count--;
  return count;
}

const pieces = <T extends Uint8Array | Float32Array>(values: T, count: number): T[] =>
  Array.from(
    { length: count },
    (_, i) => values.subarray((i * values.length) / count, ((i + 1) * values.length) / count) as T,
  );

function joined(arrays: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const array of arrays) {
    whole.set(array, offset);
    offset += array.length;
  }
  return whole;
}

const hull = (ranges: readonly Range[]): Range => [
  Math.min(...ranges.map(([min]) => min)),
  Math.max(...ranges.map(([, max]) => max)),
];

function joinedRanges(results: readonly { readonly ranges: ReadonlyMap<string, Range> }[]): Map<string, Range> {
  return new Map(
    [...results[0]!.ranges.keys()].map((name) => [name, hull(results.map(({ ranges }) => ranges.get(name)!))]),
  );
}

function inParts(session: InferenceSession, count: number): InferenceSession {
  return {
    run: async (input) => {
      const results: InferenceResult[] = [];
      for (const part of pieces(input, count)) results.push(await session.run(part));
      return {
        outputs: new Map(
          [...results[0]!.outputs.keys()].map((name) => [
            name,
            joined(results.map(({ outputs }) => outputs.get(name)!)),
          ]),
        ),
        ranges: joinedRanges(results),
      };
    },
    load: (parameters) => session.load(parameters),
    dispose: () => session.dispose(),
  };
}

function statisticsInParts(
  session: StatisticsSession,
  count: number,
  norms: readonly { readonly mean: string; readonly variance: string }[],
): StatisticsSession {
  return {
    run: async (pixels) => {
      const results: ReadonlyMap<string, Float32Array>[] = [];
      for (const part of pieces(pixels, count)) results.push(await session.run(part));
      const joint = new Map<string, Float32Array>();
      const average = (values: (result: ReadonlyMap<string, Float32Array>) => number): number =>
        results.reduce((sum, result) => sum + values(result), 0) / count;
      for (const { mean, variance } of norms) {
        if (results[0]?.has(mean) !== true) continue;
        const means = results[0].get(mean)!.map((_, c) => average((result) => result.get(mean)![c]!));
        joint.set(mean, means);
        // The variance of the batch is the mean of the parts' variances plus the variance of their means.
        joint.set(
          variance,
          means.map((center, c) =>
            average((result) => result.get(variance)![c]! + (result.get(mean)![c]! - center) ** 2),
          ),
        );
      }
      return joint;
    },
    dispose: () => session.dispose(),
  };
}

function trainingInParts(
  session: TrainingSession,
  count: number,
  { accumulates, model }: TrainingRequest,
): TrainingSession {
  return {
    step: async (input) => {
      const results: StepResult[] = [];
      for (const [i, part] of partsOfStep(input, count, sizeOf(model.nodes[0]!.shape)).entries()) {
        const { share, moves } = input.accumulation ?? { share: 1, moves: true };
        results.push(await session.step({ ...part, accumulation: { share, moves: moves && i === count - 1 } }));
      }
      const sum = (value: (result: StepResult) => number): number =>
        results.reduce((total, result) => total + value(result), 0);
      return {
        loss: sum(({ loss }) => loss),
        hardLoss: sum(({ hardLoss }) => hardLoss),
        gradientNorm: results.at(-1)!.gradientNorm,
        logits: joined(results.map(({ logits }) => logits)),
        ranges: joinedRanges(results),
        batches: count,
      };
    },
    state: async () => {
      const state = await session.state();
      if (accumulates === true) return state;
      const { parameters, slots, ema, steps } = state;
      return { parameters, slots, ema, steps };
    },
    dispose: () => session.dispose(),
  };
}

function partsOfStep(input: StepInput, count: number, valuesPerImage: number): StepInput[] {
  const { inputs, labels, weights, teacherLogits, masks } = input;
  if (inputs.length % (count * valuesPerImage) !== 0) throw new Error('the batch cannot be split into equal parts');
  const teacher = teacherLogits === undefined ? null : pieces(teacherLogits, count);
  const masksOf = [...masks].map(([name, mask]) => [name, pieces(mask, count)] as const);
  const [labelParts, weightParts] = [pieces(labels, count), pieces(weights, count)];
  return pieces(inputs, count).map((part, i) => ({
    ...input,
    inputs: part,
    labels: labelParts[i]!,
    weights: weightParts[i]!,
    ...(teacher && { teacherLogits: teacher[i]! }),
    masks: new Map(masksOf.map(([name, parts]) => [name, parts[i]!])),
  }));
}
