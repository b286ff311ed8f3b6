import { Problem } from '../../../shared/problem.ts';
import { readFiles } from './associatedFiles.ts';
import { readRoot } from './flatbuffer.ts';
import type { Values } from './flatbuffer.ts';
import { decodeLabels } from './labels.ts';
import { ASSOCIATED_FILE_TYPE, METADATA_IDENTIFIER, METADATA_NAME, MODEL_METADATA } from './metadataSchema.ts';
import type { ModelMetadata } from './metadataSchema.ts';
import { MODEL, OPERATORS, TENSOR_TYPES, TFLITE_IDENTIFIER } from './schema.ts';
import type { BuiltinOptions, TensorType } from './schema.ts';

export interface TfliteQuantization {
  /** One for the whole tensor, or one per slice along `axis`. */
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly axis: number;
}

export interface TfliteTensor {
  readonly name: string;
  /** With the batch axis, NHWC. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  readonly quantization: TfliteQuantization | null;
  /** A constant's little-endian bytes (a view into the file); null for activations. */
  readonly data: Uint8Array | null;
  readonly isVariable: boolean;
}

export interface TfliteOp {
  /** 'CONV_2D', ...; 'BUILTIN_<code>' for an operator that schema.ts lacks, 'CUSTOM_<name>' for a custom one. */
  readonly operator: string;
  readonly version: number;
  /** Tensor indices; -1 is an omitted input. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: BuiltinOptions;
  /** The operator's code in the one-byte field, which is all that old runtimes read. */
  readonly deprecatedCode: number;
}

interface Alias {
  readonly name: string;
  readonly tensor: number;
}

