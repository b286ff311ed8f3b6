import type { Model } from '../graph/graph.ts';
import { parametersOf } from '../graph/graph.ts';
import { headStart } from './unfreeze.ts';

/** Name of the classifier's input tensor, the backbone's features pooled to [c]. */
export const featuresOf = (model: Model): string => model.nodes[headStart(model)]!.name;

/** The classifier alone, whose input is the backbone's pooled features, float32 [N, c]. Parameters keep their names. */
export function headModel(model: Model): Model {
  const start = headStart(model);
  const { name, shape, block } = model.nodes[start]!;
  const nodes = model.nodes.slice(start + 1);
  const used = new Set(nodes.flatMap(parametersOf));
  return {
    ...model,
    nodes: [{ op: 'input', name, shape, block }, ...nodes],
    parameters: model.parameters.filter((parameter) => used.has(parameter.name)),
  };
}
