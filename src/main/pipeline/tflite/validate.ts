/**
 * The exporter's own judge. Runtimes load much that they then compute wrongly (a wrong bias scale, a weight of -128, a
 * logistic scale of 1/255), and a model that loads proves nothing: here everything is refused that is not exactly what
 * the int8 kernels assume. Sources: TensorFlow Lite's 8-bit quantization specification
 * (ai.google.dev/edge/litert/models/quantization_spec) and the checks of its kernels and XNNPACK's.
 */
import { Problem, toProblemData } from '../../../shared/problem.ts';
import { isScale, sameNumbers, tensorName } from './findings.ts';
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
  const check: Check = (ok, where, problem) => {
    if (!ok) findings.push({ where, problem });
  };
  let file: TfliteFile;
  try {
    file = readTflite(bytes);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [{ where: 'file', problem: toProblemData(error).message }];
  }
  check(
    file.schemaVersion === SCHEMA_VERSION,
    'file',
    `has schema version ${file.schemaVersion}, not ${SCHEMA_VERSION}.`,
  );
  check(file.subgraphs === 1, 'file', `has ${file.subgraphs} graphs, not one.`);
  for (const offset of file.bufferOffsets) {
    check(
      offset % BUFFER_ALIGNMENT === 0,
      'file',
      `keeps constant data at byte ${offset}, which is no multiple of ${BUFFER_ALIGNMENT}: memory-mapped readers need that.`,
    );
  }
  file.tensors.forEach((tensor, i) => validateTensor(tensor, tensorName(file, i), check));
  validateConnections(file, check);
  file.ops.forEach((_, i) => validateOp(file, i, check));
  validateEnds(file, check);
  validateSignature(file, check);
  validateMetadata(file, check);
  return findings;
}

/** Throws Problem('export') with the first findings when the file must not ship. */
export function assertValidTflite(bytes: Uint8Array): void {
  const findings = validateTflite(bytes);
  if (findings.length === 0) return;
  const lines = findings.map(({ where, problem }) => `${where}: ${problem}`);
  const more = lines.length > 1 ? ` (and ${lines.length - 1} more)` : '';
  throw new Problem('export', `The .tflite is not what the int8 kernels assume: ${lines[0]}${more}`, lines.join('\n'));
}

function validateTensor(tensor: TfliteTensor, where: string, check: Check): void {
  const { shape, type, quantization, data } = tensor;
  check(tensor.name !== '', where, 'has no name.');
  check(!tensor.isVariable, where, 'is a variable; a classifier keeps nothing from one image to the next.');
  check(
    shape.every((side) => side >= 1),
    where,
    `has the shape ${shape.join(' x ')}: every side must be known.`,
  );
  if (data !== null) {
    const size = shape.reduce((product, side) => product * side, BYTES_PER_ELEMENT[type]);
    check(data.length === size, where, `holds ${data.length} bytes, but ${shape.join(' x ')} of ${type} are ${size}.`);
  }
  if (type === 'float32') check(quantization === null, where, 'is float32 and yet quantized.');
  const range = type === 'int8' ? [-128, 127] : type === 'uint8' ? [0, 255] : [0, 0];
  if (data === null && type !== 'float32')
    check(
      quantization?.scales.length === 1,
      where,
      `is an ${type} activation with ${quantization?.scales.length ?? 0} scales; it needs one.`,
    );
  if (quantization === null) return;
  check(quantization.scales.every(isScale), where, 'has a scale that is not a positive, normal number.');
  check(
    quantization.zeroPoints.length === quantization.scales.length,
    where,
    `has ${quantization.scales.length} scales but ${quantization.zeroPoints.length} zero points.`,
  );
  check(
    quantization.zeroPoints.every((zero) => zero >= range[0]! && zero <= range[1]!),
    where,
    `has a zero point outside of ${type}'s ${range.join('..')}.`,
  );
}

/** Every tensor is made once, before it is read, and is read or put out. */
function validateConnections(file: TfliteFile, check: Check): void {
  const made = new Set<number>(file.inputs);
  const read = new Set<number>(file.outputs);
  const names = new Set<string>();
  file.ops.forEach((op, i) => {
    for (const input of op.inputs) {
      const known = made.has(input) || (input >= 0 && file.tensors[input]!.data !== null);
      check(known, `op ${i} (${op.operator})`, `reads ${tensorName(file, input)}, which nothing before it makes.`);
      read.add(input);
    }
    for (const output of op.outputs) {
      check(
        output >= 0 && !made.has(output),
        `op ${i} (${op.operator})`,
        `makes ${tensorName(file, output)}, which is there already.`,
      );
      made.add(output);
    }
  });
  file.tensors.forEach((tensor, i) => {
    const where = tensorName(file, i);
    check(
      made.has(i) !== (tensor.data !== null),
      where,
      tensor.data === null ? 'is made by no op and has no data.' : 'is a constant that an op writes to.',
    );
    check(read.has(i), where, 'is used by nothing.');
    check(!names.has(tensor.name), where, 'has the name of another tensor.');
    names.add(tensor.name);
  });
}

