import type { LossSpec } from '../../losses/loss.ts';
import { distillationShares, smoothing } from '../../losses/loss.ts';
import type { LossTerms } from './lossTerms.ts';
import { hardTerms } from './lossTerms.ts';
import type { OnnxGraph } from './onnxModel.ts';

export const LABELS = 'labels',
  WEIGHTS = 'weights',
  TEACHER_LOGITS = 'teacherLogits';

export interface LossTensors {
  readonly loss: string;
  readonly hardLoss: string;
  /** d loss / d logits [N, classes]. */
  readonly gradient: string;
}

interface Part {
  readonly loss: string;
  readonly gradient: string;
}

/** The weighted loss of a batch and its gradient, after the formulas in pipeline/losses. */
export function lowerLoss(
  graph: OnnxGraph,
  spec: LossSpec,
  logits: string,
  shape: readonly [n: number, classes: number],
): LossTensors {
  const labels = graph.input(LABELS, 'float32', shape),
    weights = graph.input(WEIGHTS, 'float32', shape);
  const hard = weightedSum(
    graph,
    weightedPositives(graph, spec, hardTerms(graph, spec.hard, logits)),
    smoothed(graph, labels, spec),
    weights,
  );
  if (spec.distillation === null) return { loss: hard.loss, hardLoss: hard.loss, gradient: hard.gradient };
  const { temperature } = spec.distillation;
  const shares = distillationShares(spec.distillation);
  const softened = (tensor: string): string => graph.node('Div', [tensor, graph.scalar(temperature)]);
  const teacher = graph.node('Sigmoid', [softened(graph.input(TEACHER_LOGITS, 'float32', shape))]);
  const soft = weightedSum(graph, hardTerms(graph, { kind: 'bce' }, softened(logits)), teacher, weights);
  // The derivative of z / T cancels one of the two factors T.
  return {
    loss: mixed(graph, hard.loss, shares.hard, soft.loss, shares.soft),
    hardLoss: hard.loss,
    gradient: mixed(graph, hard.gradient, shares.hard, soft.gradient, shares.soft / temperature),
  };
}

/** The sum of w (y P + (1 - y) N). */
function weightedSum(graph: OnnxGraph, { present, absent }: LossTerms, labels: string, weights: string): Part {
  const both = (p: string, n: string): string => {
    const entries = graph.node('Add', [
      graph.node('Mul', [labels, p]),
      graph.node('Mul', [graph.node('Sub', [graph.scalar(1), labels]), n]),
    ]);
    return graph.node('Mul', [weights, entries]);
  };
  return {
    loss: graph.node('ReduceSum', [both(present.value, absent.value)], { keepdims: 0 }),
    gradient: both(present.slope, absent.slope),
  };
}

function smoothed(graph: OnnxGraph, labels: string, spec: LossSpec): string {
  if (spec.labelSmoothing === 0) return labels;
  const { scale, shift } = smoothing(spec);
  return graph.node('Add', [graph.node('Mul', [labels, graph.scalar(scale)]), graph.scalar(shift)]);
}

function weightedPositives(graph: OnnxGraph, { positiveWeights }: LossSpec, terms: LossTerms): LossTerms {
  if (positiveWeights === null) return terms;
  const factors = graph.constant('float32', Float32Array.from(positiveWeights), [1, positiveWeights.length]);
  const { value, slope } = terms.present;
  return {
    ...terms,
    present: { value: graph.node('Mul', [value, factors]), slope: graph.node('Mul', [slope, factors]) },
  };
}

function mixed(graph: OnnxGraph, a: string, weightA: number, b: string, weightB: number): string {
  return graph.node('Add', [
    graph.node('Mul', [a, graph.scalar(weightA)]),
    graph.node('Mul', [b, graph.scalar(weightB)]),
  ]);
}
