import protobuf from 'protobufjs/minimal.js';

/**
 * Writes ONNX models (onnx.proto3 of ONNX 1.16, IR version 9), limited to the part of the format that lowering needs.
 * Field numbers are from https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */

export type OnnxType = 'float32' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool';
export type OnnxDomain = '' | 'com.microsoft' | 'com.microsoft.nchwc';

/**
 * Plain numbers are written as ints; `float(0.5)` and `floats([0, 6])` mark floats, because JavaScript cannot tell 1
 * from 1.0.
 */
export type Attribute =
  number | readonly number[] | string | { readonly float: number } | { readonly floats: readonly number[] };
export type Attributes = Readonly<Record<string, Attribute>>;

export const float = (value: number): Attribute => ({ float: value });
export const floats = (values: readonly number[]): Attribute => ({ floats: values });

/** TensorProto.DataType */
const DATA_TYPES: Record<OnnxType, number> = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 };
/** AttributeProto.AttributeType */
const FLOAT = 1,
  INT = 2,
  STRING = 3,
  FLOATS = 6,
  INTS = 7;
/** Since opset 18 all reductions take their axes as an input. */
const OPSETS: readonly (readonly [OnnxDomain, number])[] = [
  ['', 18],
  ['com.microsoft', 1],
  ['com.microsoft.nchwc', 1],
];
const IR_VERSION = 9;

interface NodeProto {
  readonly op: string;
  readonly domain: OnnxDomain;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}
interface ValueInfoProto {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
}
interface TensorProto extends ValueInfoProto {
  readonly raw: Uint8Array;
}

type Values = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;
type Writer = protobuf.Writer;

/** Collects nodes in topological order; each method returns the name of the tensor it creates. */
export class OnnxGraph {
  private readonly nodes: NodeProto[] = [];
  private readonly inputs: ValueInfoProto[] = [];
  private readonly outputs: (ValueInfoProto & { readonly tensor: string })[] = [];
  private readonly initializers: TensorProto[] = [];
  private readonly sharedConstants = new Map<string, string>();
  private count = 0;

  /** An input that every run must feed. */
  input(name: string, type: OnnxType, shape: readonly number[]): string {
    this.inputs.push({ name, type, shape });
    return name;
  }

  /** Makes a tensor an output under this name. */
  output(name: string, tensor: string, type: OnnxType, shape: readonly number[]): void {
    this.outputs.push({ name, type, shape, tensor });
  }

  /** A node with one output. An input '' omits an optional input. */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}, domain: OnnxDomain = ''): string {
    return this.nodeWithOutputs(op, inputs, 1, attributes, domain)[0]!;
  }

  nodeWithOutputs(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes: Attributes = {},
    domain: OnnxDomain = '',
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.freshName(op));
    this.nodes.push({ op, domain, inputs, outputs, attributes });
    return outputs;
  }

  /** Another view of the same values, which moves no data. */
  reshape(tensor: string, shape: readonly number[]): string {
    return this.node('Reshape', [tensor, this.ints(shape)]);
  }

  transpose(tensor: string, perm: readonly number[]): string {
    return this.node('Transpose', [tensor], { perm });
  }

  /** A constant tensor with row-major values. */
  constant(type: OnnxType, values: Values, shape: readonly number[]): string {
    const name = this.freshName('constant');
    this.initializers.push({
      name,
      type,
      shape,
      raw: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    });
    return name;
  }

  /** A float32 constant of rank 0. Equal ones are stored once. */
  scalar(value: number): string {
    return this.shared(`scalar ${Object.is(value, -0) ? '-0' : value}`, () =>
      this.constant('float32', Float32Array.of(value), []),
    );
  }

  /** A float32 constant with one value everywhere. Equal ones are stored once. */
  filled(value: number, shape: readonly number[]): string {
    const size = shape.reduce((product, side) => product * side, 1);
    return this.shared(`filled ${value} ${shape.join('x')}`, () =>
      this.constant('float32', new Float32Array(size).fill(value), shape),
    );
  }

  /** An int64 constant of rank 1, for shapes, axes and pads. Equal ones are stored once. */
  ints(values: readonly number[]): string {
    return this.shared(`ints ${values.join(',')}`, () =>
      this.constant('int64', BigInt64Array.from(values, BigInt), [values.length]),
    );
  }

  /** The bytes of the ModelProto. */
  build(): Uint8Array {
    const nodes = this.nodesWithOutputNames();
    const writer = protobuf.Writer.create();
    writer.uint32(tag(1, VARINT)).int64(IR_VERSION);
    message(writer, 7, (graph) => {
      for (const node of nodes) writeNode(graph, node);
      text(graph, 2, 'graph');
      for (const initializer of this.initializers) writeTensor(graph, initializer);
      for (const input of this.inputs) writeValueInfo(graph, 11, input);
      for (const output of this.outputs) writeValueInfo(graph, 12, output);
    });
    for (const [domain, version] of OPSETS) {
      message(writer, 8, (opset) => {
        text(opset, 1, domain);
        opset.uint32(tag(2, VARINT)).int64(version);
      });
    }
    return writer.finish();
  }

  /**
   * The nodes, with output tensors renamed to their outputs, so that nothing is copied. Only a graph input, or a second
   * output of the same tensor, needs a copy.
   */
  private nodesWithOutputNames(): NodeProto[] {
    const made = new Set(this.nodes.flatMap(({ outputs }) => outputs));
    const names = new Map<string, string>();
    const copies: NodeProto[] = [];
    for (const { name, tensor } of this.outputs) {
      if (made.has(tensor) && !names.has(tensor)) names.set(tensor, name);
      else copies.push({ op: 'Identity', domain: '', inputs: [tensor], outputs: [name], attributes: {} });
    }
    const renamed = (tensors: readonly string[]): string[] => tensors.map((tensor) => names.get(tensor) ?? tensor);
    return [...this.nodes, ...copies].map((node) => ({
      ...node,
      inputs: renamed(node.inputs),
      outputs: renamed(node.outputs),
    }));
  }

  private freshName(prefix: string): string {
    return `${prefix}_${this.count++}`;
  }

  private shared(key: string, make: () => string): string {
    const known = this.sharedConstants.get(key);
    if (known !== undefined) return known;
    const name = make();
    this.sharedConstants.set(key, name);
    return name;
  }
}

