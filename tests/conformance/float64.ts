import type {
  BatchNormNode,
  Conv2dNode,
  DepthwiseConv2dNode,
  GraphNode,
  Model,
} from '../../src/main/pipeline/graph/graph.ts';
import { sizeOf } from '../../src/main/pipeline/graph/graph.ts';
import type { StepInput } from '../../src/main/pipeline/engine/engine.ts';

/**
 * The loss of pipeline/losses in training mode, in plain loops on float64, whose numerical gradients have about nine
 * exact digits.
 */

export type Values = ReadonlyMap<string, Float64Array>;

/** Binary cross-entropy and distillation, weighted as in pipeline/losses. */
export function lossInFloat64(
  model: Model,
  parameters: Values,
  input: StepInput,
  distillation: { readonly alpha: number; readonly temperature: number },
): number {
  const values = new Map<string, Float64Array>();
  const batch = input.inputs.length / (model.inputSize ** 2 * 3);
  const nodes = new Map(model.nodes.map((node) => [node.name, node]));
  for (const node of model.nodes) values.set(node.name, evaluate(node, nodes, values, parameters, input, batch));
  const { alpha, temperature } = distillation;
  return values.get(model.logits)!.reduce((sum, z, i) => {
    const hard = crossEntropy(z, input.labels[i]!);
    const soft = crossEntropy(z / temperature, sigmoid(input.teacherLogits![i]! / temperature));
    return sum + input.weights[i]! * (alpha * hard + (1 - alpha) * temperature ** 2 * soft);
  }, 0);
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const crossEntropy = (z: number, y: number): number => Math.max(z, 0) - z * y + Math.log1p(Math.exp(-Math.abs(z)));

function evaluate(
  node: GraphNode,
  nodes: ReadonlyMap<string, GraphNode>,
  values: Values,
  parameters: Values,
  input: StepInput,
  batch: number,
): Float64Array {
  const shapeOf = (name: string): readonly number[] => nodes.get(name)!.shape;
  const value = (name: string): Float64Array => values.get(name)!;
  const channels = node.shape.at(-1)!;
  switch (node.op) {
    case 'input':
      return Float64Array.from(input.inputs);
    case 'normalize':
      return value(node.input).map((x, i) => (x - node.mean[i % 3]!) / node.std[i % 3]!);
    case 'conv2d':
      return convolution(node, value(node.input), shapeOf(node.input), parameters, batch, false);
    case 'depthwiseConv2d':
      return convolution(node, value(node.input), shapeOf(node.input), parameters, batch, true);
    case 'batchNorm':
      return batchNorm(node, value(node.input), parameters, channels);
    case 'activation':
      return value(node.input).map((x) =>
        node.activation === 'relu6'
          ? Math.min(Math.max(x, 0), 6)
          : node.activation === 'relu'
            ? Math.max(x, 0)
            : node.activation === 'sigmoid'
              ? sigmoid(x)
              : x * sigmoid(x),
      );
    case 'add':
      return value(node.inputs[0]).map((x, i) => x + value(node.inputs[1])[i]!);
    case 'scaleChannels': {
      const [factors, area] = [value(node.factors), sizeOf(node.shape) / channels];
      return value(node.input).map((x, i) => x * factors[Math.floor(i / channels / area) * channels + (i % channels)]!);
    }
    case 'globalAveragePool': {
      const area = sizeOf(shapeOf(node.input)) / channels;
      const means = new Float64Array(batch * channels);
      value(node.input).forEach((x, i) => {
        means[Math.floor(i / channels / area) * channels + (i % channels)]! += x / area;
      });
      return means;
    }
    case 'dense': {
      const [x, kernel, bias, features] = [
        value(node.input),
        parameters.get(node.kernel)!,
        parameters.get(node.bias)!,
        sizeOf(shapeOf(node.input)),
      ];
      return Float64Array.from({ length: batch * channels }, (_, i) => {
        let sum = bias[i % channels]!;
        for (let f = 0; f < features; f++)
          sum += x[Math.floor(i / channels) * features + f]! * kernel[f * channels + (i % channels)]!;
        return sum;
      });
    }
    case 'dropout':
      return value(node.input).map((x, i) => x * input.masks.get(node.name)![i]!);
    case 'dropPath':
      return value(node.input).map((x, i) => x * input.masks.get(node.name)![Math.floor(i / sizeOf(node.shape))]!);
    case 'fakeQuant':
      throw new Error('rounding has no slope');
  }
}

/** 'same' padding, with the extra row and column at the bottom and right. */
function convolution(
  node: Conv2dNode | DepthwiseConv2dNode,
  x: Float64Array,
  [h, w, inChannels]: readonly number[],
  parameters: Values,
  batch: number,
  depthwise: boolean,
): Float64Array {
  const { kernelSize: k, stride } = node;
  const [outH, outW, out] = node.shape as [number, number, number];
  const kernel = parameters.get(node.kernel)!,
    bias = node.bias === null ? null : parameters.get(node.bias)!;
  const before = (size: number, outSize: number): number =>
    Math.floor(Math.max((outSize - 1) * stride + k - size, 0) / 2);
  const [top, left] = [before(h!, outH), before(w!, outW)];
  const y = new Float64Array(batch * outH * outW * out);
  for (let i = 0; i < y.length; i++) {
    const [o, column, row, n] = [
      i % out,
      Math.floor(i / out) % outW,
      Math.floor(i / out / outW) % outH,
      Math.floor(i / out / outW / outH),
    ];
    let sum = bias === null ? 0 : bias[o]!;
    for (let dy = 0; dy < k; dy++)
      for (let dx = 0; dx < k; dx++) {
        const [py, px] = [row * stride + dy - top, column * stride + dx - left];
        if (py < 0 || py >= h! || px < 0 || px >= w!) continue;
        const at = ((n * h! + py) * w! + px) * inChannels!;
        if (depthwise) sum += x[at + o]! * kernel[(dy * k + dx) * inChannels! + o]!;
        else
          for (let c = 0; c < inChannels!; c++)
            sum += x[at + c]! * kernel[((dy * k + dx) * inChannels! + c) * out + o]!;
      }
    y[i] = sum;
  }
  return y;
}

function batchNorm(node: BatchNormNode, x: Float64Array, parameters: Values, channels: number): Float64Array {
  const count = x.length / channels;
  const mean = new Float64Array(channels),
    variance = new Float64Array(channels);
  x.forEach((value, i) => {
    mean[i % channels]! += value / count;
  });
  x.forEach((value, i) => {
    variance[i % channels]! += (value - mean[i % channels]!) ** 2 / count;
  });
  const [gamma, beta] = [parameters.get(node.gamma)!, parameters.get(node.beta)!];
  return x.map(
    (value, i) =>
      ((value - mean[i % channels]!) / Math.sqrt(variance[i % channels]! + node.epsilon)) * gamma[i % channels]! +
      beta[i % channels]!,
  );
}
