import { Problem } from '../../../shared/problem.ts';
import type { IntegerModel, IntegerOp, IntegerTensor } from '../quant/integerModel.ts';
import { appendFiles } from './associatedFiles.ts';
import { writeRoot } from './flatbuffer.ts';
import { encodeLabels, LABELS_FILE } from './labels.ts';
import { buildMetadata } from './metadata.ts';
import type { IoType, MetadataTexts } from './metadata.ts';
import { METADATA_NAME } from './metadataSchema.ts';
import { ACTIVATION, MODEL, OPERATORS, PADDING, SCHEMA_VERSION, TENSOR_TYPES, TFLITE_IDENTIFIER } from './schema.ts';
import type { GivenOptions, Operator, SchemaOperator, SchemaTensor, TensorType } from './schema.ts';

export interface TfliteOptions extends MetadataTexts {
  /**
   * What the caller feeds: 'uint8' the pixels themselves, 'int8' pixel - 128, 'float32' (pixel - 127) / 128.
   * For whole pixel values all three give the same int8 numbers inside.
   */
  readonly inputType: IoType;
  /** What comes out for a score q / 256: 'uint8' q, 'int8' q - 128, 'float32' q / 256. */
  readonly outputType: IoType;
  /** In the order of the scores; they travel inside the file. */
  readonly labels: readonly string[];
  /** For tests: every int8 activation becomes an output too, after the scores, in the order of the model's ops. */
  readonly exposeActivations?: boolean;
}

/** Names of the model's input and output, in tensors and signature alike, whatever the I/O types. */
export const INPUT_NAME = 'image';
export const OUTPUT_NAME = 'scores';
export const SIGNATURE_KEY = 'serving_default';

/** The first versions that know int8 (QUANTIZE 2: int8 to uint8 and back). */
export const OPERATOR_VERSIONS = {
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 3,
  ADD: 2,
  MEAN: 2,
  FULLY_CONNECTED: 4,
  LOGISTIC: 2,
  QUANTIZE: 2,
  DEQUANTIZE: 2,
} as const satisfies Partial<Record<Operator, number>>;
type WrittenOperator = keyof typeof OPERATOR_VERSIONS;

/** TensorFlow's table of operator versions: QUANTIZE 2 came with 1.15, everything else here with 1.14. */
const MIN_RUNTIME_VERSION = '1.15.0';
const MIN_RUNTIME_NAME = 'min_runtime_version';

/** The file while it grows. */
class TfliteBuilder {
  /** Buffer 0 is empty by convention: tensors without constant data point at it. */
  readonly buffers: { data?: Uint8Array }[] = [{}];
  readonly tensors: SchemaTensor[] = [];
  readonly operatorCodes: WrittenOperator[] = [];
  readonly operators: SchemaOperator[] = [];

  buffer(data: Uint8Array): number {
    return this.buffers.push({ data }) - 1;
  }

  activation(name: string, type: TensorType, shape: readonly number[], scale?: number, zeroPoint?: number): number {
    const quantization = scale === undefined ? null : { scale: [scale], zeroPoint: [zeroPoint ?? 0] };
    return this.tensors.push({ name, type: TENSOR_TYPES[type], shape: [1, ...shape], hasRank: true, quantization }) - 1;
  }

  constant(
    name: string,
    shape: readonly number[],
    data: Int8Array | Int32Array,
    scales: readonly number[] = [],
    axis = 0,
  ): number {
    const type = TENSOR_TYPES[data instanceof Int8Array ? 'int8' : 'int32'];
    const buffer = this.buffer(littleEndian(data));
    const quantization =
      scales.length === 0 ? null : { scale: scales, zeroPoint: scales.map(() => 0), quantizedDimension: axis };
    return this.tensors.push({ name, type, shape, buffer, hasRank: true, quantization }) - 1;
  }