interface End {
  readonly scale: number;
  readonly zeroPoint: number;
}
/** What each I/O type must be quantized with, so that pixels and scores lose nothing. */
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
  tensor: TfliteTensor,
  where: string,
  ends: Readonly<Record<string, End | null>>,
  check: Check,
): void {
  const end = ends[tensor.type];
  check(end !== undefined, where, `is ${tensor.type}; it must be uint8, int8 or float32.`);
  if (end === undefined || end === null) return;
  const { scales, zeroPoints } = tensor.quantization ?? { scales: [], zeroPoints: [] };
  check(
    scales[0] === end.scale && zeroPoints[0] === end.zeroPoint,
    where,
    `has scale ${scales[0]} and zero point ${zeroPoints[0]}; for ${tensor.type} they must be 1/${1 / end.scale} and ${end.zeroPoint}.`,
  );
}

function validateEnds(file: TfliteFile, check: Check): void {
  check(file.inputs.length === 1, 'inputs', `are ${file.inputs.length}; an image classifier has one.`);
  check(file.outputs.length === 1, 'outputs', `are ${file.outputs.length}; an image classifier has one.`);
  const input = file.tensors[file.inputs[0] ?? -1];
  const output = file.tensors[file.outputs[0] ?? -1];
  if (input === undefined || output === undefined) return;
  validateEnd(input, 'the input', INPUT_ENDS, check);
  validateEnd(output, 'the output', OUTPUT_ENDS, check);
  const [batch, height, width, channels] = input.shape;
  check(
    input.shape.length === 4 && batch === 1 && height === width && channels === 3,
    'the input',
    `has the shape ${input.shape.join(' x ')}; it must be 1 x S x S x 3.`,
  );
  check(
    output.shape.length === 2 && output.shape[0] === 1,
    'the output',
    `has the shape ${output.shape.join(' x ')}; it must be 1 x classes.`,
  );
  const producers = new Map(file.ops.map((op) => [op.outputs[0], op]));
  let last = producers.get(file.outputs[0]);
  if (last?.operator === 'QUANTIZE' || last?.operator === 'DEQUANTIZE') last = producers.get(last.inputs[0]);
  check(
    last?.operator === 'LOGISTIC',
    'the output',
    `comes from ${last?.operator ?? 'nothing'}; scores of independent labels come from LOGISTIC.`,
  );
}

function validateSignature(file: TfliteFile, check: Check): void {
  const [signature] = file.signatures;
  check(file.signatures.length === 1, 'signatures', `are ${file.signatures.length}; there must be one.`);
  if (signature === undefined) return;
  check(signature.key === SIGNATURE_KEY, 'the signature', `is called '${signature.key}', not '${SIGNATURE_KEY}'.`);
  check(signature.subgraph === 0, 'the signature', `names graph ${signature.subgraph}.`);
  const ends = [
    ['inputs', signature.inputs, file.inputs],
    ['outputs', signature.outputs, file.outputs],
  ] as const;
  for (const [what, aliases, tensors] of ends) {
    const fits =
      aliases.length === tensors.length &&
      aliases.every(({ name, tensor }, i) => tensor === tensors[i] && name === file.tensors[tensor]?.name);
    check(fits, 'the signature', `does not name the graph's ${what} as they are.`);
  }
}

function validateMetadata(file: TfliteFile, check: Check): void {
  const { metadata, labels } = file;
  check(
    metadata !== null,
    'metadata',
    'is missing: MediaPipe and the Task Library would not know how to feed the model.',
  );
  if (metadata !== null) {
    check(metadata.minParserVersion !== '', 'metadata', 'does not say which parser version it needs.');
    const graph = metadata.subgraphMetadata[0];
    check(
      metadata.subgraphMetadata.length === 1 &&
        graph?.inputTensorMetadata.length === file.inputs.length &&
        graph.outputTensorMetadata.length === file.outputs.length,
      'metadata',
      'does not describe each input and output of the one graph.',
    );
    const input = graph?.inputTensorMetadata[0];
    const content = input?.content?.contentProperties;
    check(
      content?.type === 'ImageProperties' && content.values.colorSpace === COLOR_SPACE.RGB,
      'metadata',
      'does not say that the input is an RGB image.',
    );
    const options = input?.processUnits
      .map((unit) => unit.options)
      .find((unit) => unit?.type === 'NormalizationOptions');
    check(
      options?.type === 'NormalizationOptions' &&
        sameNumbers(options.values.mean, [INPUT_MEAN]) &&
        sameNumbers(options.values.std, [INPUT_STD]),
      'metadata',
      `does not say that pixels are normalized by mean ${INPUT_MEAN} and std ${INPUT_STD}.`,
    );
  }
  check(labels !== null, 'labels', 'are not inside the model, or the metadata does not name their file.');
  if (labels === null) return;
  const classes = file.tensors[file.outputs[0] ?? -1]?.shape.at(-1);
  check(labels.length === classes, 'labels', `are ${labels.length}, but the model has ${classes} classes.`);
  const problem = labelsProblem(labels);
  check(problem === null, 'labels', `cannot be used: ${problem}`);
}
