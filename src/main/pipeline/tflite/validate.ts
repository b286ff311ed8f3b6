/**
 * Checks a .tflite before it ships. Runtimes load many files that they then compute wrongly (a wrong bias scale, a
 * weight of -128, a logistic scale of 1/255), so a model that loads proves nothing: everything that is not exactly what
 * the int8 kernels assume is refused here. Sources: TensorFlow Lite's 8-bit quantization specification
 * (ai.google.dev/edge/litert/models/quantization_spec) and the checks of its kernels and XNNPACK's.
 */
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem, problemMessage } from '../../../shared/problem.ts';
import { findingMessage, isScale, sameNumbers, shapeText, tensorName, tensorPart } from './findings.ts';
import type { Check, TfliteFinding } from './findings.ts';
import { labelsProblem } from './labels.ts';
import { INPUT_MEAN, INPUT_STD } from './metadata.ts';
import { COLOR_SPACE } from './metadataSchema.ts';
import { readTflite } from './read.ts';
import type { TfliteFile, TfliteTensor } from './read.ts';
import { BUFFER_ALIGNMENT, BYTES_PER_ELEMENT, SCHEMA_VERSION } from './schema.ts';
import { validateOp } from './validateOps.ts';
import { SIGNATURE_KEY } from './write.ts';

export type { TfliteFinding } from './findings.ts';

/** Everything that is wrong with a .tflite; empty when it may ship. Never throws for a bad file. */
export function validateTflite(bytes: Uint8Array): TfliteFinding[] {
  const findings: TfliteFinding[] = [];
  const check: Check = (ok, where, ...problem) => {
    if (!ok) findings.push({ where, problem: message(...problem) });
  };
  const whole = message('modelFile.file');
  let file: TfliteFile;
  try {
    file = readTflite(bytes);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [{ where: whole, problem: problemMessage(error) }];
  }
  check(file.schemaVersion === SCHEMA_VERSION, whole, 'modelFile.schemaVersion', {
    found: file.schemaVersion,
    expected: SCHEMA_VERSION,
  });
  check(file.subgraphs === 1, whole, 'modelFile.graphCount', { found: file.subgraphs });
  for (const offset of file.bufferOffsets)
    check(offset % BUFFER_ALIGNMENT === 0, whole, 'modelFile.alignment', { offset, alignment: BUFFER_ALIGNMENT });
  file.tensors.forEach((tensor, i) => validateTensor(tensor, tensorPart(file, i), check));
  validateConnections(file, check);
  file.ops.forEach((_, i) => validateOp(file, i, check));
  validateEnds(file, check);
  validateSignature(file, check);
  validateMetadata(file, check);
  return findings;
}

/** Throws Problem('export') with the first finding when the file must not ship; the detail has all of them. */
export function assertValidTflite(bytes: Uint8Array): void {
  const [finding, ...others] = validateTflite(bytes).map(findingMessage);
  if (finding === undefined) return;
  const detail = [finding, ...others].map(({ text }) => text).join('\n');
  throw others.length === 0
    ? new Problem('export.modelInvalid', { finding }, detail)
    : new Problem('export.modelInvalidMore', { finding, more: others.length }, detail);
}

