import type { IntegerModel, IntegerOp, IntegerTensor } from '../../src/main/pipeline/quant/integerModel.ts';
import { randomStream } from '../../src/shared/random.ts';
import type { RandomStream } from '../../src/shared/random.ts';

/** A random weight code, the sum of two uniform draws, so that most are small. */
const weight = (random: RandomStream): number => Math.round((random() + random() - 1) * 127);

/** Collects tensors and ops of a small inverted-residual network with random weights and lively activations. */
class SmallNet {
  readonly tensors: IntegerTensor[];
  readonly ops: IntegerOp[] = [];
  private readonly random: RandomStream;
  /** Varied scales and zero points, including those at the ends of int8. */
  private readonly wild: boolean;

  constructor(seed: number, side: number, wild: boolean) {
    this.wild = wild;
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

  /** A tensor whose quantization may vary. */
  private addFree(name: string, shape: readonly number[], scale: number, zeroPoint: number): string {
    if (!this.wild) return this.add(name, shape, scale, zeroPoint);
    const draw = this.random();
    return this.add(
      name,
      shape,
      scale * 4 ** (2 * this.random() - 1),
      draw < 0.15 ? -128 : draw > 0.85 ? 127 : Math.round(255 * this.random()) - 128,
    );
  }

  conv(
    op: 'conv2d' | 'depthwiseConv2d',
    input: string,
    output: string,
    kernelSize: number,
    stride: 1 | 2,
    filters: number,
    activation: 'relu' | 'relu6' | null,
  ): string {
    const {
      shape: [height, width, channels],
      scale,
    } = this.tensor(input);
    const fan = kernelSize ** 2 * (op === 'conv2d' ? channels! : 1);
    const weights = Int8Array.from({ length: fan * filters }, () => weight(this.random));
    const weightScales = Float32Array.from(
      { length: filters },
      () => ((0.5 + this.random()) * 3) / Math.sqrt(fan) / 127,
    );
    const bias = Int32Array.from({ length: filters }, (_, i) =>
      Math.round((this.random() - 0.2) / (scale * weightScales[i]!)),
    );
    this.ops.push({ op, input, output, kernelSize, stride, weights, weightScales, bias, activation });
    const shape = [Math.ceil(height! / stride), Math.ceil(width! / stride), filters];
    if (activation === 'relu6') return this.add(output, shape, 6 / 255, -128);
    if (activation === null) return this.addFree(output, shape, 0.04, 3);
    return this.add(output, shape, this.wild ? 0.04 * 4 ** (2 * this.random() - 1) : 0.04, -128);
  }

  sum(a: string, b: string, output: string): string {
    this.ops.push({ op: 'add', inputs: [a, b], output });
    return this.addFree(output, this.tensor(a).shape, 0.05, -5);
  }

  mean(input: string, output: string, shape: readonly number[]): string {
    this.ops.push({ op: 'mean', input, output });
    return this.addFree(output, shape, 0.02, -128);
  }

  head(input: string, classes: number): string {
    const features = this.tensor(input).shape[2]!;
    this.mean(input, 'pooled', [features]);
    const weights = Int8Array.from({ length: features * classes }, () => weight(this.random));
    this.ops.push({
      op: 'fullyConnected',
      input: 'pooled',
      output: 'logits',
      weights,
      weightScale: Math.fround(1 / Math.sqrt(features) / 127),
      bias: new Int32Array(classes),
    });
    this.addFree('logits', [classes], 0.03, 12);
    this.ops.push({ op: 'logistic', input: 'logits', output: 'probabilities' });
    return this.add('probabilities', [classes], 1 / 256, -128);
  }
}

/** ReLU6, residual sums and a pooled head; `side` may be odd. */
export function smallIntegerModel(seed: number, side = 32, classes = 7, wild = false): IntegerModel {
  const net = new SmallNet(seed, side, wild);
  const stem = net.conv('conv2d', 'input', 'stem', 3, 2, 16, 'relu6');
  const a = net.conv(
    'conv2d',
    net.conv('depthwiseConv2d', stem, 'a.depthwise', 3, 1, 16, 'relu6'),
    'a.project',
    1,
    1,
    16,
    null,
  );
  const sum = net.sum(stem, a, 'a.add');
  const expand = net.conv('conv2d', sum, 'b.expand', 1, 1, 48, 'relu6');
  const b = net.conv(
    'conv2d',
    net.conv('depthwiseConv2d', expand, 'b.depthwise', 5, 2, 48, 'relu6'),
    'b.project',
    1,
    1,
    24,
    null,
  );
  const output = net.head(net.conv('conv2d', b, 'head', 1, 1, 64, 'relu6'), classes);
  return { inputSize: side, classes, tensors: net.tensors, ops: net.ops, input: 'input', output };
}

/** ReLU, a strided convolution over a map, and a head that convolves what is pooled. */
export function smallReluModel(seed: number, side = 32, classes = 7, wild = false): IntegerModel {
  const net = new SmallNet(seed, side, wild);
  const stem = net.conv('conv2d', 'input', 'stem', 3, 2, 16, 'relu');
  const spatial = net.conv('conv2d', stem, 'a.conv', 3, 2, 24, 'relu');
  const start = net.conv('depthwiseConv2d', spatial, 'b.start', 5, 1, 24, null);
  const expand = net.conv('conv2d', start, 'b.expand', 1, 1, 48, 'relu');
  const b = net.conv('conv2d', expand, 'b.project', 1, 1, 24, null);
  const sum = net.sum(spatial, b, 'b.add');
  const pooled = net.mean(sum, 'head.pool', [1, 1, 24]);
  const output = net.head(net.conv('conv2d', pooled, 'head', 1, 1, 64, 'relu'), classes);
  return { inputSize: side, classes, tensors: net.tensors, ops: net.ops, input: 'input', output };
}
