import { message } from '../../../../shared/message.ts';
import { Problem } from '../../../../shared/problem.ts';
import { readTflite } from '../../tflite/read.ts';
import type { TfliteFile, TfliteOp, TfliteTensor } from '../../tflite/read.ts';
import { PADDING } from '../../tflite/schema.ts';
import type { GraphNode, Model, Normalization, Tensor } from '../../graph/graph.ts';
import type { PretrainedWeights } from './pretrained.ts';
import { otherNetwork, memberThat, sameShape, shapeText } from './pretrained.ts';

type Convolution = Extract<GraphNode, { op: 'conv2d' | 'depthwiseConv2d' }>;

/** A convolution and the shape of its kernel in the file: OHWI, or [1, k, k, C] for a depthwise one. */
interface ExpectedConvolution {
  readonly node: Convolution;
  readonly operator: string;
  readonly shape: readonly number[];
}

function convolutionsOf({ nodes, parameters }: Model): ExpectedConvolution[] {
  return nodes.flatMap((node): ExpectedConvolution[] => {
    if (node.op !== 'conv2d' && node.op !== 'depthwiseConv2d') return [];
    const [height, width, channels, filters] = parameters.find(({ name }) => name === node.kernel)!.shape as [
      number,
      number,
      number,
      number,
    ];
    return [
      node.op === 'conv2d'
        ? { node, operator: 'CONV_2D', shape: [filters, height, width, channels] }
        : { node, operator: 'DEPTHWISE_CONV_2D', shape: [1, height, width, channels] },
    ];
  });
}

/**
 * Weights of a float32 .tflite of EfficientNet-Lite as TensorFlow's converter writes it (the published
 * efficientnet-lite0-fp32.tflite): a chain of convolutions with folded BatchNorm. Its tensor names say nothing, so the
 * convolutions are matched by order. BatchNorm becomes an identity that adds the bias, and folds back to exactly the
 * same numbers. The classifier is not used.
 */
export function tfliteWeights(file: string, bytes: Uint8Array, model: Model): PretrainedWeights {
  const content = readTflite(bytes);
  const stored = storedConvolutions(file, content);
  const misfitOf = (of: Model): number => {
    const wanted = convolutionsOf(of);
    const at = wanted.findIndex((each, i) => !fits(stored[i], each));
    return at >= 0 || wanted.length === stored.length ? at : wanted.length;
  };
  const at = misfitOf(model);
  if (at >= 0) {
    const wanted = convolutionsOf(model)[at];
    const found =
      stored[at] === undefined ? '-' : described(stored[at].operator, stored[at].weights.shape, stored[at].stride);
    const expected = wanted === undefined ? '-' : described(wanted.operator, wanted.shape, wanted.node.stride);
    throw otherNetwork(
      file,
      memberThat((other) => misfitOf(other) < 0),
      model,
      `Convolution ${at + 1}: ${found}, expected ${expected}`,
    );
  }
  const identities = model.nodes.flatMap((node) => (node.op === 'batchNorm' ? [node] : []));
  const tensors = new Map<string, Tensor>();
  convolutionsOf(model).forEach(({ node }, i) => {
    const { weights, bias } = stored[i]!;
    const filters = node.shape.at(-1)!;
    const norm = identities.find(({ input }) => input === node.name)!;
    const all = (value: number): Tensor => ({ shape: [filters], data: new Float32Array(filters).fill(value) });
    tensors.set(node.kernel, kernelOf(node, weights));
    tensors
      .set(norm.gamma, all(1))
      .set(norm.beta, { shape: [filters], data: bias ?? new Float32Array(filters) })
      .set(norm.mean, all(0))
      .set(norm.variance, all(1 - norm.epsilon));
  });
  return {
    source: message('weights.fromTflite', { architecture: model.architecture }),
    tensors,
    head: null,
    folded: true,
    normalization: statedNormalization(content),
  };
}

interface StoredConvolution {
  readonly operator: string;
  readonly stride: number;
  readonly padding: number;
  readonly weights: Tensor;
  readonly bias: Float32Array | null;
}

