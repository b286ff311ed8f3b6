import type { ParameterArguments } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { isScale, sameNumbers, shapeText, tensorName } from './findings.ts';
import type { Check, FindingCode } from './findings.ts';
import type { TfliteFile, TfliteOp, TfliteTensor } from './read.ts';
import { ACTIVATION, OPERATORS, PADDING } from './schema.ts';
import { OPERATOR_VERSIONS } from './write.ts';

/** An op to validate, with a check that records findings about it. */
interface OpView {
  readonly options: TfliteOp['options'];
  readonly inputs: readonly TfliteTensor[];
  readonly output: TfliteTensor;
  readonly check: <Code extends FindingCode>(ok: boolean, ...problem: [Code, ...ParameterArguments<Code>]) => void;
}
interface Rule {
  readonly inputs: number;
  readonly validate: (view: OpView) => void;
}

const RULES: Readonly<Record<keyof typeof OPERATOR_VERSIONS, Rule>> = {
  CONV_2D: { inputs: 3, validate: (view) => validateConvolution(view, false) },
  DEPTHWISE_CONV_2D: { inputs: 3, validate: (view) => validateConvolution(view, true) },
  FULLY_CONNECTED: { inputs: 3, validate: validateFullyConnected },
  ADD: { inputs: 2, validate: validateAdd },
  MEAN: { inputs: 2, validate: validateMean },
  LOGISTIC: { inputs: 1, validate: validateLogistic },
  QUANTIZE: { inputs: 1, validate: validateQuantize },
  DEQUANTIZE: { inputs: 1, validate: validateDequantize },
};

const isKnown = (operator: string): operator is keyof typeof RULES => Object.hasOwn(RULES, operator);

export function validateOp(file: TfliteFile, index: number, check: Check): void {
  const op = file.ops[index]!;
  const { operator, version, inputs, outputs, deprecatedCode, options } = op;
  const where =
    outputs.length === 0
      ? message('modelFile.op', { index, operator })
      : message('modelFile.opOutput', { index, operator, output: tensorName(file, outputs[0]!) });
  check(isKnown(operator), where, 'modelFile.opUnknown');
  if (!isKnown(operator)) return;
  const [neededVersion, code] = [OPERATOR_VERSIONS[operator], OPERATORS[operator]];
  check(version === neededVersion, where, 'modelFile.opVersion', { found: version, expected: neededVersion });
  check(deprecatedCode === code, where, 'modelFile.opCode', { found: deprecatedCode, expected: code });
  const rule = RULES[operator];
  const complete =
    inputs.length === rule.inputs && outputs.length === 1 && [...inputs, ...outputs].every((i) => i >= 0);
  check(complete, where, 'modelFile.opEnds', {
    inputs: inputs.length,
    outputs: outputs.length,
    needed: rule.inputs,
  });
  if (!complete) return;
  rule.validate({
    options,
    inputs: inputs.map((i) => file.tensors[i]!),
    output: file.tensors[outputs[0]!]!,
    check: (ok, ...problem) => check(ok, where, ...problem),
  });
}

const scaleOf = (tensor: TfliteTensor): number => tensor.quantization?.scales[0] ?? Number.NaN;
const zeroPointOf = (tensor: TfliteTensor): number => tensor.quantization?.zeroPoints[0] ?? Number.NaN;
const isActivation = (tensor: TfliteTensor, type = 'int8'): boolean => tensor.type === type && tensor.data === null;

function checkShape(view: OpView, expected: readonly number[]): void {
  const { shape } = view.output;
  view.check(sameNumbers(shape, expected), 'modelFile.opShape', {
    found: shapeText(shape),
    expected: shapeText(expected),
  });
}

function checkInt8(view: OpView, inputs: readonly TfliteTensor[]): void {
  const fits = [...inputs, view.output].every((tensor) => isActivation(tensor));
  view.check(fits, 'modelFile.notInt8');
}

interface Weights {
  readonly tensor: TfliteTensor;
  readonly bias: TfliteTensor;
  readonly filters: number;
  /** Axis of the filters in the weights. */
  readonly axis: number;
  readonly perFilter: boolean;
}

/** What convolutions and FULLY_CONNECTED require of weights and bias. */
function checkWeights(view: OpView, weights: Weights): void {
  const { tensor, bias, filters, axis, perFilter } = weights;
  const { check } = view;
  const scales = tensor.quantization?.scales ?? [];
  check(tensor.type === 'int8' && tensor.data !== null, 'modelFile.weightsConstant');
  if (perFilter) {
    check(scales.length === filters, 'modelFile.weightScales', { found: scales.length, expected: filters });
    const found = tensor.quantization?.axis ?? 0;
    check(tensor.quantization?.axis === axis, 'modelFile.weightScaleAxis', { found, expected: axis });
  } else check(scales.length === 1, 'modelFile.weightScalesOne', { found: scales.length });
  check(tensor.quantization?.zeroPoints.every((zero) => zero === 0) === true, 'modelFile.weightZeroPoint');
  const isConstant = bias.type === 'int32' && bias.data !== null && sameNumbers(bias.shape, [filters]);
  check(isConstant, 'modelFile.biasConstant', { filters });
  checkScales(view, scales, bias);
  checkAccumulator(view, weights);
}

