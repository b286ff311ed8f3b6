import type { OptimizerSpec, StepInput } from '../engine.ts';
import type { OnnxGraph } from './onnxModel.ts';

/** Graph inputs for scalars that are computed in float64 for each step. */
export const OPTIMIZER_INPUTS = { learningRate: 'learningRate', stepSize: 'stepSize', decay: 'decay' } as const;

/** Names of the vectors that the optimizer keeps per parameter. */
export function slotNames(spec: OptimizerSpec): readonly string[] {
  return spec.kind === 'adamw' ? ['m', 'v'] : ['momentum'];
}

/** `steps` is the number of steps before this one. */
export function optimizerScalars(
  spec: OptimizerSpec,
  { learningRate, weightDecay }: Pick<StepInput, 'learningRate' | 'weightDecay'>,
  steps: number,
): Record<keyof typeof OPTIMIZER_INPUTS, number> {
  const t = steps + 1;
  const correction = spec.kind === 'adamw' ? Math.sqrt(1 - spec.beta2 ** t) / (1 - spec.beta1 ** t) : 1;
  return { learningRate, stepSize: learningRate * correction, decay: learningRate * weightDecay };
}

export interface OptimizerVectors {
  readonly weights: string;
  readonly slots: ReadonlyMap<string, string>;
}

/** Settings that differ between groups of parameters. */
export interface GroupSettings {
  readonly decays: boolean;
  readonly learningRateScale: number;
}

/** One step on one vector of parameters, with the arithmetic of Keras 3 (keras/src/optimizers/adamw.py, sgd.py). */
export function lowerOptimizer(
  graph: OnnxGraph,
  spec: OptimizerSpec,
  { weights, slots }: OptimizerVectors,
  gradient: string,
  { decays, learningRateScale }: GroupSettings,
): OptimizerVectors {
  const scaled = (rate: string): string =>
    learningRateScale === 1 ? rate : graph.node('Mul', [rate, graph.scalar(learningRateScale)]);
  const decayed = decays
    ? graph.node('Sub', [weights, graph.node('Mul', [weights, scaled(OPTIMIZER_INPUTS.decay)])])
    : weights;
  return spec.kind === 'adamw'
    ? adam(graph, spec, decayed, slots, gradient, scaled(OPTIMIZER_INPUTS.stepSize))
    : sgd(graph, spec, decayed, slots, gradient, scaled(OPTIMIZER_INPUTS.learningRate));
}

type Spec<Kind> = Extract<OptimizerSpec, { kind: Kind }>;

/** AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101); epsilon is added to the uncorrected sqrt(v). */
function adam(
  graph: OnnxGraph,
  { beta1, beta2, epsilon }: Spec<'adamw'>,
  weights: string,
  slots: ReadonlyMap<string, string>,
  gradient: string,
  stepSize: string,
): OptimizerVectors {
  const m = movedTowards(graph, slots.get('m')!, gradient, graph.scalar(1 - beta1));
  const v = movedTowards(graph, slots.get('v')!, graph.node('Mul', [gradient, gradient]), graph.scalar(1 - beta2));
  const step = graph.node('Div', [
    graph.node('Mul', [m, stepSize]),
    graph.node('Add', [graph.node('Sqrt', [v]), graph.scalar(epsilon)]),
  ]);
  return {
    weights: graph.node('Sub', [weights, step]),
    slots: new Map([
      ['m', m],
      ['v', v],
    ]),
  };
}

function sgd(
  graph: OnnxGraph,
  { momentum, nesterov }: Spec<'sgd'>,
  weights: string,
  slots: ReadonlyMap<string, string>,
  gradient: string,
  learningRate: string,
): OptimizerVectors {
  const step = graph.node('Mul', [gradient, learningRate]);
  const withMomentum = (velocity: string): string =>
    graph.node('Sub', [graph.node('Mul', [velocity, graph.scalar(momentum)]), step]);
  const velocity = withMomentum(slots.get('momentum')!);
  return {
    weights: graph.node('Add', [weights, nesterov ? withMomentum(velocity) : velocity]),
    slots: new Map([['momentum', velocity]]),
  };
}

export function movedTowards(graph: OnnxGraph, x: string, target: string, rate: string): string {
  return graph.node('Add', [x, graph.node('Mul', [graph.node('Sub', [target, x]), rate])]);
}

/**
 * The global norm of all gradients, and the gradients scaled down to `clipNorm` if it is larger
 * (tf.clip_by_global_norm).
 */
export function clipByGlobalNorm(
  graph: OnnxGraph,
  gradients: readonly string[],
  clipNorm: number | null,
): { norm: string; clipped: readonly string[] } {
  const squares = gradients.map((gradient) => graph.node('ReduceSumSquare', [gradient], { keepdims: 0 }));
  const norm = graph.node('Sqrt', [squares.length === 1 ? squares[0]! : graph.node('Sum', squares)]);
  if (clipNorm === null) return { norm, clipped: gradients };
  const limit = graph.scalar(clipNorm);
  const factor = graph.node('Div', [limit, graph.node('Max', [norm, limit])]);
  return { norm, clipped: gradients.map((gradient) => graph.node('Mul', [gradient, factor])) };
}
