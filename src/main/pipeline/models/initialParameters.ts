import type { Model, Parameter, Tensor } from '../graph/graph.ts';
import { sizeOf } from '../graph/graph.ts';
import type { RandomStream } from '../../../shared/random.ts';
import { normal, randomStream } from '../../../shared/random.ts';

/** Standard deviation of a normal distribution cut off at two standard deviations. */
const TRUNCATED_NORMAL_STD = 0.87962566103423978;

function truncatedNormal(stream: RandomStream): number {
  for (;;) {
    const draw = normal(stream);
    if (Math.abs(draw) < 2) return draw;
  }
}

/**
 * Convolutions use Keras's VarianceScaling(scale 2, fan_out, truncated_normal), as in its EfficientNet, with
 * fan_out = k * k * filters (a depthwise kernel [k, k, C, 1] counts as one filter). The classifier uses Glorot uniform,
 * the default of keras.layers.Dense, because the reference's own rule is meant for 1000 classes.
 */
function initialValues({ role, shape, name }: Parameter, seed: number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  const stream = randomStream(seed, 'initial', name);
  if (role === 'gamma' || role === 'variance') return values.fill(1);
  if (role === 'kernel' || role === 'depthwiseKernel') {
    const fanOut = shape[0]! * shape[1]! * shape[3]!;
    const std = Math.sqrt(2 / fanOut) / TRUNCATED_NORMAL_STD;
    return values.map(() => std * truncatedNormal(stream));
  }
  if (role === 'denseKernel') {
    const limit = Math.sqrt(6 / (shape[0]! + shape[1]!));
    return values.map(() => limit * (2 * stream() - 1));
  }
  return values;
}

/**
 * Initial parameters, each of which depends only on the seed and its own name. The last gamma of every residual branch
 * starts at 0, so that each block begins as the identity and a deep network as a shallow one (Goyal et al. 2017, arXiv
 * 1706.02677, section 5.1). The references start it at 1, but with few images from scratch that wastes most of the
 * epochs. Parameters whose names are in `given` are left out, because drawing a whole network takes a second.
 */
export function initialParameters(
  model: Model,
  seed: number,
  given: { has(name: string): boolean } = new Set(),
): Map<string, Tensor> {
  const parameters = new Map<string, Tensor>(
    model.parameters
      .filter(({ name }) => !given.has(name))
      .map((parameter) => [parameter.name, { shape: parameter.shape, data: initialValues(parameter, seed) }]),
  );
  for (const gamma of residualGammas(model)) parameters.get(gamma)?.data.fill(0);
  return parameters;
}

/** The gammas of the BatchNorms directly before a residual addition, with or without stochastic depth between them. */
function residualGammas(model: Model): string[] {
  const nodes = new Map(model.nodes.map((node) => [node.name, node]));
  return model.nodes.flatMap((node) => {
    if (node.op !== 'add') return [];
    return node.inputs.flatMap((input) => {
      const branch = nodes.get(input);
      const last = branch?.op === 'dropPath' ? nodes.get(branch.input) : branch;
      // The shortcut may end in a BatchNorm of the previous block too, so the branch is the later of the two.
      return last?.op === 'batchNorm' && input === laterOf(model, node.inputs) ? [last.gamma] : [];
    });
  });
}

function laterOf(model: Model, [a, b]: readonly [string, string]): string {
  const position = (name: string): number => model.nodes.findIndex((node) => node.name === name);
  return position(a) > position(b) ? a : b;
}
