import { isScale, sameNumbers, tensorName } from './findings.ts';
import type { Check } from './findings.ts';
import type { TfliteFile, TfliteOp, TfliteTensor } from './read.ts';
import { ACTIVATION, OPERATORS, PADDING } from './schema.ts';
import { OPERATOR_VERSIONS } from './write.ts';

/** One op under examination, and a check that names it. */
interface OpView {
  readonly options: TfliteOp['options'];
  readonly inputs: readonly TfliteTensor[];
  readonly output: TfliteTensor;
  readonly check: (ok: boolean, problem: string) => void;
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
  const where = `op ${index} (${operator}${outputs.length > 0 ? `, makes ${tensorName(file, outputs[0]!)}` : ''})`;
  check(isKnown(operator), where, 'is an operator that no model of ours needs.');
  if (!isKnown(operator)) return;
  check(
    version === OPERATOR_VERSIONS[operator],
    where,
    `has version ${version}; int8 needs ${OPERATOR_VERSIONS[operator]}.`,
  );
  check(
    deprecatedCode === OPERATORS[operator],
    where,
    `has ${deprecatedCode} in the one-byte code that old runtimes read, not ${OPERATORS[operator]}.`,
  );
  const rule = RULES[operator];
  const complete =
    inputs.length === rule.inputs && outputs.length === 1 && [...inputs, ...outputs].every((i) => i >= 0);
  check(
    complete,
    where,
    `has ${inputs.length} inputs and ${outputs.length} outputs; it needs ${rule.inputs} and 1, none left out.`,
  );
  if (!complete) return;
  rule.validate({
    options,
    inputs: inputs.map((i) => file.tensors[i]!),
    output: file.tensors[outputs[0]!]!,
    check: (ok, problem) => check(ok, where, problem),
  });
}

const shapeText = (shape: readonly number[]): string => shape.join(' x ');
const scaleOf = (tensor: TfliteTensor): number => tensor.quantization?.scales[0] ?? Number.NaN;
const zeroPointOf = (tensor: TfliteTensor): number => tensor.quantization?.zeroPoints[0] ?? Number.NaN;
const isActivation = (tensor: TfliteTensor, type = 'int8'): boolean => tensor.type === type && tensor.data === null;

function checkShape(view: OpView, expected: readonly number[]): void {
  view.check(
    sameNumbers(view.output.shape, expected),
    `gives ${shapeText(view.output.shape)}; its input and options give ${shapeText(expected)}.`,
  );
}

function checkInt8(view: OpView, inputs: readonly TfliteTensor[]): void {
  view.check(
    [...inputs, view.output].every((tensor) => isActivation(tensor)),
    'does not go from int8 activations to int8 activations.',
  );
}

interface Weights {
  readonly tensor: TfliteTensor;
  readonly bias: TfliteTensor;
  readonly filters: number;
  /** Axis of the filters in the weights. */
  readonly axis: number;
  readonly perFilter: boolean;
}

/** Everything that convolutions and FULLY_CONNECTED ask of weights and bias. */
function checkWeights(view: OpView, { tensor, bias, filters, axis, perFilter }: Weights): void {
  const { check } = view;
  const scales = tensor.quantization?.scales ?? [];
  const wanted = perFilter ? filters : 1;
  check(tensor.type === 'int8' && tensor.data !== null, 'does not have constant int8 weights.');
  check(
    scales.length === wanted,
    `has ${scales.length} weight scales; the kernels need ${perFilter ? `one a filter: ${wanted}` : 'one for all'}.`,
  );
  if (perFilter)
    check(
      tensor.quantization?.axis === axis,
      `has its weight scales along axis ${tensor.quantization?.axis}; the filters lie along axis ${axis}.`,
    );
  check(
    tensor.quantization?.zeroPoints.every((zero) => zero === 0) === true,
    'has weights with a zero point; int8 weights are symmetric.',
  );
  check(
    bias.type === 'int32' && bias.data !== null && sameNumbers(bias.shape, [filters]),
    `does not have a constant int32 bias of ${filters}.`,
  );
  const biasScales = bias.quantization?.scales ?? [];
  check(bias.quantization?.zeroPoints.every((zero) => zero === 0) === true, 'has a bias with a zero point.');
  check((bias.quantization?.axis ?? 0) === 0, 'has a bias with scales along an axis that it does not have.');
  check(
    biasScales.length === scales.length,
    `has ${biasScales.length} bias scales for ${scales.length} weight scales.`,
  );
  const inputScale = scaleOf(view.inputs[0]!);
  const wrong = scales.findIndex((scale, i) => biasScales[i] !== Math.fround(inputScale * scale));
  check(
    wrong < 0,
    `has the bias scale ${biasScales[wrong]} at ${wrong}; input scale times weight scale is ${Math.fround(inputScale * scales[wrong]!)}.`,
  );
  const outputScale = scaleOf(view.output);
  // XNNPACK refuses other ratios (operators/convolution-nhwc.c), and the op then falls to kernels that round otherwise.
  check(
    scales.every(
      (scale) => isScale(Math.fround((inputScale * scale) / outputScale)) && (inputScale * scale) / outputScale < 256,
    ),
    'has input scale times weight scale over output scale outside of what XNNPACK computes (below 256, and not vanishing).',
  );
  checkAccumulator(view, tensor, bias, filters, axis);
}

