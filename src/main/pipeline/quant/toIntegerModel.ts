import type { Range } from '../engine/engine.ts';
import type { GraphNode, Model, Parameters } from '../graph/graph.ts';
import { widenedForAdds } from './addRanges.ts';
import type { Quantization } from './arithmetic.ts';
import {
  affineQuantization,
  INPUT,
  LOGISTIC,
  quantizeWeight,
  RELU6,
  roundHalfToEven,
  weightScale,
} from './arithmetic.ts';
import type { IntegerModel, IntegerOp, IntegerTensor } from './integerModel.ts';
import { withScoredLogits } from './scoredLogits.ts';

type Convolution = Extract<GraphNode, { op: 'conv2d' | 'depthwiseConv2d' }>;

/**
 * Converts the folded, fake-quantized graph to the numbers of the .tflite file. Each fake-quant becomes one integer
 * tensor; a convolution and the activation after it become one operator.
 */
export function toIntegerModel(model: Model, parameters: Parameters, ranges: ReadonlyMap<string, Range>): IntegerModel {
  const conversion = new Conversion(model, parameters, ranges);
  for (const node of model.nodes) conversion.convert(node);
  return conversion.finish();
}

class Conversion {
  private readonly tensors = new Map<string, IntegerTensor>();
  private readonly ops: IntegerOp[] = [];
  /** The integer tensor that represents each node's value. */
  private readonly tensorOf = new Map<string, string>();
  private readonly model: Model;
  private readonly parameters: Parameters;
  private readonly ranges: ReadonlyMap<string, Range>;

  constructor(model: Model, parameters: Parameters, ranges: ReadonlyMap<string, Range>) {
    this.model = model;
    this.parameters = parameters;
    this.ranges = withScoredLogits(model, widenedForAdds(model, ranges));
  }

  convert(node: GraphNode): void {
    switch (node.op) {
      case 'input':
        this.tensor(node.name, node.shape, INPUT);
        break;
      case 'normalize':
        if (node.mean.some((m) => m !== 127) || node.std.some((s) => s !== 128))
          throw new Error(`${node.name}: int8 input needs (x - 127) / 128`);
        this.tensorOf.set(node.name, this.of(node.input));
        break;
      case 'activation':
      case 'fakeQuant':
        break; // converted with the operator before them
      case 'conv2d':
      case 'depthwiseConv2d':
        this.convolution(node);
        break;
      case 'add':
        this.ops.push({
          op: 'add',
          inputs: [this.of(node.inputs[0]), this.of(node.inputs[1])],
          output: this.output(node),
        });
        break;
      case 'globalAveragePool':
        this.ops.push({ op: 'mean', input: this.of(node.input), output: this.output(node) });
        break;
      case 'dense':
        this.fullyConnected(node);
        break;
      default:
        throw new Error(`${node.name}: ${node.op} cannot be converted to integers`);
    }
  }

  finish(): IntegerModel {
    const logits = this.of(this.model.logits);
    this.tensor('scores', [this.model.classes], LOGISTIC);
    this.ops.push({ op: 'logistic', input: logits, output: 'scores' });
    return {
      inputSize: this.model.inputSize,
      classes: this.model.classes,
      tensors: [...this.tensors.values()],
      ops: this.ops,
      input: this.model.nodes[0]!.name,
      output: 'scores',
    };
  }

  private tensor(name: string, shape: readonly number[], quantization: Quantization): void {
    this.tensors.set(name, { name, shape, ...quantization });
    this.tensorOf.set(name, name);
  }

  private of(name: string): string {
    return this.tensorOf.get(name)!;
  }

  private readerOf(name: string): GraphNode | undefined {
    return this.model.nodes.find((node) => 'input' in node && node.input === name);
  }

  /** Adds the integer tensor of an operator, with the quantization of the fake-quant after it. */
  private output(node: GraphNode): string {
    let last = node;
    const activation = this.readerOf(node.name);
    if (activation?.op === 'activation') last = activation;
    const quant = this.readerOf(last.name);
    if (quant?.op !== 'fakeQuant') throw new Error(`${node.name}: no fake-quant follows`);
    const quantization = quant.range === null ? affineQuantization(...this.rangeOf(quant.name)) : RELU6;
    this.tensor(quant.name, node.shape, quantization);
    return quant.name;
  }

  private rangeOf(name: string): Range {
    const range = this.ranges.get(name);
    if (range === undefined) throw new Error(`${name}: no calibrated range`);
    return range;
  }

  private convolution(node: Convolution): void {
    const input = this.of(node.input);
    const { data: kernel, shape } = this.parameters.get(node.kernel)!;
    const bias = this.parameters.get(node.bias!)!.data;
    const filters = bias.length;
    const depthwise = node.op === 'depthwiseConv2d';
    const area = shape[0]! * shape[1]!;
    const channels = depthwise ? 1 : shape[2]!;
    // The filter is the fastest axis of both HWIO and [k, k, C, 1].
    const scales = this.filterScales(kernel, bias, input);
    const weights = new Int8Array(kernel.length);
    for (let i = 0; i < kernel.length; i++) {
      const filter = i % filters;
      const place = Math.floor(i / filters);
      const target = depthwise ? i : filter * area * channels + place;
      weights[target] = quantizeWeight(kernel[i]!, scales[filter]!);
    }
    const reader = this.readerOf(node.name);
    const codes = this.biasCodes(bias, scales, input);
    this.ops.push({
      op: node.op,
      input,
      output: this.output(node),
      kernelSize: node.kernelSize,
      stride: node.stride,
      weights,
      weightScales: scales,
      bias: codes,
      activation: reader?.op === 'activation' ? (reader.activation as 'relu' | 'relu6') : null,
    });
  }

  private filterScales(kernel: Float32Array, bias: Float32Array, input: string): Float32Array {
    const filters = bias.length;
    const largest = new Float32Array(filters);
    kernel.forEach((value, i) => {
      largest[i % filters] = Math.max(largest[i % filters]!, Math.abs(value));
    });
    const inputScale = this.tensors.get(input)!.scale;
    return largest.map((value, filter) => weightScale(value, bias[filter]!, inputScale));
  }

  private biasCodes(bias: Float32Array, scales: ArrayLike<number>, input: string): Int32Array {
    const inputScale = this.tensors.get(input)!.scale;
    return Int32Array.from(bias, (value, i) =>
      roundHalfToEven(value / Math.fround(inputScale * scales[i % scales.length]!)),
    );
  }

  private fullyConnected(node: Extract<GraphNode, { op: 'dense' }>): void {
    const input = this.of(node.input);
    const { data: kernel, shape } = this.parameters.get(node.kernel)!;
    const bias = this.parameters.get(node.bias)!.data;
    const [inputs, outputs] = shape as [number, number];
    const largest = kernel.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const largestBias = bias.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const scale = weightScale(largest, largestBias, this.tensors.get(input)!.scale);
    const weights = new Int8Array(kernel.length);
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) weights[o * inputs + i] = quantizeWeight(kernel[i * outputs + o]!, scale);
    this.ops.push({
      op: 'fullyConnected',
      input,
      output: this.output(node),
      weights,
      weightScale: scale,
      bias: this.biasCodes(bias, [scale], input),
    });
  }
}
