/**
 * The part of the .tflite format that a convolutional classifier needs. Slots follow the order of fields in
 * tensorflow/compiler/mlir/lite/schema/schema.fbs (schema version 3c). Fields that no such model has are omitted and
 * skipped on reading.
 */
import {
  alignedBytes,
  at,
  bool,
  int32,
  int32s,
  int64s,
  int8,
  float32s,
  list,
  nested,
  string,
  table,
  uint32,
  uint64,
  union,
} from './flatbuffer.ts';
import type { Given, Values } from './flatbuffer.ts';

export const TFLITE_IDENTIFIER = 'TFL3';
export const SCHEMA_VERSION = 3;
/** Weights are memory-mapped and read with vector instructions. */
export const BUFFER_ALIGNMENT = 16;

export const TENSOR_TYPES = { float32: 0, float16: 1, int32: 2, uint8: 3, int64: 4, int16: 7, int8: 9 } as const;
export type TensorType = keyof typeof TENSOR_TYPES;
export const BYTES_PER_ELEMENT: Readonly<Record<TensorType, number>> = {
  float32: 4,
  float16: 2,
  int32: 4,
  uint8: 1,
  int64: 8,
  int16: 2,
  int8: 1,
};

export const OPERATORS = {
  ADD: 0,
  AVERAGE_POOL_2D: 1,
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 4,
  DEQUANTIZE: 6,
  FULLY_CONNECTED: 9,
  LOGISTIC: 14,
  RELU6: 21,
  RESHAPE: 22,
  SOFTMAX: 25,
  PAD: 34,
  MEAN: 40,
  QUANTIZE: 114,
} as const;
export type Operator = keyof typeof OPERATORS;

export const PADDING = { SAME: 0, VALID: 1 } as const;
export const ACTIVATION = { NONE: 0, RELU: 1, RELU_N1_TO_1: 2, RELU6: 3 } as const;

const QUANTIZATION = table('QuantizationParameters', {
  scale: at(2, float32s),
  zeroPoint: at(3, int64s),
  /** The axis that the scales belong to when there are several. */
  quantizedDimension: at(6, int32()),
});

const TENSOR = table('Tensor', {
  shape: at(0, int32s),
  type: at(1, int8()),
  buffer: at(2, uint32()),
  name: at(3, string),
  quantization: at(4, nested(QUANTIZATION)),
  isVariable: at(5, bool()),
  /** Has -1 for unknown sides; absent when all are known. */
  shapeSignature: at(7, int32s),
  hasRank: at(8, bool()),
});

const OPERATOR_CODE = table('OperatorCode', {
  /** The code as one byte, the only one that old runtimes read; the greater of the two codes counts. */
  deprecatedBuiltinCode: at(0, int8()),
  customCode: at(1, string),
  version: at(2, int32(1)),
  builtinCode: at(3, int32()),
});

const CONV_2D_OPTIONS = table('Conv2DOptions', {
  padding: at(0, int8()),
  strideW: at(1, int32()),
  strideH: at(2, int32()),
  activation: at(3, int8()),
  dilationW: at(4, int32(1)),
  dilationH: at(5, int32(1)),
});
const DEPTHWISE_CONV_2D_OPTIONS = table('DepthwiseConv2DOptions', {
  padding: at(0, int8()),
  strideW: at(1, int32()),
  strideH: at(2, int32()),
  depthMultiplier: at(3, int32()),
  activation: at(4, int8()),
  dilationW: at(5, int32(1)),
  dilationH: at(6, int32(1)),
});
const FULLY_CONNECTED_OPTIONS = table('FullyConnectedOptions', {
  activation: at(0, int8()),
  weightsFormat: at(1, int8()),
  keepNumDims: at(2, bool()),
  asymmetricQuantizeInputs: at(3, bool()),
});
const ADD_OPTIONS = table('AddOptions', { activation: at(0, int8()), potScaleInt16: at(1, bool(true)) });
const REDUCER_OPTIONS = table('ReducerOptions', { keepDims: at(0, bool()) });
const NO_OPTIONS = table('NoOptions', {});

/** Codes are positions in the schema's union BuiltinOptions, from 1. */
const BUILTIN_OPTIONS = union({
  Conv2DOptions: { code: 1, table: CONV_2D_OPTIONS },
  DepthwiseConv2DOptions: { code: 2, table: DEPTHWISE_CONV_2D_OPTIONS },
  FullyConnectedOptions: { code: 8, table: FULLY_CONNECTED_OPTIONS },
  AddOptions: { code: 11, table: ADD_OPTIONS },
  ReducerOptions: { code: 27, table: REDUCER_OPTIONS },
  DequantizeOptions: { code: 38, table: NO_OPTIONS },
  QuantizeOptions: { code: 89, table: NO_OPTIONS },
});

const OPERATOR = table('Operator', {
  opcodeIndex: at(0, uint32()),
  /** Tensor indices; -1 is an omitted input. */
  inputs: at(1, int32s),
  outputs: at(2, int32s),
  builtinOptions: at(3, BUILTIN_OPTIONS), // takes slot 4 too
});

const SUBGRAPH = table('SubGraph', {
  tensors: at(0, list(TENSOR)),
  inputs: at(1, int32s),
  outputs: at(2, int32s),
  operators: at(3, list(OPERATOR)),
  name: at(4, string),
});

const BUFFER = table('Buffer', {
  data: at(0, alignedBytes(BUFFER_ALIGNMENT)),
  /** Position of data outside the FlatBuffer, in models over 2 GB; 0 and 1 mean that there is none. */
  offset: at(1, uint64()),
});

const METADATA = table('Metadata', { name: at(0, string), buffer: at(1, uint32()) });
const TENSOR_MAP = table('TensorMap', { name: at(0, string), tensorIndex: at(1, uint32()) });
const SIGNATURE = table('SignatureDef', {
  inputs: at(0, list(TENSOR_MAP)),
  outputs: at(1, list(TENSOR_MAP)),
  signatureKey: at(2, string),
  subgraphIndex: at(4, uint32()),
});

export const MODEL = table('Model', {
  version: at(0, uint32()),
  operatorCodes: at(1, list(OPERATOR_CODE)),
  subgraphs: at(2, list(SUBGRAPH)),
  description: at(3, string),
  buffers: at(4, list(BUFFER)),
  metadata: at(6, list(METADATA)),
  signatureDefs: at(7, list(SIGNATURE)),
});

export type SchemaTensor = Given<typeof TENSOR>;
export type SchemaOperator = Given<typeof OPERATOR>;
export type SchemaModel = Given<typeof MODEL>;
export type BuiltinOptions = Values<typeof OPERATOR>['builtinOptions'];
export type GivenOptions = NonNullable<SchemaOperator['builtinOptions']>;