/** Protocol buffer wire types. */
const VARINT = 0,
  LENGTH_DELIMITED = 2,
  FIXED32 = 5;
const tag = (field: number, wireType: number): number => (field << 3) | wireType;

function message(writer: Writer, field: number, write: (writer: Writer) => void): void {
  writer.uint32(tag(field, LENGTH_DELIMITED)).fork();
  write(writer);
  writer.ldelim();
}

function text(writer: Writer, field: number, value: string): void {
  writer.uint32(tag(field, LENGTH_DELIMITED)).string(value);
}

function writeNode(writer: Writer, node: NodeProto): void {
  message(writer, 1, (proto) => {
    for (const input of node.inputs) text(proto, 1, input);
    for (const output of node.outputs) text(proto, 2, output);
    text(proto, 3, node.outputs[0]!);
    text(proto, 4, node.op);
    for (const [name, value] of Object.entries(node.attributes)) writeAttribute(proto, name, value);
    text(proto, 7, node.domain);
  });
}

function writeAttribute(writer: Writer, name: string, value: Attribute): void {
  message(writer, 5, (proto) => {
    text(proto, 1, name);
    const type = (code: number): Writer => proto.uint32(tag(20, VARINT)).int32(code);
    if (typeof value === 'number') {
      proto.uint32(tag(3, VARINT)).int64(value);
      type(INT);
    } else if (typeof value === 'string') {
      text(proto, 4, value);
      type(STRING);
    } else if ('float' in value) {
      proto.uint32(tag(2, FIXED32)).float(value.float);
      type(FLOAT);
    } else if ('floats' in value) {
      for (const entry of value.floats) proto.uint32(tag(7, FIXED32)).float(entry);
      type(FLOATS);
    } else {
      for (const entry of value) proto.uint32(tag(8, VARINT)).int64(entry);
      type(INTS);
    }
  });
}

function writeTensor(writer: Writer, tensor: TensorProto): void {
  message(writer, 5, (proto) => {
    for (const side of tensor.shape) proto.uint32(tag(1, VARINT)).int64(side);
    proto.uint32(tag(2, VARINT)).int32(DATA_TYPES[tensor.type]);
    text(proto, 8, tensor.name);
    proto.uint32(tag(9, LENGTH_DELIMITED)).bytes(tensor.raw);
  });
}

function writeValueInfo(writer: Writer, field: number, info: ValueInfoProto): void {
  message(writer, field, (proto) => {
    text(proto, 1, info.name);
    message(proto, 2, (type) => {
      message(type, 1, (tensorType) => {
        tensorType.uint32(tag(1, VARINT)).int32(DATA_TYPES[info.type]);
        message(tensorType, 2, (shape) => {
          for (const side of info.shape) message(shape, 1, (dimension) => dimension.uint32(tag(1, VARINT)).int64(side));
        });
      });
    });
  });
}