function validateTensor(tensor: TfliteTensor, where: Message, check: Check): void {
  const { type, quantization, data } = tensor;
  const shape = shapeText(tensor.shape);
  check(tensor.name !== '', where, 'modelFile.unnamed');
  check(!tensor.isVariable, where, 'modelFile.variable');
  check(
    tensor.shape.every((side) => side >= 1),
    where,
    'modelFile.shapeUnknown',
    { shape },
  );
  if (data !== null) {
    const expected = tensor.shape.reduce((product, side) => product * side, BYTES_PER_ELEMENT[type]);
    check(data.length === expected, where, 'modelFile.size', { found: data.length, shape, type, expected });
  }
  if (type === 'float32') check(quantization === null, where, 'modelFile.floatQuantized');
  if (data === null && type !== 'float32')
    check(quantization?.scales.length === 1, where, 'modelFile.activationScales', {
      type,
      found: quantization?.scales.length ?? 0,
    });
  if (quantization === null) return;
  const { scales, zeroPoints } = quantization;
  check(scales.every(isScale), where, 'modelFile.scaleInvalid');
  check(zeroPoints.length === scales.length, where, 'modelFile.scaleCount', {
    scales: scales.length,
    zeroPoints: zeroPoints.length,
  });
  const [lowest, highest] = type === 'int8' ? [-128, 127] : type === 'uint8' ? [0, 255] : [0, 0];
  check(
    zeroPoints.every((zero) => zero >= lowest && zero <= highest),
    where,
    'modelFile.zeroPointRange',
    { type, range: `${lowest}..${highest}` },
  );
}

/** Every tensor is produced once, before it is read, and is read or is an output. */
function validateConnections(file: TfliteFile, check: Check): void {
  const produced = new Set<number>(file.inputs);
  const read = new Set<number>(file.outputs);
  const names = new Set<string>();
  file.ops.forEach((op, i) => {
    const where = message('modelFile.op', { index: i, operator: op.operator });
    for (const index of op.inputs) {
      const known = produced.has(index) || (index >= 0 && file.tensors[index]!.data !== null);
      check(known, where, 'modelFile.readTooEarly', { index, name: tensorName(file, index) });
      read.add(index);
    }
    for (const index of op.outputs) {
      const isNew = index >= 0 && !produced.has(index);
      check(isNew, where, 'modelFile.producedTwice', { index, name: tensorName(file, index) });
      produced.add(index);
    }
  });
  file.tensors.forEach(({ name, data }, i) => {
    const where = tensorPart(file, i);
    check(produced.has(i) || data !== null, where, 'modelFile.neverProduced');
    check(!produced.has(i) || data === null, where, 'modelFile.constantOverwritten');
    check(read.has(i), where, 'modelFile.unused');
    check(!names.has(name), where, 'modelFile.nameTwice');
    names.add(name);
  });
}

interface End {
  readonly scale: number;
  readonly zeroPoint: number;
}
/** The quantization that each I/O type must have, so that pixels and scores lose nothing. */
const INPUT_ENDS: Readonly<Record<string, End | null>> = {
  uint8: { scale: 1 / 128, zeroPoint: 127 },
  int8: { scale: 1 / 128, zeroPoint: -1 },
  float32: null,
};
const OUTPUT_ENDS: Readonly<Record<string, End | null>> = {
  uint8: { scale: 1 / 256, zeroPoint: 0 },
  int8: { scale: 1 / 256, zeroPoint: -128 },
  float32: null,
};

function validateEnd(
  { type, quantization }: TfliteTensor,
  where: Message,
  ends: Readonly<Record<string, End | null>>,
  check: Check,
): void {
  const end = ends[type];
  check(end !== undefined, where, 'modelFile.endType', { type });
  if (end === undefined || end === null) return;
  const [scale] = quantization?.scales ?? [];
  const [zeroPoint] = quantization?.zeroPoints ?? [];
  check(scale === end.scale && zeroPoint === end.zeroPoint, where, 'modelFile.endQuantization', {
    type,
    scale: scale ?? NaN,
    zeroPoint: zeroPoint ?? NaN,
    steps: 1 / end.scale,
    expected: end.zeroPoint,
  });
}

