import type { Range } from '../engine/engine.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import { meanCrossEntropy } from './scoring.ts';

const HIGHEST = 8;
const STEPS = 40;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature T from 1 to 8 that minimizes the cross-entropy of the logits divided by T (Guo et al. 2017, arXiv
 * 1706.04599). Above 1 the network is overconfident. The loss is convex in 1 / T, so golden-section search finds it.
 */
export function temperatureOf(logits: Float32Array, labels: Int8Array): number {
  const loss = (factor: number): number =>
    meanCrossEntropy(
      logits.map((logit) => logit * factor),
      labels,
    );
  let [low, high] = [1 / HIGHEST, 1];
  for (let step = 0; step < STEPS; step++) {
    const [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return 2 / (low + high);
}

/** The quantized network with its logits divided by a temperature, by scaling the classifier's weights. */
export function softened(
  model: Model,
  parameters: Parameters,
  ranges: ReadonlyMap<string, Range>,
  temperature: number,
): { readonly parameters: Parameters; readonly ranges: ReadonlyMap<string, Range> } {
  const classifier = model.nodes.find((node) => node.op === 'dense')!;
  const scaled = [classifier.kernel, classifier.bias].map((name) => {
    const { shape, data } = parameters.get(name)!;
    return [name, { shape, data: data.map((value) => value / temperature) }] as const;
  });
  const [min, max] = ranges.get(model.logits)!;
  return {
    parameters: new Map([...parameters, ...scaled]),
    ranges: new Map([...ranges, [model.logits, [min / temperature, max / temperature] as const]]),
  };
}
