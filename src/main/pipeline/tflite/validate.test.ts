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
import { assertValidTflite, validateTflite } from './validate.ts';
import { writeTflite } from './write.ts';
import type { TfliteOptions } from './write.ts';

const model = smallIntegerModel(1);
const labels = Array.from({ length: model.classes }, (_, i) => `label ${i}`);
const write = (options: Partial<TfliteOptions> = {}): Uint8Array =>
  writeTflite(model, { inputType: 'uint8', outputType: 'uint8', name: 'test', labels, ...options });
const bytes = write();
const problems = (file: Uint8Array): string =>
  validateTflite(file)
    .map(({ where, problem }) => `${where} ${problem}`)
    .join('\n');

describe('validateTflite', () => {
  it.each(['uint8', 'int8', 'float32'] as const)('finds nothing wrong with what we write, %s in and out', (type) => {
    expect(problems(write({ inputType: type, outputType: type }))).toBe('');
  });

  it('finds nothing wrong with mixed types', () => {
    expect(problems(write({ inputType: 'float32', outputType: 'int8' }))).toBe('');
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
        message: expect.stringMatching(/signatures: are 0.*\(and \d more\)/s) as string,
        detail: expect.stringMatching(/metadata: is missing/) as string,
      }),
    );
  });

  it('does not throw for what cannot be read', () => {
    expect(problems(bytes.slice(0, 1000))).toMatch(/file The model file is damaged/);
    expect(problems(new TextEncoder().encode('no model at all'))).toMatch(/TFL3/);
  });
});

const scalesOf = (tensor: { quantization: { scale: number[] } | null }): number[] => tensor.quantization!.scale;