function validateEnds(file: TfliteFile, check: Check): void {
  check(file.inputs.length === 1, message('modelFile.inputs'), 'modelFile.endCount', { found: file.inputs.length });
  check(file.outputs.length === 1, message('modelFile.outputs'), 'modelFile.endCount', { found: file.outputs.length });
  const input = file.tensors[file.inputs[0] ?? -1];
  const output = file.tensors[file.outputs[0] ?? -1];
  if (input === undefined || output === undefined) return;
  const [whereIn, whereOut] = [message('modelFile.input'), message('modelFile.output')];
  validateEnd(input, whereIn, INPUT_ENDS, check);
  validateEnd(output, whereOut, OUTPUT_ENDS, check);
  const [batch, height, width, channels] = input.shape;
  const isImage = input.shape.length === 4 && batch === 1 && height === width && channels === 3;
  check(isImage, whereIn, 'modelFile.inputShape', { shape: shapeText(input.shape) });
  const isRow = output.shape.length === 2 && output.shape[0] === 1;
  check(isRow, whereOut, 'modelFile.outputShape', { shape: shapeText(output.shape) });
  const producers = new Map(file.ops.map((op) => [op.outputs[0], op]));
  let last = producers.get(file.outputs[0]);
  if (last?.operator === 'QUANTIZE' || last?.operator === 'DEQUANTIZE') last = producers.get(last.inputs[0]);
  if (last === undefined) check(false, whereOut, 'modelFile.outputUnproduced');
  else check(last.operator === 'LOGISTIC', whereOut, 'modelFile.outputProducer', { operator: last.operator });
}

function validateSignature(file: TfliteFile, check: Check): void {
  const [signature] = file.signatures;
  const { length } = file.signatures;
  check(length === 1, message('modelFile.signatures'), 'modelFile.signatureCount', { found: length });
  if (signature === undefined) return;
  const where = message('modelFile.signature');
  const { key, subgraph } = signature;
  check(key === SIGNATURE_KEY, where, 'modelFile.signatureName', { found: key, expected: SIGNATURE_KEY });
  check(subgraph === 0, where, 'modelFile.signatureGraph', { found: subgraph });
  const matches = (aliases: typeof signature.inputs, tensors: readonly number[]): boolean =>
    aliases.length === tensors.length &&
    aliases.every(({ name, tensor }, i) => tensor === tensors[i] && name === file.tensors[tensor]?.name);
  check(matches(signature.inputs, file.inputs), where, 'modelFile.signatureInputs');
  check(matches(signature.outputs, file.outputs), where, 'modelFile.signatureOutputs');
}

function validateMetadata(file: TfliteFile, check: Check): void {
  const { metadata, labels } = file;
  const where = message('modelFile.metadata');
  check(metadata !== null, where, 'modelFile.metadataMissing');
  if (metadata !== null) {
    check(metadata.minParserVersion !== '', where, 'modelFile.parserVersion');
    const graph = metadata.subgraphMetadata[0];
    const describesEnds =
      metadata.subgraphMetadata.length === 1 &&
      graph?.inputTensorMetadata.length === file.inputs.length &&
      graph.outputTensorMetadata.length === file.outputs.length;
    check(describesEnds, where, 'modelFile.metadataEnds');
    const input = graph?.inputTensorMetadata[0];
    const content = input?.content?.contentProperties;
    const isRgb = content?.type === 'ImageProperties' && content.values.colorSpace === COLOR_SPACE.RGB;
    check(isRgb, where, 'modelFile.metadataRgb');
    const options = input?.processUnits
      .map((unit) => unit.options)
      .find((unit) => unit?.type === 'NormalizationOptions');
    const normalizes =
      options?.type === 'NormalizationOptions' &&
      sameNumbers(options.values.mean, [INPUT_MEAN]) &&
      sameNumbers(options.values.std, [INPUT_STD]);
    check(normalizes, where, 'modelFile.metadataNormalization', { mean: INPUT_MEAN, std: INPUT_STD });
  }
  const whereLabels = message('modelFile.labels');
  check(labels !== null, whereLabels, 'modelFile.labelsMissing');
  if (labels === null) return;
  const classes = file.tensors[file.outputs[0] ?? -1]?.shape.at(-1) ?? 0;
  check(labels.length === classes, whereLabels, 'modelFile.labelsCount', { found: labels.length, classes });
  const problem = labelsProblem(labels);
  if (problem !== null) check(false, whereLabels, 'modelFile.labelsUnusable', { problem });
}
