import os from 'node:os';
import * as ort from 'onnxruntime-node';
import { OnnxGraph } from '../engine/onnx/onnxModel.ts';
import { samePadding } from '../graph/graph.ts';
import { addConstants, logisticTable, meanScale, requantizationScale } from './integerReference.ts';
import type {
  IntegerAdd,
  IntegerConv2d,
  IntegerDepthwiseConv2d,
  IntegerFullyConnected,
  IntegerLogistic,
  IntegerMean,
  IntegerModel,
  IntegerTensor,
} from './integerModel.ts';

/** Scores batches with the integer model at native speed, bit for bit like the integer reference. */
export interface IntegerScorer {
  /** Maps uint8 [N, S, S, 3] to codes q 0..255 [N, classes], which are scores q / 256. */
  run(pixels: Uint8Array): Promise<Uint8Array>;
  dispose(): Promise<void>;
}

/**
 * One ONNX graph on onnxruntime's integer kernels, whose requantization equals XNNPACK's. Activations are uint8 u =
 * code + 128 with the zero point moved accordingly, because QLinearConv is ten times slower with int8 activations.
 */
export async function createIntegerScorer(
  model: IntegerModel,
  { batchSize, threads }: { batchSize: number; threads: number },
): Promise<IntegerScorer> {
  const size = model.inputSize;
  const session = await ort.InferenceSession.create(lower(model, batchSize), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads === 0 ? os.availableParallelism() : threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return {
    run: async (pixels) =>
      (await session.run({ pixels: new ort.Tensor('uint8', pixels, [batchSize, size, size, 3]) })).scores!
        .data as Uint8Array,
    dispose: () => session.release(),
  };
}

interface Lowering {
  readonly graph: OnnxGraph;
  readonly batch: number;
  tensor(name: string): IntegerTensor;
  value(name: string): string;
}

function lower(model: IntegerModel, batch: number): Uint8Array {
  const graph = new OnnxGraph();
  const tensors = new Map(model.tensors.map((tensor) => [tensor.name, tensor]));
  const values = new Map<string, string>();
  const context: Lowering = { graph, batch, tensor: (name) => tensors.get(name)!, value: (name) => values.get(name)! };
  const size = model.inputSize;
  // Pixel p has code p - 128, which as uint8 is the pixel itself.
  values.set(model.input, graph.transpose(graph.input('pixels', 'uint8', [batch, size, size, 3]), [0, 3, 1, 2]));
  for (const op of model.ops) values.set(op.output, lowerOp(context, op));
  graph.output('scores', values.get(model.output)!, 'uint8', [batch, model.classes]);
  return graph.build();
}

function lowerOp(context: Lowering, op: IntegerModel['ops'][number]): string {
  switch (op.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
      return lowerConvolution(context, op);
    case 'add':
      return lowerAdd(context, op);
    case 'mean':
      return lowerMean(context, op);
    case 'fullyConnected':
      return lowerFullyConnected(context, op);
    case 'logistic':
      return lowerLogistic(context, op);
  }
}

const scale = ({ graph }: Lowering, value: number): string => graph.scalar(value);
const zeroPoint = ({ graph }: Lowering, tensor: IntegerTensor): string =>
  graph.constant('uint8', Uint8Array.of(tensor.zeroPoint + 128), []);

function lowerConvolution(context: Lowering, op: IntegerConv2d | IntegerDepthwiseConv2d): string {
  const { graph } = context;
  const input = context.tensor(op.input);
  const output = context.tensor(op.output);
  const channels = input.shape[2]!;
  const filters = output.shape[2]!;
  const k = op.kernelSize;
  const depthwise = op.op === 'depthwiseConv2d';
  const weights = new Int8Array(op.weights.length);
  // From OHWI to OIHW, or for depthwise from [1, k, k, C] to [C, 1, k, k].
  for (let i = 0; i < weights.length; i++) {
    const inner = depthwise ? filters : channels;
    const c = i % inner;
    const place = Math.floor(i / inner);
    weights[depthwise ? c * k * k + place : (Math.floor(place / (k * k)) * channels + c) * k * k + (place % (k * k))] =
      op.weights[i]!;
  }
  const { before, after } = samePadding(input.shape[0]!, k, op.stride);
  return graph.node(
    'QLinearConv',
    [
      context.value(op.input),
      scale(context, input.scale),
      zeroPoint(context, input),
      graph.constant('int8', weights, [filters, depthwise ? 1 : channels, k, k]),
      graph.constant('float32', op.weightScales, [filters]),
      graph.constant('int8', new Int8Array(filters), [filters]),
      scale(context, output.scale),
      zeroPoint(context, output),
      graph.constant('int32', op.bias, [filters]),
    ],
    {
      kernel_shape: [k, k],
      strides: [op.stride, op.stride],
      pads: [before, before, after, after],
      group: depthwise ? channels : 1,
    },
  );
}

const cast = (graph: OnnxGraph, x: string, to: number): string => graph.node('Cast', [x], { to });
const TO_FLOAT32 = 1,
  TO_UINT8 = 2,
  TO_INT32 = 6,
  TO_INT64 = 7;

/** Adds in integers like XNNPACK. Its shift becomes a division, for which an offset keeps the number non-negative. */
function lowerAdd(context: Lowering, op: IntegerAdd): string {
  const { graph } = context;
  const [a, b] = op.inputs.map((name) => context.tensor(name)) as [IntegerTensor, IntegerTensor];
  const output = context.tensor(op.output);
  const { aMultiplier, bMultiplier, shift } = addConstants(a, b, output);
  const unit = 2 ** shift;
  // As many whole units as keep the smallest sum above zero.
  const lift = Math.ceil((aMultiplier * (a.zeroPoint + 128) + bMultiplier * (b.zeroPoint + 128)) / unit) + 1;
  const bias = 2 ** (shift - 1) - aMultiplier * (a.zeroPoint + 128) - bMultiplier * (b.zeroPoint + 128) + lift * unit;
  // Multipliers have 21 bits and codes 8, so 32 bits suffice unless the scales differ absurdly.
  const fits = (aMultiplier + bMultiplier) * 255 + Math.max(bias, 0) < 2 ** 31 && unit < 2 ** 31;
  const integer = (value: number, shape: readonly number[] = [1]): string =>
    fits
      ? graph.constant('int32', Int32Array.of(value), shape)
      : graph.constant('int64', BigInt64Array.of(BigInt(value)), shape);
  const term = (name: string, multiplier: number): string =>
    graph.node('Mul', [cast(graph, context.value(name), fits ? TO_INT32 : TO_INT64), integer(multiplier)]);
  const sum = graph.node('Add', [
    graph.node('Add', [term(op.inputs[0], aMultiplier), term(op.inputs[1], bMultiplier)]),
    integer(bias),
  ]);
  const codes = graph.node('Sub', [graph.node('Div', [sum, integer(unit)]), integer(lift - output.zeroPoint - 128)]);
  return cast(graph, graph.node('Clip', [codes, integer(0, []), integer(255, [])]), TO_UINT8);
}

/** Requantizes sums to uint8 codes, like `requantize` in integerReference.ts. */
function requantized(context: Lowering, sum: string, factor: number, output: IntegerTensor): string {
  const { graph } = context;
  const low = -128 - output.zeroPoint;
  const value = graph.node('Mul', [cast(graph, sum, TO_FLOAT32), graph.scalar(factor)]);
  const clipped = graph.node('Clip', [value, graph.scalar(low), graph.scalar(low + 255)]);
  return cast(graph, graph.node('Sub', [graph.node('Round', [clipped]), graph.scalar(low)]), TO_UINT8);
}

function lowerMean(context: Lowering, op: IntegerMean): string {
  const { graph, batch } = context;
  const input = context.tensor(op.input);
  const [height, width, channels] = input.shape as [number, number, number];
  const pixels = height * width;
  const codes = cast(graph, graph.reshape(context.value(op.input), [batch, channels, pixels]), TO_INT32);
  const sum = graph.node('ReduceSum', [codes, graph.ints([2])], { keepdims: 0 });
  const centered = graph.node('Sub', [
    sum,
    graph.constant('int32', Int32Array.of((input.zeroPoint + 128) * pixels), [1]),
  ]);
  const output = context.tensor(op.output);
  // The zero point is added before rounding, as in the integer reference.
  const value = graph.node('Mul', [cast(graph, centered, TO_FLOAT32), graph.scalar(meanScale(input, output))]);
  const rounded = graph.node('Round', [graph.node('Add', [value, graph.scalar(output.zeroPoint)])]);
  const shifted = graph.node('Add', [rounded, graph.scalar(128)]);
  const means = cast(graph, graph.node('Clip', [shifted, graph.scalar(0), graph.scalar(255)]), TO_UINT8);
  return output.shape.length === 3 ? graph.reshape(means, [batch, channels, 1, 1]) : means;
}

function lowerFullyConnected(context: Lowering, op: IntegerFullyConnected): string {
  const { graph } = context;
  const input = context.tensor(op.input);
  const output = context.tensor(op.output);
  const inputs = input.shape[0]!;
  const outputs = op.bias.length;
  const transposed = new Int8Array(op.weights.length);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++) transposed[i * outputs + o] = op.weights[o * inputs + i]!;
  const product = graph.node('MatMulInteger', [
    context.value(op.input),
    graph.constant('int8', transposed, [inputs, outputs]),
    zeroPoint(context, input),
  ]);
  const sum = graph.node('Add', [product, graph.constant('int32', op.bias, [outputs])]);
  return requantized(context, sum, requantizationScale(input.scale, op.weightScale, output.scale), output);
}

function lowerLogistic(context: Lowering, op: IntegerLogistic): string {
  const { graph } = context;
  const table = Uint8Array.from(logisticTable(context.tensor(op.input)), (code) => code + 128);
  return graph.node('Gather', [graph.constant('uint8', table, [256]), cast(graph, context.value(op.input), TO_INT32)]);
}