describe('what runtimes accept and compute wrongly, or refuse without a reason', () => {
  // prettier-ignore
  const silently: [string, RegExp, (schema: Schema) => void][] = [
    ['a bias scale of twice the right one', /bias scale .* at 1; input scale times weight scale is/, (schema) => { scalesOf(findOp(schema, 'CONV_2D').inputs[2]!)[1]! *= 2; }],
    ['a weight of -128', /a weight of -128/, (schema) => {
      const weights = findOp(schema, 'CONV_2D').inputs[1]!;
      schema.buffers[weights.buffer]!.data = schema.buffers[weights.buffer]!.data!.with(5, 0x80);
    }],
    ['a LOGISTIC scale of 1/255', /gives scale 0\.0039215\d* and zero point -128; the kernels always compute for 1\/256/, (schema) => {
      scalesOf(findOp(schema, 'LOGISTIC').output)[0] = Math.fround(1 / 255);
    }],
  ];
  it.each(silently)('%s: LiteRT runs it, the validator refuses it', async (_, message, change) => {
    const mutated = mutateTflite(bytes, change);
    const litert = await createLitert(mutated);
    expect(await litert.run(new Uint8Array(model.inputSize ** 2 * 3))).toHaveLength(model.classes);
    litert.dispose();
    expect(problems(mutated)).toMatch(message);
  });

  it('depthwise scales along axis 0: neither takes it', async () => {
    const mutated = mutateTflite(bytes, (schema) => {
      findOp(schema, 'DEPTHWISE_CONV_2D').inputs[1]!.quantization!.quantizedDimension = 0;
    });
    await expect(createLitert(mutated)).rejects.toMatchObject({ kind: 'export' });
    expect(problems(mutated)).toMatch(/DEPTHWISE_CONV_2D.* weight scales along axis 0; the filters lie along axis 3/);
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

const MUTATIONS: [string, RegExp, (schema: Schema) => void][] = [
  // Tensors
  [
    'a zero point outside of int8',
    /zero point outside of int8's -128\.\.127/,
    (s) => zeroPoint(findOp(s, 'ADD').output, 128),
  ],
  [
    'a scale of 0',
    /scale that is not a positive/,
    (s) => {
      scalesOf(findOp(s, 'ADD').output)[0] = 0;
    },
  ],
  [
    'an infinite scale',
    /scale that is not a positive/,
    (s) => {
      scalesOf(findOp(s, 'ADD').output)[0] = Infinity;
    },
  ],
  [
    'an activation without scale',
    /int8 activation with 0 scales/,
    (s) => {
      findOp(s, 'ADD').output.quantization = null;
    },
  ],
  [
    'scales without zero points',
    /1 scales but 0 zero points/,
    (s) => {
      findOp(s, 'ADD').output.quantization!.zeroPoint = [];
    },
  ],
  [
    'an unknown side',
    /every side must be known/,
    (s) => {
      input(s).shape[0] = -1;
    },
  ],
  [
    'a buffer of the wrong size',
    /holds \d+ bytes, but .* of int8 are/,
    (s) => {
      const { buffer } = findOp(s, 'CONV_2D').inputs[1]!;
      s.buffers[buffer]!.data = s.buffers[buffer]!.data!.slice(1);
    },
  ],
  [
    'a variable',
    /is a variable/,
    (s) => {
      findOp(s, 'ADD').output.isVariable = true;
    },
  ],
  [
    'two tensors of one name',
    /has the name of another tensor/,
    (s) => {
      findOp(s, 'ADD').output.name = findOp(s, 'MEAN').output.name;
    },
  ],
  [
    'a tensor without name',
    /has no name/,
    (s) => {
      findOp(s, 'ADD').output.name = '';
    },
  ],
  // Connections
  [
    'a tensor that nothing makes',
    /'extra'\) is made by no op and has no data/,
    (s) => {
      graph(s).tensors.push({ ...graph(s).tensors[0]!, name: 'extra' });
    },
  ],
  [
    'an activation that nothing reads',
    /is used by nothing/,
    (s) => {
      findOp(s, 'ADD').op.inputs[1] = findOp(s, 'ADD').op.inputs[0]!;
    },
  ],
  [
    'a constant that nothing reads',
    /'extra'\) is used by nothing/,
    (s) => {
      graph(s).tensors.push({ ...findOp(s, 'CONV_2D').inputs[2]!, name: 'extra' });
    },
  ],
  [
    'ops out of order',
    /which nothing before it makes/,
    (s) => {
      graph(s).operators.reverse();
    },
  ],
  [
    'an op twice',
    /which is there already/,
    (s) => {
      graph(s).operators.push(graph(s).operators.at(-1)!);
    },
  ],
  // Ops
  [
    'another op version',
    /has version 1; int8 needs 3/,
    (s) => {
      s.operatorCodes[findOp(s, 'CONV_2D').op.opcodeIndex]!.version = 1;
    },
  ],
  [
    'no one-byte op code',
    /has 0 in the one-byte code that old runtimes read, not 3/,
    (s) => {
      s.operatorCodes[findOp(s, 'CONV_2D').op.opcodeIndex]!.deprecatedBuiltinCode = 0;
    },
  ],
  [
    'a foreign operator',
    /is an operator that no model of ours needs/,
    (s) => {
      Object.assign(s.operatorCodes[findOp(s, 'LOGISTIC').op.opcodeIndex]!, {
        builtinCode: 25,
        deprecatedBuiltinCode: 25,
      });
    },
  ],
  [
    'an input left out',
    /has 3 inputs and 1 outputs; it needs 3 and 1, none left out/,
    (s) => {
      findOp(s, 'CONV_2D').op.inputs[2] = -1;
    },
  ],
  [
    'VALID padding',
    /does not pad the SAME way/,
    (s) => {
      options(s, 'CONV_2D')['padding'] = 1;
    },
  ],
  [
    'another stride',
    /gives 1 x 16 x 16 x 16; its input and options give 1 x 32 x 32 x 16/,
    (s) => {
      Object.assign(options(s, 'CONV_2D'), { strideW: 1, strideH: 1 });
    },
  ],
  [
    'unequal strides',
    /has strides 2 and 1/,
    (s) => {
      options(s, 'CONV_2D')['strideW'] = 1;
    },
  ],
  [
    'dilation',
    /is dilated/,
    (s) => {
      options(s, 'DEPTHWISE_CONV_2D')['dilationH'] = 2;
    },
  ],
  [
    'a depth multiplier',
    /depth multiplier 2/,
    (s) => {
      options(s, 'DEPTHWISE_CONV_2D')['depthMultiplier'] = 2;
    },
  ],
  [
    'an activation that is neither ReLU nor ReLU6',
    /fused activation 2/,
    (s) => {
      options(s, 'CONV_2D')['activation'] = 2;
    },
  ],
  [
    'a ReLU that does not begin at the first code',
    /fused RELU, but its output has zero point 5, not -128/,
    (s) => {
      options(s, 'CONV_2D')['activation'] = 1;
      findOp(s, 'CONV_2D').output.quantization!.zeroPoint = [5];
    },
  ],
  [
    'no options',
    /has no Conv2DOptions/,
    (s) => {
      findOp(s, 'CONV_2D').op.builtinOptions = null;
    },
  ],
  [
    'RELU6 with an output scale of its own',
    /fused RELU6, but its output has scale/,
    (s) => {
      scalesOf(findOp(s, 'DEPTHWISE_CONV_2D').output)[0] = Math.fround(0.03);
    },
  ],
  [
    'a shape that SAME padding does not give',
    /gives 1 x 15 x .*; its input and options give 1 x 16 x/,
    (s) =>
      shape(s, 'CONV_2D', (sides) => {
        sides[1]! -= 1;
      }),
  ],
  [
    'one weight scale for a convolution',
    /has 1 weight scales; the kernels need one a filter: 16/,
    (s) => {
      for (const tensor of findOp(s, 'CONV_2D').inputs.slice(1))
        Object.assign(tensor.quantization!, { scale: [scalesOf(tensor)[0]], zeroPoint: [0] });
    },
  ],
  ['weights with a zero point', /weights with a zero point/, (s) => zeroPoint(findOp(s, 'CONV_2D').inputs[1]!, 1)],
  ['a bias with a zero point', /bias with a zero point/, (s) => zeroPoint(findOp(s, 'FULLY_CONNECTED').inputs[2]!, 1)],
  [
    'a bias that can leave int32',
    /whose sum can leave int32/,
    (s) => {
      const { buffer } = findOp(s, 'CONV_2D').inputs[2]!;
      const data = s.buffers[buffer]!.data!.slice();
      new DataView(data.buffer).setInt32(0, 2 ** 31 - 1, true);
      s.buffers[buffer]!.data = data;
    },
  ],
  [
    'an input scale that asks for more than XNNPACK computes',
    /outside of what XNNPACK computes/,
    (s) => {
      const { inputs } = findOp(s, 'CONV_2D');
      scalesOf(inputs[1]!)[0] = 1e6;
      scalesOf(inputs[2]!)[0] = Math.fround(1e6 * scalesOf(inputs[0]!)[0]!);
    },
  ],
  [
    'FULLY_CONNECTED with a scale a row',
    /has \d+ weight scales; the kernels need one for all/,
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
    /has a fused activation/,
    (s) => {
      options(s, 'FULLY_CONNECTED')['activation'] = 1;
    },
  ],
  [
    'ADD with an activation',
    /ADD.* has a fused activation/,
    (s) => {
      options(s, 'ADD')['activation'] = 3;
    },
  ],
  [
    'ADD with scales too far apart',
    /XNNPACK adds from/,
    (s) => {
      scalesOf(findOp(s, 'ADD').output)[0] = 1e4;
    },
  ],
  [
    'MEAN that keeps its dimensions',
    /keeps dimensions/,
    (s) => {
      options(s, 'MEAN')['keepDims'] = true;
    },
  ],
  [
    'MEAN over other axes',
    /constant axes 1 and 2/,
    (s) => {
      s.buffers[findOp(s, 'MEAN').inputs[1]!.buffer]!.data = Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0);
    },
  ],
  [
    'a QUANTIZE that loses numbers',
    /QUANTIZE.* loses numbers/,
    (s) => {
      scalesOf(findOp(s, 'QUANTIZE').output)[0] = 1 / 64;
    },
  ],
  [
    'MEAN with scales too far apart',
    /XNNPACK averages from/,
    (s) => {
      scalesOf(findOp(s, 'MEAN').output)[0] = 1e4;
    },
  ],
  [
    'QUANTIZE between other types',
    /QUANTIZE.* converts uint8 to uint8/,
    (s) => {
      findOp(s, 'QUANTIZE').output.type = 3;
    },
  ],
  // Types and shapes of what an op reads
  [
    'an op on uint8',
    /CONV_2D.* does not go from int8 activations to int8 activations/,
    (s) => {
      findOp(s, 'CONV_2D').op.inputs[0] = graph(s).inputs[0]!;
    },
  ],
  [
    'weights that are no constant',
    /does not have constant int8 weights/,
    (s) => {
      findOp(s, 'CONV_2D').op.inputs[1] = findOp(s, 'ADD').op.outputs[0]!;
    },
  ],
  [
    'a bias that is no constant int32',
    /does not have a constant int32 bias of 16/,
    (s) => {
      findOp(s, 'CONV_2D').inputs[2]!.type = 0;
    },
  ],
  [
    'a bias for other filters',
    /does not have a constant int32 bias of 16/,
    (s) => {
      findOp(s, 'CONV_2D').inputs[2]!.shape = [8, 2];
    },
  ],
  [
    'fewer bias scales than weight scales',
    /has 1 bias scales for 16 weight scales/,
    (s) => {
      Object.assign(findOp(s, 'CONV_2D').inputs[2]!.quantization!, { scale: [1], zeroPoint: [0] });
    },
  ],
  [
    'bias scales along another axis',
    /bias with scales along an axis/,
    (s) => {
      findOp(s, 'CONV_2D').inputs[2]!.quantization!.quantizedDimension = 1;
    },
  ],
  [
    'weights of two axes',
    /does not have an image and weights of four axes/,
    (s) => {
      findOp(s, 'CONV_2D').inputs[1]!.shape = [16, 27];
    },
  ],
  [
    'weights for other channels',
    /has weights of 16 x 3 x 1 x 9 for 3 channels/,
    (s) => {
      findOp(s, 'CONV_2D').inputs[1]!.shape = [16, 3, 1, 9];
    },
  ],
  [
    'FULLY_CONNECTED on other features',
    /has weights of 7 x 32 x 2 for an input of 1 x 64/,
    (s) => {
      findOp(s, 'FULLY_CONNECTED').inputs[1]!.shape = [7, 32, 2];
    },
  ],
  [
    'FULLY_CONNECTED without options',
    /has no FullyConnectedOptions/,
    (s) => {
      findOp(s, 'FULLY_CONNECTED').op.builtinOptions = null;
    },
  ],
  [
    'FULLY_CONNECTED with shuffled weights',
    /has shuffled weights/,
    (s) => {
      options(s, 'FULLY_CONNECTED')['weightsFormat'] = 1;
    },
  ],
  // Ends
  [
    'pixels quantized otherwise',
    /the input has scale 0\.0078125 and zero point 128; for uint8 they must be 1\/128 and 127/,
    (s) => zeroPoint(input(s), 128),
  ],
  [
    'scores quantized otherwise',
    /the output has scale 0\.00390625 and zero point 1; for uint8 they must be 1\/256 and 0/,
    (s) => zeroPoint(output(s), 1),
  ],
  [
    'two outputs',
    /outputs are 2/,
    (s) => {
      graph(s).outputs.push(findOp(s, 'LOGISTIC').op.outputs[0]!);
    },
  ],
  [
    "scores that are no sigmoid's",
    /come from LOGISTIC/,
    (s) => {
      graph(s).operators.at(-1)!.inputs = [findOp(s, 'FULLY_CONNECTED').op.outputs[0]!];
    },
  ],
  [
    'two inputs',
    /inputs are 2/,
    (s) => {
      graph(s).inputs.push(graph(s).inputs[0]!);
    },
  ],
  [
    'an input of other channels',
    /the input has the shape 1 x 32 x 32 x 4; it must be 1 x S x S x 3/,
    (s) => {
      input(s).shape[3] = 4;
    },
  ],
  [
    'an input that is no square',
    /the input has the shape 1 x 32 x 31 x 3/,
    (s) => {
      input(s).shape[2] = 31;
    },
  ],
  [
    'an input of int32',
    /the input is int32; it must be uint8, int8 or float32/,
    (s) => {
      input(s).type = 2;
    },
  ],
  [
    'an output of three axes',
    /the output has the shape 1 x 1 x 7; it must be 1 x classes/,
    (s) => {
      output(s).shape = [1, 1, 7];
    },
  ],
  // Signature, metadata, file
  [
    'a signature of another graph',
    /signature names graph 1/,
    (s) => {
      s.signatureDefs[0]!.subgraphIndex = 1;
    },
  ],
  [
    'another signature name',
    /is called 'main', not 'serving_default'/,
    (s) => {
      s.signatureDefs[0]!.signatureKey = 'main';
    },
  ],
  [
    'a signature of other tensors',
    /does not name the graph's outputs as they are/,
    (s) => {
      s.signatureDefs[0]!.outputs[0]!.tensorIndex = 3;
    },
  ],
  [
    'no metadata',
    /metadata is missing/,
    (s) => {
      s.metadata = [];
    },
  ],
  [
    'another schema version',
    /schema version 2, not 3/,
    (s) => {
      s.version = 2;
    },
  ],
  [
    'a second graph',
    /has 2 graphs/,
    (s) => {
      s.subgraphs.push(graph(s));
    },
  ],
];

describe('what else may not ship', () => {
  it.each(MUTATIONS)('%s', (_, message, change) => {
    expect(problems(mutateTflite(bytes, change))).toMatch(message);
  });

  it('float32 ends that are quantized or converted otherwise', () => {
    const float = write({ inputType: 'float32', outputType: 'float32' });
    expect(
      problems(
        mutateTflite(float, (s) => {
          input(s).quantization = { scale: [1], zeroPoint: [0], quantizedDimension: 0 };
        }),
      ),
    ).toMatch(/'image'\) is float32 and yet quantized/);
    expect(
      problems(
        mutateTflite(float, (s) => {
          findOp(s, 'QUANTIZE').output.type = 3;
        }),
      ),
    ).toMatch(/turns float32 into something other than int8/);
    expect(
      problems(
        mutateTflite(float, (s) => {
          findOp(s, 'DEQUANTIZE').inputs[0]!.type = 3;
        }),
      ),
    ).toMatch(/does not turn int8 into float32/);
  });

  it.each<[string, RegExp, (metadata: Metadata) => void]>([
    [
      'without a parser version',
      /does not say which parser version/,
      (m) => {
        m.minParserVersion = '';
      },
    ],
    [
      'without the output',
      /does not describe each input and output/,
      (m) => {
        m.subgraphMetadata[0]!.outputTensorMetadata = [];
      },
    ],
    [
      'of a grey image',
      /does not say that the input is an RGB image/,
      (m) => {
        m.subgraphMetadata[0]!.inputTensorMetadata[0]!.content = {
          contentProperties: { type: 'ImageProperties', values: { colorSpace: 2 } },
        };
      },
    ],
    [
      'with another mean',
      /normalized by mean 127 and std 128/,
      (m) => {
        m.subgraphMetadata[0]!.inputTensorMetadata[0]!.processUnits = [
          { options: { type: 'NormalizationOptions', values: { mean: [127.5], std: [128] } } },
        ];
      },
    ],
    [
      'with another std',
      /normalized by mean 127 and std 128/,
      (m) => {
        m.subgraphMetadata[0]!.inputTensorMetadata[0]!.processUnits = [
          { options: { type: 'NormalizationOptions', values: { mean: [127], std: [1] } } },
        ];
      },
    ],
  ])('metadata %s', (_, message, change) => {
    expect(
      problems(
        mutateTflite(bytes, (s) => {
          const entry = s.metadata.find(({ name }) => name === METADATA_NAME)!;
          const metadata = structuredClone(
            readRoot(s.buffers[entry.buffer]!.data!, MODEL_METADATA, METADATA_IDENTIFIER, 'metadata'),
          ) as Metadata;
          change(metadata);
          s.buffers[entry.buffer]!.data = writeRoot(
            MODEL_METADATA,
            METADATA_IDENTIFIER,
            metadata as Given<typeof MODEL_METADATA>,
          );
        }),
      ),
    ).toMatch(message);
  });

  it('no labels, too few, or unreadable ones', () => {
    expect(problems(mutateTflite(bytes, () => undefined, []))).toMatch(/labels are not inside the model/);
    const file = (text: string): Uint8Array =>
      mutateTflite(bytes, () => undefined, [{ name: 'labels.txt', data: new TextEncoder().encode(text) }]);
    expect(problems(file('a\nb\n'))).toMatch(/labels are 2, but the model has \d+ classes/);
    expect(problems(file('a\n'.repeat(model.classes)))).toMatch(/labels cannot be used: Label 2 .* is there twice/);
    expect(problems(mutateTflite(bytes, () => undefined, [{ name: 'other.txt', data: new Uint8Array(0) }]))).toMatch(
      /labels are not inside the model/,
    );
  });

  it('constants that are not aligned', () => {
    const fields = { ...MODEL.fields, buffers: at(4, list(table('Buffer', { data: at(0, alignedBytes(1)) }))) };
    const schema = readRoot(bytes, MODEL, TFLITE_IDENTIFIER, 'model file') as SchemaModel;
    const loose = writeRoot(table('Model', fields), TFLITE_IDENTIFIER, schema);
    expect(validateTflite(loose).filter(({ problem }) => problem.includes('no multiple of 16')).length).toBeGreaterThan(
      0,
    );
    expect(readFiles(loose)).toBeNull();
  });
});
