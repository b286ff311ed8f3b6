import { describe, expect, it } from 'vitest';
import { findOp, mutateTflite } from '../../../../tests/parity/tfliteMutation.ts';
import type { Schema, SchemaTensor, Writable } from '../../../../tests/parity/tfliteMutation.ts';
import { smallIntegerModel } from '../../../../tests/parity/tfliteModel.ts';
import { createLitert } from './litert.ts';
import { alignedBytes, at, list, readRoot, table, writeRoot } from './flatbuffer.ts';
import { readFiles } from './associatedFiles.ts';
import type { Given } from './flatbuffer.ts';
import { METADATA_IDENTIFIER, METADATA_NAME, MODEL_METADATA } from './metadataSchema.ts';
import type { ModelMetadata } from './metadataSchema.ts';
import { MODEL, TFLITE_IDENTIFIER } from './schema.ts';
import type { SchemaModel } from './schema.ts';
import type { FindingCode } from './findings.ts';
import type { TfliteFinding } from './validate.ts';
import { assertValidTflite, validateTflite } from './validate.ts';
import { writeTflite } from './write.ts';
import type { TfliteOptions } from './write.ts';

const model = smallIntegerModel(1);
const labels = Array.from({ length: model.classes }, (_, i) => `label ${i}`);
const write = (options: Partial<TfliteOptions> = {}): Uint8Array =>
  writeTflite(model, { inputType: 'uint8', outputType: 'uint8', name: 'test', labels, ...options });
const bytes = write();

/** A finding of this code, with these parameters among its own, in a part whose name contains `where`. */
const problem = (code: FindingCode, params: Record<string, unknown> = {}, where = ''): object =>
  expect.objectContaining({
    where: expect.objectContaining({ text: expect.stringContaining(where) as string }) as object,
    problem: expect.objectContaining({
      code,
      ...(Object.keys(params).length === 0 ? {} : { params: expect.objectContaining(params) as object }),
    }) as object,
  }) as object;

describe('validateTflite', () => {
  it.each(['uint8', 'int8', 'float32'] as const)(
    'finds nothing wrong with files that the studio writes, %s in and out',
    (type) => {
      expect(validateTflite(write({ inputType: type, outputType: type }))).toEqual([]);
    },
  );

  it('finds nothing wrong with mixed types', () => {
    expect(validateTflite(write({ inputType: 'float32', outputType: 'int8' }))).toEqual([]);
  });

  it('throws with the first finding, all of them in the detail', () => {
    expect(() => assertValidTflite(bytes)).not.toThrow();
    const bad = mutateTflite(bytes, (schema) => {
      schema.signatureDefs = [];
      schema.metadata = [];
    });
    expect(() => assertValidTflite(bad)).toThrow(
      expect.objectContaining({
        kind: 'export',
        code: 'export.modelInvalidMore',
        message: expect.stringMatching(/Signatures: there are 0.*\(and \d more\)/s) as string,
        detail: expect.stringMatching(/Metadata: they are missing/) as string,
      }),
    );
  });

  it('does not throw for what cannot be read', () => {
    const codesOf = (file: Uint8Array): unknown[] => validateTflite(file).map((finding) => finding.problem.code);
    expect(codesOf(bytes.slice(0, 1000))).toEqual(['file.modelDamaged']);
    expect(codesOf(new TextEncoder().encode('no model at all'))).toEqual(['file.modelIdentifier']);
  });
});

const scalesOf = (tensor: { quantization: { scale: number[] } | null }): number[] => tensor.quantization!.scale;