/** No weight of -128 (kernels assume the symmetric range), and no sum that could leave int32. */
function checkAccumulator(
  view: OpView,
  weights: TfliteTensor,
  bias: TfliteTensor,
  filters: number,
  axis: number,
): void {
  if (
    weights.data === null ||
    bias.data === null ||
    weights.data.length % filters !== 0 ||
    bias.data.length !== 4 * filters
  )
    return;
  const values = new Int8Array(weights.data.buffer, weights.data.byteOffset, weights.data.byteLength);
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
  view.check(lowest >= -127, 'has a weight of -128; int8 weights lie in -127..127.');
  const zero = zeroPointOf(view.inputs[0]!);
  const farthest = Math.max(127 - zero, zero + 128);
  const over = sums.findIndex((sum, i) => sum * farthest + Math.abs(biases.getInt32(4 * i, true)) > 2 ** 31 - 1);
  view.check(over < 0, `has weights and a bias in filter ${over} whose sum can leave int32.`);
}

function checkActivation(view: OpView, activation: number): void {
  view.check(
    activation === ACTIVATION.NONE || activation === ACTIVATION.RELU || activation === ACTIVATION.RELU6,
    `has the fused activation ${activation}; only none, RELU and RELU6 are ours.`,
  );
  if (activation === ACTIVATION.RELU)
    view.check(
      zeroPointOf(view.output) === -128,
      `has a fused RELU, but its output has zero point ${zeroPointOf(view.output)}, not -128.`,
    );
  if (activation !== ACTIVATION.RELU6) return;
  view.check(
    scaleOf(view.output) === Math.fround(6 / 255) && zeroPointOf(view.output) === -128,
    `has a fused RELU6, but its output has scale ${scaleOf(view.output)} and zero point ${zeroPointOf(view.output)}, not 6/255 and -128.`,
  );
}

function validateConvolution(view: OpView, depthwise: boolean): void {
  const { options, check } = view;
  const [input, weights, bias] = view.inputs as [TfliteTensor, TfliteTensor, TfliteTensor];
  checkInt8(view, [input]);
  const ranks = input.shape.length === 4 && weights.shape.length === 4;
  check(ranks, 'does not have an image and weights of four axes.');
  if (!ranks) return;
  const [batch, height, width, channels] = input.shape as [number, number, number, number];
  const axis = depthwise ? 3 : 0;
  const filters = weights.shape[axis]!;
  const fits = depthwise ? weights.shape[0] === 1 && filters === channels : weights.shape[3] === channels;
  check(fits, `has weights of ${shapeText(weights.shape)} for ${channels} channels.`);
  checkWeights(view, { tensor: weights, bias, filters, axis, perFilter: true });
  const wanted = depthwise ? 'DepthwiseConv2DOptions' : 'Conv2DOptions';
  if ((options?.type !== 'Conv2DOptions' && options?.type !== 'DepthwiseConv2DOptions') || options.type !== wanted) {
    check(false, `has no ${wanted}.`);
    return;
  }
  const { padding, strideH, strideW, dilationH, dilationW, activation } = options.values;
  check(padding === PADDING.SAME, 'does not pad the SAME way.');
  check(
    strideH === strideW && (strideH === 1 || strideH === 2),
    `has strides ${strideH} and ${strideW}; both must be 1 or both 2.`,
  );
  check(dilationH === 1 && dilationW === 1, 'is dilated.');
  if (options.type === 'DepthwiseConv2DOptions')
    check(options.values.depthMultiplier === 1, `has the depth multiplier ${options.values.depthMultiplier}, not 1.`);
  checkActivation(view, activation);
  checkShape(view, [batch, Math.ceil(height / strideH), Math.ceil(width / strideW), filters]);
}