  op(
    operator: WrittenOperator,
    inputs: readonly number[],
    output: number,
    builtinOptions: GivenOptions | null = null,
  ): void {
    let opcodeIndex = this.operatorCodes.indexOf(operator);
    if (opcodeIndex < 0) opcodeIndex = this.operatorCodes.push(operator) - 1;
    this.operators.push({ opcodeIndex, inputs, outputs: [output], builtinOptions });
  }
}

/** .tflite data is little-endian, as every machine is that we run on. */
const littleEndian = (data: Int8Array | Int32Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** int8 zero point + shift = the same numbers as uint8: q + 128. */
const UINT8_SHIFT = 128;

/** The tensor that callers see at one end of the model, for the int8 tensor inside. */
function ioTensor(file: TfliteBuilder, name: string, type: IoType, inner: IntegerTensor): number {
  if (type === 'float32') return file.activation(name, type, inner.shape);
  return file.activation(
    name,
    type,
    inner.shape,
    inner.scale,
    type === 'uint8' ? inner.zeroPoint + UINT8_SHIFT : inner.zeroPoint,
  );
}

/** What the writer looks up while it goes through the ops. */
interface Names {
  index(name: string): number;
  tensor(name: string): IntegerTensor;
}

function writeOp(file: TfliteBuilder, names: Names, op: IntegerOp): void {
  const output = names.index(op.output);
  switch (op.op) {
    case 'conv2d':
    case 'depthwiseConv2d': {
      const depthwise = op.op === 'depthwiseConv2d';
      const { scale, shape } = names.tensor(op.input);
      const channels = shape[2]!;
      const filters = op.bias.length;
      const k = op.kernelSize;
      const scales = Array.from(op.weightScales);
      const weights = file.constant(
        `${op.output}/weights`,
        depthwise ? [1, k, k, filters] : [filters, k, k, channels],
        op.weights,
        scales,
        depthwise ? 3 : 0,
      );
      const bias = file.constant(
        `${op.output}/bias`,
        [filters],
        op.bias,
        scales.map((weightScale) => Math.fround(scale * weightScale)),
      );
      const values = {
        padding: PADDING.SAME,
        strideW: op.stride,
        strideH: op.stride,
        activation:
          op.activation === null ? ACTIVATION.NONE : op.activation === 'relu' ? ACTIVATION.RELU : ACTIVATION.RELU6,
      };
      file.op(
        depthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D',
        [names.index(op.input), weights, bias],
        output,
        depthwise
          ? { type: 'DepthwiseConv2DOptions', values: { ...values, depthMultiplier: 1 } }
          : { type: 'Conv2DOptions', values },
      );
      return;
    }
    case 'add':
      file.op('ADD', op.inputs.map(names.index), output, {
        type: 'AddOptions',
        values: { activation: ACTIVATION.NONE },
      });
      return;
    case 'mean': {
      const axes = file.constant(`${op.output}/axes`, [2], Int32Array.of(1, 2));
      file.op('MEAN', [names.index(op.input), axes], output, {
        type: 'ReducerOptions',
        values: { keepDims: names.tensor(op.output).shape.length === 3 },
      });
      return;
    }
    case 'fullyConnected': {
      const outputs = op.bias.length;
      const weights = file.constant(`${op.output}/weights`, [outputs, op.weights.length / outputs], op.weights, [
        op.weightScale,
      ]);
      const bias = file.constant(`${op.output}/bias`, [outputs], op.bias, [
        Math.fround(names.tensor(op.input).scale * op.weightScale),
      ]);
      file.op('FULLY_CONNECTED', [names.index(op.input), weights, bias], output, {
        type: 'FullyConnectedOptions',
        values: { activation: ACTIVATION.NONE },
      });
      return;
    }
    case 'logistic':
      file.op('LOGISTIC', [names.index(op.input)], output);
  }
}

/** Converts between what callers see and the int8 numbers inside; nothing to do for int8. */
function convert(file: TfliteBuilder, from: number, to: number): void {
  if (from === to) return;
  if (file.tensors[to]!.type === TENSOR_TYPES.float32)
    file.op('DEQUANTIZE', [from], to, { type: 'DequantizeOptions', values: {} });
  else file.op('QUANTIZE', [from], to, { type: 'QuantizeOptions', values: {} });
}

/**
 * The model as a .tflite file: the int8 numbers of the integer model, between QUANTIZE ops where the caller wants other
 * types (lossless), with metadata and labels inside. Same input, same bytes.
 * Throws Problem('export') for labels that cannot be stored or do not fit the model.
 */
export function writeTflite(model: IntegerModel, options: TfliteOptions): Uint8Array {
  if (options.labels.length !== model.classes) {
    throw new Problem(
      'export',
      `The model has ${model.classes} classes, but ${options.labels.length} labels were given.`,
    );
  }
  const labels = encodeLabels(options.labels);
  const file = new TfliteBuilder();
  const tensors = new Map(model.tensors.map((tensor) => [tensor.name, tensor]));
  const tensor = (name: string): IntegerTensor => {
    const found = tensors.get(name);
    if (found === undefined) throw new Problem('internal', `The integer model has no tensor '${name}'.`);
    return found;
  };

  const input = ioTensor(file, INPUT_NAME, options.inputType, tensor(model.input));
  const output = ioTensor(file, OUTPUT_NAME, options.outputType, tensor(model.output));
  const indices = new Map<string, number>();
  if (options.inputType === 'int8') indices.set(model.input, input);
  if (options.outputType === 'int8') indices.set(model.output, output);
  for (const { name, shape, scale, zeroPoint } of model.tensors) {
    const inner = name === INPUT_NAME || name === OUTPUT_NAME ? `${name}/int8` : name;
    if (!indices.has(name)) indices.set(name, file.activation(inner, 'int8', shape, scale, zeroPoint));
  }
  const index = (name: string): number => indices.get(tensor(name).name)!;

  convert(file, input, index(model.input));
  for (const op of model.ops) writeOp(file, { index, tensor }, op);
  convert(file, index(model.output), output);

  const exposed =
    options.exposeActivations === true ? model.ops.map((op) => index(op.output)).filter((i) => i !== output) : [];
  const outputs = [output, ...exposed];
  const metadata = [
    { name: MIN_RUNTIME_NAME, buffer: file.buffer(paddedText(MIN_RUNTIME_VERSION, 16)) },
    { name: METADATA_NAME, buffer: file.buffer(buildMetadata(options, options.inputType, INPUT_NAME, OUTPUT_NAME)) },
  ];
  const alias = (tensorIndex: number): { name: string; tensorIndex: number } => ({
    name: file.tensors[tensorIndex]!.name!,
    tensorIndex,
  });
  const flatbuffer = writeRoot(MODEL, TFLITE_IDENTIFIER, {
    version: SCHEMA_VERSION,
    description: options.description ?? options.name,
    operatorCodes: file.operatorCodes.map((operator) => ({
      // One byte is enough for all of ours; new runtimes read builtinCode, old ones only know the other field.
      deprecatedBuiltinCode: OPERATORS[operator],
      builtinCode: OPERATORS[operator],
      version: OPERATOR_VERSIONS[operator],
    })),
    subgraphs: [{ name: 'main', tensors: file.tensors, inputs: [input], outputs, operators: file.operators }],
    buffers: file.buffers,
    metadata,
    signatureDefs: [
      { signatureKey: SIGNATURE_KEY, inputs: [alias(input)], outputs: outputs.map(alias), subgraphIndex: 0 },
    ],
  });
  return appendFiles(flatbuffer, [{ name: LABELS_FILE, data: labels }]);
}

/** ASCII closed and filled up with zeros, as TensorFlow's converter stores versions. */
function paddedText(text: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  new TextEncoder().encodeInto(text, bytes);
  return bytes;
}