describe('models that runtimes accept and compute wrongly, or refuse without a reason', () => {
  // prettier-ignore
  const silently: [string, object, (schema: Schema) => void][] = [
    ['a bias scale of twice the right one', problem('modelFile.biasScale', { index: 1 }), (schema) => { scalesOf(findOp(schema, 'CONV_2D').inputs[2]!)[1]! *= 2; }],
    ['a weight of -128', problem('modelFile.weightLow'), (schema) => {
      const weights = findOp(schema, 'CONV_2D').inputs[1]!;
      schema.buffers[weights.buffer]!.data = schema.buffers[weights.buffer]!.data!.with(5, 0x80);
    }],
    ['a LOGISTIC scale of 1/255', problem('modelFile.logisticOutput', { scale: Math.fround(1 / 255), zeroPoint: -128 }), (schema) => {
      scalesOf(findOp(schema, 'LOGISTIC').output)[0] = Math.fround(1 / 255);
    }],
  ];
  it.each(silently)('%s: LiteRT runs it, the validator refuses it', async (_, finding, change) => {
    const mutated = mutateTflite(bytes, change);
    const litert = await createLitert(mutated);
    expect(await litert.run(new Uint8Array(model.inputSize ** 2 * 3))).toHaveLength(model.classes);
    litert.dispose();
    expect(validateTflite(mutated)).toContainEqual(finding);
  });

  it('depthwise scales along axis 0: both refuse them', async () => {
    const mutated = mutateTflite(bytes, (schema) => {
      findOp(schema, 'DEPTHWISE_CONV_2D').inputs[1]!.quantization!.quantizedDimension = 0;
    });
    await expect(createLitert(mutated)).rejects.toMatchObject({ kind: 'export' });
    expect(validateTflite(mutated)).toContainEqual(
      problem('modelFile.weightScaleAxis', { found: 0, expected: 3 }, 'DEPTHWISE_CONV_2D'),
    );
  });
});

const options = (schema: Schema, operator: Parameters<typeof findOp>[1]): Record<string, unknown> => {
  const { builtinOptions } = findOp(schema, operator).op;
  return builtinOptions === null || builtinOptions.type === 'unknown' ? {} : builtinOptions.values;
};
const graph = (schema: Schema): Schema['subgraphs'][number] => schema.subgraphs[0]!;
const input = (schema: Schema): SchemaTensor => graph(schema).tensors[graph(schema).inputs[0]!]!;
const output = (schema: Schema): SchemaTensor => graph(schema).tensors[graph(schema).outputs[0]!]!;
const zeroPoint = (tensor: { quantization: { zeroPoint: number[] } | null }, value: number): void => {
  tensor.quantization!.zeroPoint[0] = value;
};
const shape = (schema: Schema, operator: Parameters<typeof findOp>[1], change: (sides: number[]) => void): void =>
  change(findOp(schema, operator).output.shape);

type Metadata = Writable<ModelMetadata>;

