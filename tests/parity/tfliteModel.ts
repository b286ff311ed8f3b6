import type { IntegerModel, IntegerOp, IntegerTensor } from '../../src/main/pipeline/quant/integerModel.ts';
import { randomStream } from '../../src/shared/random.ts';
import type { RandomStream } from '../../src/shared/random.ts';

/** A random weight code; sums of two uniform draws, so that most are small. */
const weight = (random: RandomStream): number => Math.round((random() + random() - 1) * 127);

/** Collects tensors and ops of a small inverted-residual network with random weights and lively activations. */
class SmallNet {
  readonly tensors: IntegerTensor[];
  readonly ops: IntegerOp[] = [];
  private readonly random: RandomStream;

  constructor(seed: number, side: number) {
    this.random = randomStream(seed, 'small tflite model');
    this.tensors = [{ name: 'input', shape: [side, side, 3], scale: 1 / 128, zeroPoint: -1 }];
  }

  tensor(name: string): IntegerTensor {
    return this.tensors.find((tensor) => tensor.name === name)!;
  }

  private add(name: string, shape: readonly number[], scale: number, zeroPoint: number): string {
    this.tensors.push({ name, shape, scale: Math.fround(scale), zeroPoint });
    return name;
  }

  conv(op: 'conv2d' | 'depthwiseConv2d', input: string, output: string, kernelSize: number, stride: 1 | 2, filters: number, relu6: boolean): string {
    const { shape: [height, width, channels], scale } = this.tensor(input);
    const fan = kernelSize ** 2 * (op === 'conv2d' ? channels! : 1);
    const weights = Int8Array.from({ length: fan * filters }, () => weight(this.random));
    const weightScales = Float32Array.from({ length: filters }, () => (0.5 + this.random()) * 3 / Math.sqrt(fan) / 127);
    const bias = Int32Array.from({ length: filters }, (_, i) => Math.round((this.random() - 0.2) / (scale * weightScales[i]!)));
    this.ops.push({ op, input, output, kernelSize, stride, weights, weightScales, bias, relu6 });
    return this.add(output, [Math.ceil(height! / stride), Math.ceil(width! / stride), filters], relu6 ? 6 / 255 : 0.04, relu6 ? -128 : 3);
  }

  sum(a: string, b: string, output: string): string {
    this.ops.push({ op: 'add', inputs: [a, b], output });
    return this.add(output, this.tensor(a).shape, 0.05, -5);
  }

  head(input: string, classes: number): string {
    const features = this.tensor(input).shape[2]!;
    this.ops.push({ op: 'mean', input, output: 'pooled' });
    this.add('pooled', [features], 0.02, -128);
    const weights = Int8Array.from({ length: features * classes }, () => weight(this.random));
    this.ops.push({ op: 'fullyConnected', input: 'pooled', output: 'logits', weights, weightScale: Math.fround(1 / Math.sqrt(features) / 127), bias: new Int32Array(classes) });
    this.add('logits', [classes], 0.03, 12);
    this.ops.push({ op: 'logistic', input: 'logits', output: 'probabilities' });
    return this.add('probabilities', [classes], 1 / 256, -128);
  }
}

/** Every kind of op that an integer model can have; `side` may be odd. */
export function smallIntegerModel(seed: number, side = 32, classes = 7): IntegerModel {
  const net = new SmallNet(seed, side);
  const stem = net.conv('conv2d', 'input', 'stem', 3, 2, 16, true);
  const a = net.conv('conv2d', net.conv('depthwiseConv2d', stem, 'a.depthwise', 3, 1, 16, true), 'a.project', 1, 1, 16, false);
  const sum = net.sum(stem, a, 'a.add');
  const expand = net.conv('conv2d', sum, 'b.expand', 1, 1, 48, true);
  const b = net.conv('conv2d', net.conv('depthwiseConv2d', expand, 'b.depthwise', 5, 2, 48, true), 'b.project', 1, 1, 24, false);
  const output = net.head(net.conv('conv2d', b, 'head', 1, 1, 64, true), classes);
  return { inputSize: side, classes, tensors: net.tensors, ops: net.ops, input: 'input', output };
}
