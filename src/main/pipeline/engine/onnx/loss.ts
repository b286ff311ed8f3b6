import type { LossSpec } from '../engine.ts';
import type { OnnxGraph } from './onnxModel.ts';

export const LABELS = 'labels', WEIGHTS = 'weights', TEACHER_LOGITS = 'teacherLogits';

export interface LossTensors {
  readonly loss: string;
  readonly hardLoss: string;
  /** d loss / d logits [N, classes]. */
  readonly gradient: string;
}

/**
 * Binary cross-entropy from logits, each entry weighted: sum of w * bce(y, z). With distillation
 * alpha * bce(y, z) + (1 - alpha) * T^2 * bce(sigmoid(teacher / T), z / T) (Hinton et al. 2015, arXiv 1503.02531, per label).
 */
export function lowerLoss(graph: OnnxGraph, { distillation }: LossSpec, logits: string, shape: readonly [n: number, classes: number]): LossTensors {
  const labels = graph.input(LABELS, 'float32', shape), weights = graph.input(WEIGHTS, 'float32', shape);
  const hard = weightedBce(graph, labels, logits, weights);
  if (distillation === null) return { loss: hard.loss, hardLoss: hard.loss, gradient: hard.gradient };
  const { alpha, temperature } = distillation;
  const cooled = (tensor: string): string => graph.node('Div', [tensor, graph.scalar(temperature)]);
  const teacher = graph.node('Sigmoid', [cooled(graph.input(TEACHER_LOGITS, 'float32', shape))]);
  const soft = weightedBce(graph, teacher, cooled(logits), weights);
  // d(z / T) / dz leaves one of the two T.
  return {
    loss: mixed(graph, hard.loss, alpha, soft.loss, (1 - alpha) * temperature ** 2),
    hardLoss: hard.loss,
    gradient: mixed(graph, hard.gradient, alpha, soft.gradient, (1 - alpha) * temperature),
  };
}

/** max(z, 0) - z * y + log(1 + exp(-|z|)), which never overflows; its gradient is sigmoid(z) - y. */
function weightedBce(graph: OnnxGraph, labels: string, logits: string, weights: string): { loss: string; gradient: string } {
  const linear = graph.node('Sub', [graph.node('Relu', [logits]), graph.node('Mul', [logits, labels])]);
  const tail = graph.node('Exp', [graph.node('Neg', [graph.node('Abs', [logits])])]);
  const entries = graph.node('Add', [linear, graph.node('Log', [graph.node('Add', [tail, graph.scalar(1)])])]);
  return {
    loss: graph.node('ReduceSum', [graph.node('Mul', [weights, entries])], { keepdims: 0 }),
    gradient: graph.node('Mul', [weights, graph.node('Sub', [graph.node('Sigmoid', [logits]), labels])]),
  };
}

function mixed(graph: OnnxGraph, a: string, weightA: number, b: string, weightB: number): string {
  return graph.node('Add', [graph.node('Mul', [a, graph.scalar(weightA)]), graph.node('Mul', [b, graph.scalar(weightB)])]);
}