const MUTATIONS: [string, object, (schema: Schema) => void][] = [
  // Tensors
  [
    'a zero point outside of int8',
    problem('modelFile.zeroPointRange', { range: '-128..127', type: 'int8' }),
    (s) => zeroPoint(findOp(s, 'ADD').output, 128),
  ],
  [
    'a scale of 0',
    problem('modelFile.scaleInvalid'),
    (s) => {
      scalesOf(findOp(s, 'ADD').output)[0] = 0;
    },
  ],
  [
    'an infinite scale',
    problem('modelFile.scaleInvalid'),
    (s) => {
      scalesOf(findOp(s, 'ADD').output)[0] = Infinity;
    },
  ],
  [
    'an activation without scale',
    problem('modelFile.activationScales', { type: 'int8', found: 0 }),
    (s) => {
      findOp(s, 'ADD').output.quantization = null;
    },
  ],
  [
    'scales without zero points',
    problem('modelFile.scaleCount', { scales: 1, zeroPoints: 0 }),
    (s) => {
      findOp(s, 'ADD').output.quantization!.zeroPoint = [];
    },
  ],
  [
    'an unknown side',
    problem('modelFile.shapeUnknown'),
    (s) => {
      input(s).shape[0] = -1;
    },
  ],
  [
    'a buffer of the wrong size',
    problem('modelFile.size', { type: 'int8' }),
    (s) => {
      const { buffer } = findOp(s, 'CONV_2D').inputs[1]!;
      s.buffers[buffer]!.data = s.buffers[buffer]!.data!.slice(1);
    },
  ],
  [
    'a variable',
    problem('modelFile.variable'),
    (s) => {
      findOp(s, 'ADD').output.isVariable = true;
    },
  ],
  [
    'two tensors of one name',
    problem('modelFile.nameTwice'),
    (s) => {
      findOp(s, 'ADD').output.name = findOp(s, 'MEAN').output.name;
    },
  ],
  [
    'a tensor without name',
    problem('modelFile.unnamed'),
    (s) => {
      findOp(s, 'ADD').output.name = '';
    },
  ],
  // Connections
  [
    'a tensor that nothing produces',
    problem('modelFile.neverProduced', {}, 'extra'),
    (s) => {
      graph(s).tensors.push({ ...graph(s).tensors[0]!, name: 'extra' });
    },
  ],
  [
    'an activation that nothing reads',
    problem('modelFile.unused'),
    (s) => {
      findOp(s, 'ADD').op.inputs[1] = findOp(s, 'ADD').op.inputs[0]!;
    },
  ],
  [
    'a constant that nothing reads',
    problem('modelFile.unused', {}, 'extra'),
    (s) => {
      graph(s).tensors.push({ ...findOp(s, 'CONV_2D').inputs[2]!, name: 'extra' });
    },
  ],
  [
    'ops out of order',
    problem('modelFile.readTooEarly'),
    (s) => {
      graph(s).operators.reverse();
    },
  ],
  [
    'a repeated op',
    problem('modelFile.producedTwice'),
    (s) => {
      graph(s).operators.push(graph(s).operators.at(-1)!);
    },
  ],
  // Ops
  [
    'a wrong op version',
    problem('modelFile.opVersion', { found: 1, expected: 3 }),
    (s) => {
      s.operatorCodes[findOp(s, 'CONV_2D').op.opcodeIndex]!.version = 1;
    },
  ],
  [
    'a missing one-byte op code',
    problem('modelFile.opCode', { found: 0, expected: 3 }),
    (s) => {
      s.operatorCodes[findOp(s, 'CONV_2D').op.opcodeIndex]!.deprecatedBuiltinCode = 0;
    },
  ],
  [
    'an unknown operator',
    problem('modelFile.opUnknown'),
    (s) => {
      Object.assign(s.operatorCodes[findOp(s, 'LOGISTIC').op.opcodeIndex]!, {
        builtinCode: 25,
        deprecatedBuiltinCode: 25,
      });
    },
  ],
  [
    'an omitted input',
    problem('modelFile.opEnds', { inputs: 3, outputs: 1, needed: 3 }),
    (s) => {
      findOp(s, 'CONV_2D').op.inputs[2] = -1;
    },
  ],
  [
    'VALID padding',
    problem('modelFile.padding'),
    (s) => {
      options(s, 'CONV_2D')['padding'] = 1;
    },
  ],
  [
    'a stride that does not fit the output',
    problem('modelFile.opShape', { found: '1 x 16 x 16 x 16', expected: '1 x 32 x 32 x 16' }),
    (s) => {
      Object.assign(options(s, 'CONV_2D'), { strideW: 1, strideH: 1 });
    },
  ],
  [
    'unequal strides',
    problem('modelFile.strides', { height: 2, width: 1 }),
    (s) => {
      options(s, 'CONV_2D')['strideW'] = 1;
    },
  ],
  [
    'dilation',
    problem('modelFile.dilated'),
    (s) => {
      options(s, 'DEPTHWISE_CONV_2D')['dilationH'] = 2;
    },
  ],
  [
    'a depth multiplier',
    problem('modelFile.depthMultiplier', { found: 2 }),
    (s) => {
      options(s, 'DEPTHWISE_CONV_2D')['depthMultiplier'] = 2;
    },
  ],
  [
    'an activation that is neither ReLU nor ReLU6',
    problem('modelFile.activation', { found: 2 }),
    (s) => {
      options(s, 'CONV_2D')['activation'] = 2;
    },
  ],
  [
    'a ReLU that does not begin at the first code',
    problem('modelFile.reluOutput', { zeroPoint: 5 }),
    (s) => {
      options(s, 'CONV_2D')['activation'] = 1;
      findOp(s, 'CONV_2D').output.quantization!.zeroPoint = [5];
    },
  ],
  [
    'no options',
    problem('modelFile.opOptions', { options: 'Conv2DOptions' }),
    (s) => {
      findOp(s, 'CONV_2D').op.builtinOptions = null;
    },
  ],
  [
    'RELU6 with an output scale of its own',
    problem('modelFile.relu6Output', { scale: Math.fround(0.03) }),
    (s) => {
      scalesOf(findOp(s, 'DEPTHWISE_CONV_2D').output)[0] = Math.fround(0.03);
    },
  ],
  [
    'a shape that SAME padding does not give',
    problem('modelFile.opShape', { found: '1 x 15 x 16 x 16', expected: '1 x 16 x 16 x 16' }),
    (s) =>
      shape(s, 'CONV_2D', (sides) => {
        sides[1]! -= 1;
      }),
  ],
  [
    'one weight scale for a convolution',
    problem('modelFile.weightScales', { found: 1, expected: 16 }),
    (s) => {
      for (const tensor of findOp(s, 'CONV_2D').inputs.slice(1))
        Object.assign(tensor.quantization!, { scale: [scalesOf(tensor)[0]], zeroPoint: [0] });
    },
  ],
  [
    'weights with a zero point',
    problem('modelFile.weightZeroPoint'),
    (s) => zeroPoint(findOp(s, 'CONV_2D').inputs[1]!, 1),
  ],
  [
    'a bias with a zero point',
    problem('modelFile.biasZeroPoint'),
    (s) => zeroPoint(findOp(s, 'FULLY_CONNECTED').inputs[2]!, 1),
  ],
  [
    'a bias that can leave int32',
    problem('modelFile.accumulator', { filter: 0 }),
    (s) => {
      const { buffer } = findOp(s, 'CONV_2D').inputs[2]!;
      const data = s.buffers[buffer]!.data!.slice();
      new DataView(data.buffer).setInt32(0, 2 ** 31 - 1, true);
      s.buffers[buffer]!.data = data;
    },
  ],
  [
    'an input scale that asks for more than XNNPACK computes',
    problem('modelFile.scaleRatio'),
    (s) => {
      const { inputs } = findOp(s, 'CONV_2D');
      scalesOf(inputs[1]!)[0] = 1e6;
      scalesOf(inputs[2]!)[0] = Math.fround(1e6 * scalesOf(inputs[0]!)[0]!);
    },
  ],
  [
    'FULLY_CONNECTED with one scale per row',
    problem('modelFile.weightScalesOne'),
    (s) => {
      for (const tensor of findOp(s, 'FULLY_CONNECTED').inputs.slice(1)) {
        const rows = findOp(s, 'FULLY_CONNECTED').output.shape[1]!;
        Object.assign(tensor.quantization!, {
          scale: Array(rows).fill(scalesOf(tensor)[0]),
          zeroPoint: Array(rows).fill(0),
        });
      }
    },
  ],
  [
    'FULLY_CONNECTED with an activation',
    problem('modelFile.activationFused'),
    (s) => {
      options(s, 'FULLY_CONNECTED')['activation'] = 1;
    },
  ],
  [
    'ADD with an activation',
    problem('modelFile.addOptions'),
    (s) => {
      options(s, 'ADD')['activation'] = 3;
    },
  ],
  [
    'ADD with scales too far apart',
    problem('modelFile.addScale'),
    (s) => {
      scalesOf(findOp(s, 'ADD').output)[0] = 1e4;
    },
  ],
  [
    'MEAN that keeps its dimensions',
    problem('modelFile.meanDimensions'),
    (s) => {
      options(s, 'MEAN')['keepDims'] = true;
    },
  ],
  [
    'MEAN over other axes',
    problem('modelFile.meanAxes'),
    (s) => {
      s.buffers[findOp(s, 'MEAN').inputs[1]!.buffer]!.data = Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0);
    },
  ],
  [
    'a QUANTIZE that loses numbers',
    problem('modelFile.quantizeLoses', {}, 'QUANTIZE'),
    (s) => {
      scalesOf(findOp(s, 'QUANTIZE').output)[0] = 1 / 64;
    },
  ],
  [
    'MEAN with scales too far apart',
    problem('modelFile.meanScale'),
    (s) => {
      scalesOf(findOp(s, 'MEAN').output)[0] = 1e4;
    },
  ],
  [
    'QUANTIZE between other types',
    problem('modelFile.quantizeTypes', { from: 'uint8', to: 'uint8' }),
    (s) => {
      findOp(s, 'QUANTIZE').output.type = 3;
    },
  ],
  // Types and shapes of what an op reads
  [
    'an op on uint8',
    problem('modelFile.notInt8', {}, 'CONV_2D'),
    (s) => {
      findOp(s, 'CONV_2D').op.inputs[0] = graph(s).inputs[0]!;
    },
  ],
  [
    'weights that are not constant',
    problem('modelFile.weightsConstant'),
    (s) => {
      findOp(s, 'CONV_2D').op.inputs[1] = findOp(s, 'ADD').op.outputs[0]!;
    },
  ],
  [
    'a bias that is not constant int32',
    problem('modelFile.biasConstant', { filters: 16 }),
    (s) => {
      findOp(s, 'CONV_2D').inputs[2]!.type = 0;
    },
  ],
  [
    'a bias for other filters',
    problem('modelFile.biasConstant', { filters: 16 }),
    (s) => {
      findOp(s, 'CONV_2D').inputs[2]!.shape = [8, 2];
    },
  ],
  [
    'fewer bias scales than weight scales',
    problem('modelFile.biasScaleCount', { bias: 1, weights: 16 }),
    (s) => {
      Object.assign(findOp(s, 'CONV_2D').inputs[2]!.quantization!, { scale: [1], zeroPoint: [0] });
    },
  ],
  [
    'bias scales along another axis',
    problem('modelFile.biasAxis'),
    (s) => {
      findOp(s, 'CONV_2D').inputs[2]!.quantization!.quantizedDimension = 1;
    },
  ],
  [
    'weights of two axes',
    problem('modelFile.fourAxes'),
    (s) => {
      findOp(s, 'CONV_2D').inputs[1]!.shape = [16, 27];
    },
  ],
  [
    'weights for other channels',
    problem('modelFile.channels', { shape: '16 x 3 x 1 x 9', channels: 3 }),
    (s) => {
      findOp(s, 'CONV_2D').inputs[1]!.shape = [16, 3, 1, 9];
    },
  ],
  [
    'FULLY_CONNECTED on other features',
    problem('modelFile.features', { shape: '7 x 32 x 2', input: '1 x 64' }),
    (s) => {
      findOp(s, 'FULLY_CONNECTED').inputs[1]!.shape = [7, 32, 2];
    },
  ],
  [
    'FULLY_CONNECTED without options',
    problem('modelFile.opOptions', { options: 'FullyConnectedOptions' }),
    (s) => {
      findOp(s, 'FULLY_CONNECTED').op.builtinOptions = null;
    },
  ],
  [
    'FULLY_CONNECTED with shuffled weights',
    problem('modelFile.shuffled'),
    (s) => {
      options(s, 'FULLY_CONNECTED')['weightsFormat'] = 1;
    },
  ],
  // Ends
  [
    'a wrong quantization of pixels',
    problem('modelFile.endQuantization', { type: 'uint8', scale: 1 / 128, zeroPoint: 128, expected: 127 }),
    (s) => zeroPoint(input(s), 128),
  ],
  [
    'a wrong quantization of scores',
    problem('modelFile.endQuantization', { type: 'uint8', scale: 1 / 256, zeroPoint: 1, expected: 0 }),
    (s) => zeroPoint(output(s), 1),
  ],
  [
    'two outputs',
    problem('modelFile.endCount', { found: 2 }, 'Outputs'),
    (s) => {
      graph(s).outputs.push(findOp(s, 'LOGISTIC').op.outputs[0]!);
    },
  ],
  [
    'scores that are not from a sigmoid',
    problem('modelFile.outputProducer', { operator: 'FULLY_CONNECTED' }),
    (s) => {
      graph(s).operators.at(-1)!.inputs = [findOp(s, 'FULLY_CONNECTED').op.outputs[0]!];
    },
  ],
  [
    'two inputs',
    problem('modelFile.endCount', { found: 2 }, 'Inputs'),
    (s) => {
      graph(s).inputs.push(graph(s).inputs[0]!);
    },
  ],
  [
    'an input with a fourth channel',
    problem('modelFile.inputShape', { shape: '1 x 32 x 32 x 4' }),
    (s) => {
      input(s).shape[3] = 4;
    },
  ],
  [
    'an input that is not square',
    problem('modelFile.inputShape', { shape: '1 x 32 x 31 x 3' }),
    (s) => {
      input(s).shape[2] = 31;
    },
  ],
  [
    'an input of int32',
    problem('modelFile.endType', { type: 'int32' }),
    (s) => {
      input(s).type = 2;
    },
  ],
  [
    'an output of three axes',
    problem('modelFile.outputShape', { shape: '1 x 1 x 7' }),
    (s) => {
      output(s).shape = [1, 1, 7];
    },
  ],
  // Signature, metadata, file
  [
    'a signature that names another graph',
    problem('modelFile.signatureGraph', { found: 1 }),
    (s) => {
      s.signatureDefs[0]!.subgraphIndex = 1;
    },
  ],
  [
    'a wrong signature name',
    problem('modelFile.signatureName', { found: 'main' }),
    (s) => {
      s.signatureDefs[0]!.signatureKey = 'main';
    },
  ],
  [
    'a signature that names other tensors',
    problem('modelFile.signatureOutputs'),
    (s) => {
      s.signatureDefs[0]!.outputs[0]!.tensorIndex = 3;
    },
  ],
  [
    'no metadata',
    problem('modelFile.metadataMissing'),
    (s) => {
      s.metadata = [];
    },
  ],
  [
    'a wrong schema version',
    problem('modelFile.schemaVersion', { found: 2, expected: 3 }),
    (s) => {
      s.version = 2;
    },
  ],
  [
    'a second graph',
    problem('modelFile.graphCount', { found: 2 }),
    (s) => {
      s.subgraphs.push(graph(s));
    },
  ],
];

