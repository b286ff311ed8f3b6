import { appendFiles, readFiles } from '../../src/main/pipeline/tflite/associatedFiles.ts';
import type { AssociatedFile } from '../../src/main/pipeline/tflite/associatedFiles.ts';
import { readRoot, writeRoot } from '../../src/main/pipeline/tflite/flatbuffer.ts';
import type { Values } from '../../src/main/pipeline/tflite/flatbuffer.ts';
import { MODEL, OPERATORS, TFLITE_IDENTIFIER } from '../../src/main/pipeline/tflite/schema.ts';
import type { Operator, SchemaModel } from '../../src/main/pipeline/tflite/schema.ts';

export type Writable<T> = T extends Uint8Array
  ? T
  : T extends object
    ? { -readonly [K in keyof T]: Writable<T[K]> }
    : T;

/** A parsed .tflite that can be changed in place. */
export type Schema = Writable<Values<typeof MODEL>>;
export type SchemaTensor = Schema['subgraphs'][number]['tensors'][number];
export type SchemaOperator = Schema['subgraphs'][number]['operators'][number];

/** The same .tflite with a change, including its labels. */
export function mutateTflite(
  bytes: Uint8Array,
  change: (schema: Schema) => void,
  files?: readonly AssociatedFile[],
): Uint8Array {
  const schema = structuredClone(readRoot(bytes, MODEL, TFLITE_IDENTIFIER)) as Schema;
  change(schema);
  return appendFiles(writeRoot(MODEL, TFLITE_IDENTIFIER, schema as SchemaModel), files ?? readFiles(bytes) ?? []);
}

/** The first op of this kind, with its tensors. */
export function findOp(
  schema: Schema,
  operator: Operator,
): { op: SchemaOperator; inputs: SchemaTensor[]; output: SchemaTensor } {
  const [graph] = schema.subgraphs;
  const op = graph!.operators.find(
    ({ opcodeIndex }) => schema.operatorCodes[opcodeIndex]!.builtinCode === OPERATORS[operator],
  )!;
  return { op, inputs: op.inputs.map((i) => graph!.tensors[i]!), output: graph!.tensors[op.outputs[0]!]! };
}