/**
 * Each bias scale is input scale times weight scale, and the ratio to the output scale is one that XNNPACK computes.
 */
function checkScales(view: OpView, scales: readonly number[], bias: TfliteTensor): void {
  const { check } = view;
  const biasScales = bias.quantization?.scales ?? [];
  check(bias.quantization?.zeroPoints.every((zero) => zero === 0) === true, 'modelFile.biasZeroPoint');
  check((bias.quantization?.axis ?? 0) === 0, 'modelFile.biasAxis');
  check(biasScales.length === scales.length, 'modelFile.biasScaleCount', {
    bias: biasScales.length,
    weights: scales.length,
  });
  const inputScale = scaleOf(view.inputs[0]!);
  const wrong = scales.findIndex((scale, i) => biasScales[i] !== Math.fround(inputScale * scale));
  check(wrong < 0, 'modelFile.biasScale', {
    index: wrong,
    found: biasScales[wrong] ?? NaN,
    expected: Math.fround(inputScale * scales[wrong]!),
  });
  const outputScale = scaleOf(view.output);
  // XNNPACK refuses other ratios (operators/convolution-nhwc.c), and the op then falls to kernels that round
  // differently.
  const computable = scales.every(
    (scale) => isScale(Math.fround((inputScale * scale) / outputScale)) && (inputScale * scale) / outputScale < 256,
  );
  check(computable, 'modelFile.scaleRatio');
}

/** No weight is -128, because kernels assume the symmetric range, and no sum can overflow int32. */
function checkAccumulator(view: OpView, { tensor, bias, filters, axis }: Weights): void {
  const weights = tensor.data;
  if (weights === null || bias.data === null) return;
  if (weights.length % filters !== 0 || bias.data.length !== 4 * filters) return;
  const values = new Int8Array(weights.buffer, weights.byteOffset, weights.byteLength);
  const biases = new DataView(bias.data.buffer, bias.data.byteOffset, bias.data.byteLength);
  const sums = new Float64Array(filters);
  const perFilter = values.length / filters;
  let lowest = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < lowest) lowest = value;
    const filter = axis === 0 ? Math.floor(i / perFilter) : i % filters;
    sums[filter] = sums[filter]! + Math.abs(value);
  }
  view.check(lowest >= -127, 'modelFile.weightLow');
  const zero = zeroPointOf(view.inputs[0]!);
  const farthest = Math.max(127 - zero, zero + 128);
  const over = sums.findIndex((sum, i) => sum * farthest + Math.abs(biases.getInt32(4 * i, true)) > 2 ** 31 - 1);
  view.check(over < 0, 'modelFile.accumulator', { filter: over });
}

function checkActivation(view: OpView, activation: number): void {
  const { NONE, RELU, RELU6 } = ACTIVATION;
  const isKnownActivation = activation === NONE || activation === RELU || activation === RELU6;
  view.check(isKnownActivation, 'modelFile.activation', { found: activation });
  if (activation === RELU)
    view.check(zeroPointOf(view.output) === -128, 'modelFile.reluOutput', { zeroPoint: zeroPointOf(view.output) });
  if (activation !== ACTIVATION.RELU6) return;
  const [scale, zeroPoint] = [scaleOf(view.output), zeroPointOf(view.output)];
  const covers = scale === Math.fround(6 / 255) && zeroPoint === -128;
  view.check(covers, 'modelFile.relu6Output', { scale, zeroPoint });
}

function validateConvolution(view: OpView, depthwise: boolean): void {
  const { options, check } = view;
  const [input, weights, bias] = view.inputs as [TfliteTensor, TfliteTensor, TfliteTensor];
  checkInt8(view, [input]);
  const ranks = input.shape.length === 4 && weights.shape.length === 4;
  check(ranks, 'modelFile.fourAxes');
  if (!ranks) return;
  const [batch, height, width, channels] = input.shape as [number, number, number, number];
  const axis = depthwise ? 3 : 0;
  const filters = weights.shape[axis]!;
  const fits = depthwise ? weights.shape[0] === 1 && filters === channels : weights.shape[3] === channels;
  check(fits, 'modelFile.channels', { shape: shapeText(weights.shape), channels });
  checkWeights(view, { tensor: weights, bias, filters, axis, perFilter: true });
  const wanted = depthwise ? 'DepthwiseConv2DOptions' : 'Conv2DOptions';
  if ((options?.type !== 'Conv2DOptions' && options?.type !== 'DepthwiseConv2DOptions') || options.type !== wanted) {
    check(false, 'modelFile.opOptions', { options: wanted });
    return;
  }
  const { padding, strideH, strideW, dilationH, dilationW, activation } = options.values;
  check(padding === PADDING.SAME, 'modelFile.padding');
  const stridesFit = strideH === strideW && (strideH === 1 || strideH === 2);
  check(stridesFit, 'modelFile.strides', { height: strideH, width: strideW });
  check(dilationH === 1 && dilationW === 1, 'modelFile.dilated');
  if (options.type === 'DepthwiseConv2DOptions') {
    const { depthMultiplier } = options.values;
    check(depthMultiplier === 1, 'modelFile.depthMultiplier', { found: depthMultiplier });
  }
  checkActivation(view, activation);
  checkShape(view, [batch, Math.ceil(height / strideH), Math.ceil(width / strideW), filters]);
}

