import { Problem } from '../../../shared/problem.ts';
import type { IntegerModel, IntegerOp, IntegerTensor } from '../quant/integerModel.ts';
import type { TfliteFile, TfliteOp, TfliteTensor } from './read.ts';
import { ACTIVATION } from './schema.ts';

/**
 * The integer model inside a .tflite that validateTflite accepts: the inverse of writeTflite. Tensors are named by
 * their index, because names in a file need not be unique.
 */
export function readIntegerModel(file: TfliteFile): IntegerModel {
  const tensors = new Map<number, IntegerTensor>();
  const ops = file.ops.filter(({ operator }) => operator !== 'QUANTIZE' && operator !== 'DEQUANTIZE');
  const [first] = ops;
  const last = ops.at(-1);
  if (first === undefined || last === undefined) throw new Problem('file.modelNotClassifier');
  const name = (index: number): string => {
    if (!tensors.has(index)) tensors.set(index, integerTensor(file.tensors[index]!, String(index)));
    return String(index);
  };
  const input = name(first.inputs[0]!);
  const converted = ops.map((op) => integerOp(file, op, name));
  return {
    inputSize: file.tensors[first.inputs[0]!]!.shape[1]!,
    classes: file.tensors[last.outputs[0]!]!.shape[1]!,
    tensors: [...tensors.values()],
    ops: converted,
    input,
    output: name(last.outputs[0]!),
  };
}

function integerTensor({ shape, quantization }: TfliteTensor, name: string): IntegerTensor {
  const { scales, zeroPoints } = quantization!;
  return { name, shape: shape.slice(1), scale: scales[0]!, zeroPoint: zeroPoints[0]! };
}

const int8 = ({ data }: TfliteTensor): Int8Array => new Int8Array(data!.buffer, data!.byteOffset, data!.length);
/** Copies, because a view into a file need not be aligned. */
const int32 = ({ data }: TfliteTensor): Int32Array => new Int32Array(Uint8Array.from(data!).buffer);

function integerOp(file: TfliteFile, op: TfliteOp, name: (index: number) => string): IntegerOp {
  const [x, second, third] = op.inputs as [number, number, number];
  const ends = { input: name(x), output: name(op.outputs[0]!) };
  const weights = (): TfliteTensor => file.tensors[second]!;
  switch (op.operator) {
    case 'CONV_2D':
    case 'DEPTHWISE_CONV_2D': {
      const { values } = op.options as Extract<
        TfliteOp['options'],
        { type: 'Conv2DOptions' | 'DepthwiseConv2DOptions' }
      >;
      return {
        ...ends,
        op: op.operator === 'CONV_2D' ? 'conv2d' : 'depthwiseConv2d',
        kernelSize: weights().shape[1]!,
        stride: values.strideW as 1 | 2,
        weights: int8(weights()),
        weightScales: Float32Array.from(weights().quantization!.scales),
        bias: int32(file.tensors[third]!),
        activation: activationNames.get(values.activation) ?? null,
      };
    }
    case 'FULLY_CONNECTED':
      return {
        ...ends,
        op: 'fullyConnected',
        weights: int8(weights()),
        weightScale: weights().quantization!.scales[0]!,
        bias: int32(file.tensors[third]!),
      };
    case 'ADD':
      return { op: 'add', inputs: [name(x), name(second)], output: ends.output };
    case 'MEAN':
      return { ...ends, op: 'mean' };
    case 'LOGISTIC':
      return { ...ends, op: 'logistic' };
    default:
      throw new Problem('file.modelNotClassifier');
  }
}

const activationNames = new Map<number, 'relu' | 'relu6'>([
  [ACTIVATION.RELU, 'relu'],
  [ACTIVATION.RELU6, 'relu6'],
]);
