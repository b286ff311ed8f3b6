import type { Engine } from '../engine/engine.ts';
import type { GraphNode, Model, Parameters, Tensor } from '../graph/graph.ts';
import { withoutFakeQuant } from '../graph/insertFakeQuant.ts';
import { quantizeWeight, weightScale } from './arithmetic.ts';

type Weighted = Extract<GraphNode, { op: 'conv2d' | 'depthwiseConv2d' | 'dense' }>;
const isWeighted = (node: GraphNode): node is Weighted =>
  node.op === 'conv2d' || node.op === 'depthwiseConv2d' || node.op === 'dense';

/** Number of images whose means correct the biases. */
export const CORRECTION_IMAGES = 128;

/**
 * Rounding a kernel to int8 shifts the mean of each filter's output, and in a deep network the shifts add up. Subtracts
 * each shift from the filter's bias: the rounding errors of its weights times the mean of their inputs, measured in
 * float (bias correction, Nagel et al. 2019, arXiv 1906.04721, section 4.2). Padding at the edges is neglected.
 * `batches` yields uint8 [N, S, S, 3], of which the first `count` images are real.
 */
export async function correctBias(
  engine: Engine,
  model: Model,
  parameters: Parameters,
  batches: AsyncIterable<{ readonly pixels: Uint8Array; readonly count: number }>,
  batchSize: number,
): Promise<Map<string, Tensor>> {
  const float = withoutFakeQuant(model);
  const nodes = float.nodes.filter(isWeighted);
  const inputs = [...new Set(nodes.map(({ input }) => input))];
  const sums = new Map<string, Float64Array>();
  let images = 0;
  const session = await engine.createInference({ model: float, parameters, batchSize, outputs: inputs });
  try {
    for await (const { pixels, count } of batches) {
      const { outputs } = await session.run(pixels);
      images += count;
      for (const input of inputs) {
        const { shape } = float.nodes.find(({ name }) => name === input)!;
        const values = outputs.get(input)!;
        addMeans(sums, input, values.subarray(0, (values.length / batchSize) * count), shape);
      }
    }
  } finally {
    await session.dispose();
  }
  const corrected = new Map<string, Tensor>(parameters);
  for (const node of nodes) {
    const means = sums.get(node.input)!.map((sum) => sum / images);
    const bias = parameters.get(node.bias!)!;
    const shifts = meanShifts(node, parameters.get(node.kernel)!, means);
    corrected.set(node.bias!, { shape: bias.shape, data: bias.data.map((value, filter) => value - shifts[filter]!) });
  }
  return corrected;
}

/** Adds each image's mean per channel of [h, w, c] or [c]. */
function addMeans(sums: Map<string, Float64Array>, name: string, values: Float32Array, shape: readonly number[]): void {
  const channels = shape.at(-1)!;
  const positions = shape.reduce((a, b) => a * b, 1) / channels;
  const sum = sums.get(name) ?? new Float64Array(channels);
  values.forEach((value, i) => {
    sum[i % channels]! += value / positions;
  });
  sums.set(name, sum);
}

/** How far rounding the kernel moves the mean output of each filter. The filter is the last axis of all kernels. */
function meanShifts(node: Weighted, { data }: Tensor, means: Float64Array): Float64Array {
  const filters = node.shape.at(-1)!;
  const largest = new Float32Array(filters);
  data.forEach((value, i) => {
    largest[i % filters] = Math.max(largest[i % filters]!, Math.abs(value));
  });
  if (node.op === 'dense') largest.fill(largest.reduce((a, b) => Math.max(a, b), 0));
  const scales = largest.map((value) => weightScale(value, 0, 1));
  const shifts = new Float64Array(filters);
  data.forEach((value, i) => {
    const filter = i % filters;
    const channel = node.op === 'depthwiseConv2d' ? filter : Math.floor(i / filters) % means.length;
    shifts[filter]! += (quantizeWeight(value, scales[filter]!) * scales[filter]! - value) * means[channel]!;
  });
  return shifts;
}
