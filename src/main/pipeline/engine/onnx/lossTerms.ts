import { focusOf } from '../../losses/focus.ts';
import type { HardLoss } from '../../losses/loss.ts';
import type { OnnxGraph } from './onnxModel.ts';

/** A function of the logits, entry by entry, and its derivative. */
interface Curve {
  readonly value: string;
  readonly slope: string;
}

/** The loss of an entry whose label is present, and of one whose label is absent. */
export interface LossTerms {
  readonly present: Curve;
  readonly absent: Curve;
}

export function hardTerms(graph: OnnxGraph, loss: HardLoss, logits: string): LossTerms {
  const focus = focusOf(loss);
  const negated = graph.node('Neg', [logits]);
  const p = graph.node('Sigmoid', [logits]),
    q = graph.node('Sigmoid', [negated]);
  // log(1 + exp(-|z|)) never overflows.
  const tail = graph.node('Log', [
    graph.node('Add', [graph.node('Exp', [graph.node('Neg', [graph.node('Abs', [logits])])]), graph.scalar(1)]),
  ]);
  const minusLog = (z: string, slope: string): Curve =>
    bounded(graph, { value: graph.node('Add', [graph.node('Relu', [z]), tail]), slope }, focus.bound);
  const pq = graph.node('Mul', [p, q]);
  const minusLogP = minusLog(negated, graph.node('Neg', [q]));
  const present = focused(
    graph,
    { value: q, slope: graph.node('Neg', [pq]) },
    focus.gammaPositive,
    minusLogP,
    focus.detached,
  );
  const { focusing, cost } =
    focus.margin === 0
      ? { focusing: { value: p, slope: pq }, cost: minusLog(logits, p) }
      : shifted(graph, p, q, pq, focus.margin);
  const absent = focused(graph, focusing, focus.gammaNegative, cost, focus.detached);
  return { present: scaled(graph, present, focus.scales[0]), absent: scaled(graph, absent, focus.scales[1]) };
}

/** m = max(p - margin, 0) and -log(1 - m). Because 1 - m = min(q + margin, 1) is never near 0, no bound is needed. */
function shifted(graph: OnnxGraph, p: string, q: string, pq: string, margin: number): { focusing: Curve; cost: Curve } {
  const above = graph.node('Cast', [graph.node('Greater', [p, graph.scalar(margin)])], { to: 1 });
  const slope = graph.node('Mul', [above, pq]);
  const rest = graph.node('Min', [graph.node('Add', [q, graph.scalar(margin)]), graph.scalar(1)]);
  return {
    focusing: { value: graph.node('Relu', [graph.node('Sub', [p, graph.scalar(margin)])]), slope },
    cost: { value: graph.node('Neg', [graph.node('Log', [rest])]), slope: graph.node('Div', [slope, rest]) },
  };
}

/** base^gamma * cost, with the derivative base^gamma cost' + gamma base^(gamma - 1) base' cost. */
function focused(graph: OnnxGraph, base: Curve, gamma: number, cost: Curve, detached: boolean): Curve {
  if (gamma === 0) return cost;
  const factor = graph.node('Pow', [base.value, graph.scalar(gamma)]);
  const value = graph.node('Mul', [factor, cost.value]);
  const direct = graph.node('Mul', [factor, cost.slope]);
  if (detached) return { value, slope: direct };
  // With gamma below 1 the power has an infinite slope at 0, where the cost is 0, so the base is bounded.
  const lower =
    gamma === 1
      ? base.slope
      : graph.node('Mul', [
          graph.node('Pow', [graph.node('Max', [base.value, graph.scalar(1e-30)]), graph.scalar(gamma - 1)]),
          base.slope,
        ]);
  const through = graph.node('Mul', [graph.node('Mul', [lower, cost.value]), graph.scalar(gamma)]);
  return { value, slope: graph.node('Add', [direct, through]) };
}

function bounded(graph: OnnxGraph, { value, slope }: Curve, bound: number | null): Curve {
  if (bound === null) return { value, slope };
  const below = graph.node('Cast', [graph.node('Less', [value, graph.scalar(bound)])], { to: 1 });
  return { value: graph.node('Min', [value, graph.scalar(bound)]), slope: graph.node('Mul', [slope, below]) };
}

function scaled(graph: OnnxGraph, { value, slope }: Curve, scale: number): Curve {
  if (scale === 1) return { value, slope };
  const by = (tensor: string): string => graph.node('Mul', [tensor, graph.scalar(scale)]);
  return { value: by(value), slope: by(slope) };
}