describe('the validator refuses', () => {
  it.each(MUTATIONS)('%s', (_, finding, change) => {
    expect(validateTflite(mutateTflite(bytes, change))).toContainEqual(finding);
  });

  it('float32 inputs or outputs that are quantized or converted wrongly', () => {
    const float = write({ inputType: 'float32', outputType: 'float32' });
    expect(
      validateTflite(
        mutateTflite(float, (s) => {
          input(s).quantization = { scale: [1], zeroPoint: [0], quantizedDimension: 0 };
        }),
      ),
    ).toContainEqual(problem('modelFile.floatQuantized'));
    expect(
      validateTflite(
        mutateTflite(float, (s) => {
          findOp(s, 'QUANTIZE').output.type = 3;
        }),
      ),
    ).toContainEqual(problem('modelFile.quantizeFloat'));
    expect(
      validateTflite(
        mutateTflite(float, (s) => {
          findOp(s, 'DEQUANTIZE').inputs[0]!.type = 3;
        }),
      ),
    ).toContainEqual(problem('modelFile.dequantize'));
  });

  it.each<[string, object, (metadata: Metadata) => void]>([
    [
      'without a parser version',
      problem('modelFile.parserVersion'),
      (m) => {
        m.minParserVersion = '';
      },
    ],
    [
      'without the output',
      problem('modelFile.metadataEnds'),
      (m) => {
        m.subgraphMetadata[0]!.outputTensorMetadata = [];
      },
    ],
    [
      'of a gray image',
      problem('modelFile.metadataRgb'),
      (m) => {
        m.subgraphMetadata[0]!.inputTensorMetadata[0]!.content = {
          contentProperties: { type: 'ImageProperties', values: { colorSpace: 2 } },
        };
      },
    ],
    [
      'with another mean',
      problem('modelFile.metadataNormalization', { mean: 127, std: 128 }),
      (m) => {
        m.subgraphMetadata[0]!.inputTensorMetadata[0]!.processUnits = [
          { options: { type: 'NormalizationOptions', values: { mean: [127.5], std: [128] } } },
        ];
      },
    ],
    [
      'with another std',
      problem('modelFile.metadataNormalization', { mean: 127, std: 128 }),
      (m) => {
        m.subgraphMetadata[0]!.inputTensorMetadata[0]!.processUnits = [
          { options: { type: 'NormalizationOptions', values: { mean: [127], std: [1] } } },
        ];
      },
    ],
  ])('metadata %s', (_, finding, change) => {
    expect(
      validateTflite(
        mutateTflite(bytes, (s) => {
          const entry = s.metadata.find(({ name }) => name === METADATA_NAME)!;
          const metadata = structuredClone(
            readRoot(s.buffers[entry.buffer]!.data!, MODEL_METADATA, METADATA_IDENTIFIER),
          ) as Metadata;
          change(metadata);
          s.buffers[entry.buffer]!.data = writeRoot(
            MODEL_METADATA,
            METADATA_IDENTIFIER,
            metadata as Given<typeof MODEL_METADATA>,
          );
        }),
      ),
    ).toContainEqual(finding);
  });

  it('no labels, too few, or unreadable ones', () => {
    const withFile = (name: string, text: string): TfliteFinding[] =>
      validateTflite(mutateTflite(bytes, () => undefined, [{ name, data: new TextEncoder().encode(text) }]));
    const missing = problem('modelFile.labelsMissing');
    expect(validateTflite(mutateTflite(bytes, () => undefined, []))).toContainEqual(missing);
    expect(withFile('other.txt', '')).toContainEqual(missing);
    expect(withFile('labels.txt', 'a\nb\n')).toContainEqual(
      problem('modelFile.labelsCount', { found: 2, classes: model.classes }),
    );
    expect(withFile('labels.txt', 'a\n'.repeat(model.classes))).toContainEqual(
      problem('modelFile.labelsUnusable', {
        problem: expect.objectContaining({ code: 'modelFile.labelTwice', params: { number: 2, label: '"a"' } }),
      }),
    );
  });

  it('constants that are not aligned', () => {
    const fields = { ...MODEL.fields, buffers: at(4, list(table('Buffer', { data: at(0, alignedBytes(1)) }))) };
    const schema = readRoot(bytes, MODEL, TFLITE_IDENTIFIER) as SchemaModel;
    const loose = writeRoot(table('Model', fields), TFLITE_IDENTIFIER, schema);
    expect(validateTflite(loose)).toContainEqual(problem('modelFile.alignment', { alignment: 16 }));
    expect(readFiles(loose)).toBeNull();
  });
});