function validateFullyConnected(view: OpView): void {
  const { options, check } = view;
  const [input, weights, bias] = view.inputs as [TfliteTensor, TfliteTensor, TfliteTensor];
  checkInt8(view, [input]);
  const fits = input.shape.length === 2 && weights.shape.length === 2 && weights.shape[1] === input.shape[1];
  check(fits, `has weights of ${shapeText(weights.shape)} for an input of ${shapeText(input.shape)}.`);
  if (!fits) return;
  // Scales a row are silently wrong in TensorFlow Lite 2.9, and end Arm NN 20.08.
  checkWeights(view, { tensor: weights, bias, filters: weights.shape[0]!, axis: 0, perFilter: false });
  checkShape(view, [input.shape[0]!, weights.shape[0]!]);
  if (options?.type !== 'FullyConnectedOptions') {
    check(false, 'has no FullyConnectedOptions.');
    return;
  }
  check(options.values.activation === ACTIVATION.NONE, 'has a fused activation.');
  check(options.values.weightsFormat === 0 && !options.values.keepNumDims, 'has shuffled weights or keeps dimensions.');
}

function validateAdd(view: OpView): void {
  const { options, check, output } = view;
  checkInt8(view, view.inputs);
  for (const input of view.inputs) {
    checkShape(view, input.shape);
    const ratio = scaleOf(input) / scaleOf(output);
    // xnn_create_add_nd_qs8: other ratios fall to kernels that round otherwise.
    check(
      ratio >= 2 ** -10 && ratio < 2 ** 8,
      `has an input scale ${ratio} times its output scale; XNNPACK adds from 1/1024 to below 256.`,
    );
  }
  check(
    options?.type === 'AddOptions' && options.values.activation === ACTIVATION.NONE,
    'has a fused activation, or no AddOptions.',
  );
}

function validateMean(view: OpView): void {
  const { options, check } = view;
  const [input, axes] = view.inputs as [TfliteTensor, TfliteTensor];
  checkInt8(view, [input]);
  const { data } = axes;
  const keepsDims = view.output.shape.length === 4;
  const numbers = data?.length === 8 ? Array.from(new Int32Array(Uint8Array.from(data).buffer)) : [];
  check(
    axes.type === 'int32' && sameNumbers(numbers, [1, 2]),
    'is not a mean over the constant axes 1 and 2 (height and width).',
  );
  check(
    options?.type === 'ReducerOptions' && options.values.keepDims === keepsDims,
    'keeps dimensions; the head expects them dropped.',
  );
  checkShape(view, keepsDims ? [input.shape[0]!, 1, 1, input.shape[3]!] : [input.shape[0]!, input.shape[3]!]);
  const ratio = scaleOf(input) / scaleOf(view.output);
  check(
    ratio >= 2 ** -8 && ratio < 2 ** 8,
    `has an input scale ${ratio} times its output scale; XNNPACK averages from 1/256 to below 256.`,
  );
}

function validateLogistic(view: OpView): void {
  const { output, inputs, check } = view;
  checkInt8(view, inputs);
  checkShape(view, inputs[0]!.shape);
  check(
    scaleOf(output) === 1 / 256 && zeroPointOf(output) === -128,
    `gives scale ${scaleOf(output)} and zero point ${zeroPointOf(output)}; the kernels always compute for 1/256 and -128.`,
  );
}

/** Between the model's ends and its int8 inside: never with a loss. */
function validateQuantize(view: OpView): void {
  const { output, check } = view;
  const [input] = view.inputs as [TfliteTensor];
  checkShape(view, input.shape);
  if (input.type === 'float32') {
    check(isActivation(input, 'float32') && isActivation(output), 'turns float32 into something other than int8.');
    return;
  }
  const types = `${input.type} to ${output.type}`;
  check(types === 'uint8 to int8' || types === 'int8 to uint8', `converts ${types}.`);
  const shift = types === 'uint8 to int8' ? -128 : 128;
  check(
    scaleOf(input) === scaleOf(output) && zeroPointOf(output) === zeroPointOf(input) + shift,
    'changes the scale or loses numbers: only the zero point may move, by 128.',
  );
}

function validateDequantize(view: OpView): void {
  const [input] = view.inputs as [TfliteTensor];
  checkShape(view, input.shape);
  view.check(isActivation(input) && isActivation(view.output, 'float32'), 'does not turn int8 into float32.');
}