function storedConvolutions(file: string, { ops, tensors, inputs }: TfliteFile): StoredConvolution[] {
  const found = ops.filter(({ operator }) => operator === 'CONV_2D' || operator === 'DEPTHWISE_CONV_2D');
  const [first] = found;
  if (first === undefined) throw new Problem('mismatch.tfliteWithoutConvolution', { file });
  const constants = found.map((op) => ({
    op,
    weights: floats(file, tensors[op.inputs[1]!]),
    bias: floats(file, tensors[op.inputs[2] ?? -1]),
  }));
  if (first.inputs[0] !== inputs[0])
    throw new Problem('mismatch.tflitePreprocesses', { file, operator: ops[0]!.operator });
  return constants.map(({ op, weights, bias }) => ({
    operator: op.operator,
    ...geometry(op),
    weights: weights ?? { shape: [], data: new Float32Array() },
    bias: bias?.data ?? null,
  }));
}

/** The values of a constant; null for an omitted input. Throws a Problem if they are not float32. */
function floats(file: string, tensor: TfliteTensor | undefined): Tensor | null {
  if (tensor === undefined) return null;
  if (tensor.type !== 'float32') throw new Problem('mismatch.tfliteQuantized', { file, type: tensor.type });
  if (tensor.data === null) throw new Problem('mismatch.tfliteCompressed', { file });
  const data = new Float32Array(tensor.shape.reduce((a, b) => a * b, 1));
  if (tensor.data.byteLength !== data.byteLength)
    throw new Problem('file.tfliteTensorDamaged', {
      file,
      tensor: tensor.name,
      found: tensor.data.byteLength,
      expected: data.byteLength,
    });
  new Uint8Array(data.buffer).set(tensor.data);
  return { shape: tensor.shape, data };
}

function geometry({ options }: TfliteOp): { stride: number; padding: number } {
  return options?.type === 'Conv2DOptions' || options?.type === 'DepthwiseConv2DOptions'
    ? { stride: options.values.strideH, padding: options.values.padding }
    : { stride: 1, padding: PADDING.SAME };
}

const described = (operator: string, shape: readonly number[], stride: number): string =>
  `${operator} ${shapeText(shape)}, stride ${stride}`;

/** The padding of a 1x1 convolution does not matter. */
function fits(stored: StoredConvolution | undefined, { node, operator, shape }: ExpectedConvolution): boolean {
  if (stored === undefined || stored.stride !== node.stride || (node.kernelSize > 1 && stored.padding !== PADDING.SAME))
    return false;
  return (
    stored.operator === operator &&
    sameShape(stored.weights.shape, shape) &&
    (stored.bias === null || stored.bias.length === node.shape.at(-1))
  );
}

/** Converts OHWI to HWIO; [1, k, k, C] has the same order as [k, k, C, 1]. */
function kernelOf({ op, kernelSize: k }: Convolution, { shape, data }: Tensor): Tensor {
  if (op === 'depthwiseConv2d') return { shape: [k, k, shape[3]!, 1], data };
  const [filters, channels] = [shape[0]!, shape[3]!];
  const out = new Float32Array(data.length);
  for (let f = 0; f < filters; f++)
    for (let i = 0; i < k * k * channels; i++) out[i * filters + f] = data[f * k * k * channels + i]!;
  return { shape: [k, k, channels, filters], data: out };
}

/** The normalization in the model's metadata, which has one number for all channels or one per channel. */
function statedNormalization({ metadata }: TfliteFile): Normalization | null {
  const units = metadata?.subgraphMetadata[0]?.inputTensorMetadata[0]?.processUnits ?? [];
  const options = units.map((unit) => unit.options).find((option) => option?.type === 'NormalizationOptions');
  if (options?.type !== 'NormalizationOptions') return null;
  const three = (values: readonly number[]): readonly number[] =>
    values.length === 3 ? values : [values[0]!, values[0]!, values[0]!];
  const { mean, std } = options.values;
  return mean.length === 0 || std.length === 0 ? null : { mean: three(mean), std: three(std) };
}