function validateFullyConnected(view: OpView): void {
  const { options, check } = view;
  const [input, weights, bias] = view.inputs as [TfliteTensor, TfliteTensor, TfliteTensor];
  checkInt8(view, [input]);
  const fits = input.shape.length === 2 && weights.shape.length === 2 && weights.shape[1] === input.shape[1];
  check(fits, 'modelFile.features', { shape: shapeText(weights.shape), input: shapeText(input.shape) });
  if (!fits) return;
  // One scale per row gives wrong results in TensorFlow Lite 2.9 without a message, and crashes Arm NN 20.08.
  checkWeights(view, { tensor: weights, bias, filters: weights.shape[0]!, axis: 0, perFilter: false });
  checkShape(view, [input.shape[0]!, weights.shape[0]!]);
  if (options?.type !== 'FullyConnectedOptions') {
    check(false, 'modelFile.opOptions', { options: 'FullyConnectedOptions' });
    return;
  }
  check(options.values.activation === ACTIVATION.NONE, 'modelFile.activationFused');
  check(options.values.weightsFormat === 0 && !options.values.keepNumDims, 'modelFile.shuffled');
}

function validateAdd(view: OpView): void {
  const { options, check, output } = view;
  checkInt8(view, view.inputs);
  for (const input of view.inputs) {
    checkShape(view, input.shape);
    const ratio = scaleOf(input) / scaleOf(output);
    // xnn_create_add_nd_qs8: other ratios fall to kernels that round differently.
    check(ratio >= 2 ** -10 && ratio < 2 ** 8, 'modelFile.addScale', { ratio });
  }
  const isPlain = options?.type === 'AddOptions' && options.values.activation === ACTIVATION.NONE;
  check(isPlain, 'modelFile.addOptions');
}

function validateMean(view: OpView): void {
  const { options, check } = view;
  const [input, axes] = view.inputs as [TfliteTensor, TfliteTensor];
  checkInt8(view, [input]);
  const { data } = axes;
  const keepsDims = view.output.shape.length === 4;
  const numbers = data?.length === 8 ? Array.from(new Int32Array(Uint8Array.from(data).buffer)) : [];
  check(axes.type === 'int32' && sameNumbers(numbers, [1, 2]), 'modelFile.meanAxes');
  const matches = options?.type === 'ReducerOptions' && options.values.keepDims === keepsDims;
  check(matches, 'modelFile.meanDimensions');
  checkShape(view, keepsDims ? [input.shape[0]!, 1, 1, input.shape[3]!] : [input.shape[0]!, input.shape[3]!]);
  const ratio = scaleOf(input) / scaleOf(view.output);
  check(ratio >= 2 ** -8 && ratio < 2 ** 8, 'modelFile.meanScale', { ratio });
}

function validateLogistic(view: OpView): void {
  const { output, inputs, check } = view;
  checkInt8(view, inputs);
  checkShape(view, inputs[0]!.shape);
  const [scale, zeroPoint] = [scaleOf(output), zeroPointOf(output)];
  check(scale === 1 / 256 && zeroPoint === -128, 'modelFile.logisticOutput', { scale, zeroPoint });
}

/** Converts between the model's input or output type and its int8 inside, without loss. */
function validateQuantize(view: OpView): void {
  const { output, check } = view;
  const [input] = view.inputs as [TfliteTensor];
  checkShape(view, input.shape);
  if (input.type === 'float32') {
    check(isActivation(input, 'float32') && isActivation(output), 'modelFile.quantizeFloat');
    return;
  }
  const toInt8 = input.type === 'uint8' && output.type === 'int8';
  const toUint8 = input.type === 'int8' && output.type === 'uint8';
  check(toInt8 || toUint8, 'modelFile.quantizeTypes', { from: input.type, to: output.type });
  const shift = toInt8 ? -128 : 128;
  const lossless = scaleOf(input) === scaleOf(output) && zeroPointOf(output) === zeroPointOf(input) + shift;
  check(lossless, 'modelFile.quantizeLoses');
}

function validateDequantize(view: OpView): void {
  const [input] = view.inputs as [TfliteTensor];
  checkShape(view, input.shape);
  view.check(isActivation(input) && isActivation(view.output, 'float32'), 'modelFile.dequantize');
}
