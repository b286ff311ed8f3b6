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
 * Keras's VarianceScaling(scale 2, fan_out, truncated_normal) for convolutions, as its EfficientNet has it, with
 * fan_out = k * k * filters (a depthwise kernel [k, k, C, 1] counts one filter); Glorot uniform for the classifier,
 * as keras.layers.Dense has it by default, since the reference's own rule is made for 1000 classes.
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

/** Seeded initial parameters; each depends on (seed, its own name) alone. */
export function initialParameters(model: Model, seed: number): Map<string, Tensor> {
  return new Map(model.parameters.map((parameter) => [parameter.name, { shape: parameter.shape, data: initialValues(parameter, seed) }]));
}