/** A .tflite file as plain data: its first subgraph and everything around it. */
export interface TfliteFile {
  readonly schemaVersion: number;
  readonly description: string;
  readonly subgraphs: number;
  readonly tensors: readonly TfliteTensor[];
  readonly ops: readonly TfliteOp[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly signatures: readonly {
    readonly key: string;
    readonly subgraph: number;
    readonly inputs: readonly Alias[];
    readonly outputs: readonly Alias[];
  }[];
  /** The metadata that MediaPipe and the Task Library read; null when there is none. */
  readonly metadata: ModelMetadata | null;
  /** The label file inside the model; null when there is none. */
  readonly labels: readonly string[] | null;
  /** Positions of constant data in bytes from the start of the file, to check alignment. */
  readonly bufferOffsets: readonly number[];
}

const CUSTOM = 32;
const operatorNames = new Map<number, string>(Object.entries(OPERATORS).map(([name, code]) => [code, name]));
const typeNames = new Map<number, TensorType>(
  Object.entries(TENSOR_TYPES).map(([name, code]) => [code, name as TensorType]),
);

const damaged = (detail: string): Problem => new Problem('file.modelDamaged', {}, detail);

type Schema = Values<typeof MODEL>;
type SchemaTensor = Schema['subgraphs'][number]['tensors'][number];
type Buffers = readonly (Uint8Array | null)[];

function readTensor(tensor: SchemaTensor, i: number, buffers: Buffers): TfliteTensor {
  const { name } = tensor;
  const type = typeNames.get(tensor.type);
  if (type === undefined) throw new Problem('file.modelElementType', { index: i, name, type: tensor.type });
  const data = tensor.buffer === 0 ? null : buffers[tensor.buffer];
  if (data === undefined)
    throw damaged(`tensor ${i} ('${name}') refers to buffer ${tensor.buffer} of ${buffers.length}`);
  const { scale, zeroPoint, quantizedDimension } = tensor.quantization ?? {
    scale: [],
    zeroPoint: [],
    quantizedDimension: 0,
  };
  return {
    name,
    shape: tensor.shape,
    type,
    quantization: scale.length === 0 ? null : { scales: scale, zeroPoints: zeroPoint, axis: quantizedDimension },
    data,
    isVariable: tensor.isVariable,
  };
}

function readOps(schema: Schema, graph: Schema['subgraphs'][number]): TfliteOp[] {
  return graph.operators.map((op, i) => {
    const code = schema.operatorCodes[op.opcodeIndex];
    if (code === undefined)
      throw damaged(`op ${i} refers to operator code ${op.opcodeIndex} of ${schema.operatorCodes.length}`);
    for (const tensor of [...op.inputs, ...op.outputs]) {
      if (tensor < -1 || tensor >= graph.tensors.length)
        throw damaged(`op ${i} refers to tensor ${tensor} of ${graph.tensors.length}`);
    }
    const number = Math.max(code.builtinCode, code.deprecatedBuiltinCode);
    const operator =
      number === CUSTOM ? `CUSTOM_${code.customCode}` : (operatorNames.get(number) ?? `BUILTIN_${number}`);
    return {
      operator,
      version: code.version,
      inputs: op.inputs,
      outputs: op.outputs,
      options: op.builtinOptions,
      deprecatedCode: code.deprecatedBuiltinCode,
    };
  });
}

function readMetadata(schema: Schema, buffers: Buffers): ModelMetadata | null {
  const entry = schema.metadata.find(({ name }) => name === METADATA_NAME);
  if (entry === undefined) return null;
  const bytes = buffers[entry.buffer];
  if (bytes === undefined || bytes === null)
    throw damaged(`the metadata refers to buffer ${entry.buffer}, which is empty`);
  return readRoot(bytes, MODEL_METADATA, METADATA_IDENTIFIER);
}

/** Reads the label file that the metadata names, or the only file inside when there is no metadata. */
function readLabels(bytes: Uint8Array, metadata: ModelMetadata | null): string[] | null {
  const files = readFiles(bytes);
  if (files === null) return null;
  const named = metadata?.subgraphMetadata[0]?.outputTensorMetadata[0]?.associatedFiles.find(
    ({ type }) => type === ASSOCIATED_FILE_TYPE.TENSOR_AXIS_LABELS,
  );
  const file = named === undefined ? files[0] : files.find(({ name }) => name === named.name);
  return file === undefined ? null : decodeLabels(file.data);
}

/**
 * Reads a .tflite file; constants and labels are views into `bytes`. Checks only that the file is readable;
 * validateTflite checks the rest. Throws Problem('file') when the file is damaged or not a .tflite.
 */
export function readTflite(bytes: Uint8Array): TfliteFile {
  const schema = readRoot(bytes, MODEL, TFLITE_IDENTIFIER);
  const graph = schema.subgraphs[0];
  if (graph === undefined) throw damaged('the model has no graph');
  const external = schema.buffers.findIndex(({ offset }) => offset > 1);
  if (external >= 0) throw new Problem('file.modelExternalData', { buffer: external });
  const buffers = schema.buffers.map(({ data }) => data);
  const requireTensors = (indices: readonly number[], end: string): readonly number[] => {
    const wrong = indices.find((i) => i < 0 || i >= graph.tensors.length);
    if (wrong !== undefined) throw damaged(`the ${end} refer to tensor ${wrong} of ${graph.tensors.length}`);
    return indices;
  };
  const metadata = readMetadata(schema, buffers);
  return {
    schemaVersion: schema.version,
    description: schema.description,
    subgraphs: schema.subgraphs.length,
    tensors: graph.tensors.map((tensor, i) => readTensor(tensor, i, buffers)),
    ops: readOps(schema, graph),
    inputs: requireTensors(graph.inputs, 'inputs'),
    outputs: requireTensors(graph.outputs, 'outputs'),
    signatures: schema.signatureDefs.map(({ signatureKey, subgraphIndex, inputs, outputs }) => ({
      key: signatureKey,
      subgraph: subgraphIndex,
      inputs: inputs.map(({ name, tensorIndex }) => ({ name, tensor: tensorIndex })),
      outputs: outputs.map(({ name, tensorIndex }) => ({ name, tensor: tensorIndex })),
    })),
    metadata,
    labels: readLabels(bytes, metadata),
    bufferOffsets: buffers
      .filter((data) => data !== null && data.length > 0)
      .map((data) => data!.byteOffset - bytes.byteOffset),
  };
}
