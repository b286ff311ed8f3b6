import type { ActivationName, GraphNode, Model, Parameter, ParameterRole, Shape } from './graph.ts';
import { samePadding } from './graph.ts';

/** Keras's. */
const BN_EPSILON = 1e-3;

/** Builds a model layer by layer; each method returns the name of the tensor it adds. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  readonly parameters: Parameter[] = [];
  private readonly shapes = new Map<string, Shape>();
  private block = 'stem';
  private readonly bnMomentum: number;
  private readonly bnEpsilon: number;

  constructor(bnMomentum = 0.99, bnEpsilon = BN_EPSILON) {
    this.bnMomentum = bnMomentum;
    this.bnEpsilon = bnEpsilon;
  }

  /** Starts a block, to which the following nodes belong. */
  enter(block: string): void {
    this.block = block;
  }

  shapeOf(name: string): Shape {
    const shape = this.shapes.get(name);
    if (shape === undefined) throw new Error(`no tensor '${name}' in the graph`);
    return shape;
  }

  private add(node: GraphNode): string {
    if (this.shapes.has(node.name)) throw new Error(`there are two tensors named '${node.name}'`);
    this.nodes.push(node);
    this.shapes.set(node.name, node.shape);
    return node.name;
  }

  private parameter(name: string, role: ParameterRole, shape: Shape): string {
    this.parameters.push({ name, role, shape });
    return name;
  }

  input(size: number): string {
    return this.add({ op: 'input', name: 'input', shape: [size, size, 3], block: this.block });
  }

  normalize(input: string, mean: readonly number[], std: readonly number[]): string {
    return this.add({
      op: 'normalize',
      name: 'normalized',
      input,
      mean,
      std,
      shape: this.shapeOf(input),
      block: this.block,
    });
  }

  /** Adds the kernel '<name>.kernel' and, with `bias`, '<name>.bias'. */
  conv2d(
    name: string,
    input: string,
    options: { filters: number; kernelSize: number; stride: 1 | 2; bias: boolean },
  ): string {
    const [height, width, channels] = this.shapeOf(input) as [number, number, number];
    const { filters, kernelSize, stride } = options;
    const kernel = this.parameter(`${name}.kernel`, 'kernel', [kernelSize, kernelSize, channels, filters]);
    const bias = options.bias ? this.parameter(`${name}.bias`, 'bias', [filters]) : null;
    const shape = [samePadding(height, kernelSize, stride).out, samePadding(width, kernelSize, stride).out, filters];
    return this.add({
      op: 'conv2d',
      name,
      input,
      kernel,
      bias,
      kernelSize,
      stride,
      weightQuantization: null,
      shape,
      block: this.block,
    });
  }

  depthwiseConv2d(name: string, input: string, options: { kernelSize: number; stride: 1 | 2 }): string {
    const [height, width, channels] = this.shapeOf(input) as [number, number, number];
    const { kernelSize, stride } = options;
    const kernel = this.parameter(`${name}.kernel`, 'depthwiseKernel', [kernelSize, kernelSize, channels, 1]);
    const shape = [samePadding(height, kernelSize, stride).out, samePadding(width, kernelSize, stride).out, channels];
    return this.add({
      op: 'depthwiseConv2d',
      name,
      input,
      kernel,
      bias: null,
      kernelSize,
      stride,
      weightQuantization: null,
      shape,
      block: this.block,
    });
  }

  batchNorm(name: string, input: string): string {
    const shape = this.shapeOf(input);
    const channels = [shape.at(-1)!];
    return this.add({
      op: 'batchNorm',
      name,
      input,
      shape,
      block: this.block,
      epsilon: this.bnEpsilon,
      momentum: this.bnMomentum,
      gamma: this.parameter(`${name}.gamma`, 'gamma', channels),
      beta: this.parameter(`${name}.beta`, 'beta', channels),
      mean: this.parameter(`${name}.mean`, 'mean', channels),
      variance: this.parameter(`${name}.variance`, 'variance', channels),
    });
  }

  activation(name: string, input: string, activation: ActivationName): string {
    return this.add({ op: 'activation', name, input, activation, shape: this.shapeOf(input), block: this.block });
  }

  addTensors(name: string, a: string, b: string): string {
    return this.add({ op: 'add', name, inputs: [a, b], shape: this.shapeOf(a), block: this.block });
  }

  scaleChannels(name: string, input: string, factors: string): string {
    return this.add({ op: 'scaleChannels', name, input, factors, shape: this.shapeOf(input), block: this.block });
  }

  globalAveragePool(name: string, input: string, keepDims: boolean): string {
    const channels = this.shapeOf(input).at(-1)!;
    return this.add({
      op: 'globalAveragePool',
      name,
      input,
      keepDims,
      shape: keepDims ? [1, 1, channels] : [channels],
      block: this.block,
    });
  }

  dropout(name: string, input: string, rate: number): string {
    return rate === 0
      ? input
      : this.add({ op: 'dropout', name, input, rate, shape: this.shapeOf(input), block: this.block });
  }

  dropPath(name: string, input: string, rate: number): string {
    return rate === 0
      ? input
      : this.add({ op: 'dropPath', name, input, rate, shape: this.shapeOf(input), block: this.block });
  }

  dense(name: string, input: string, units: number): string {
    const features = this.shapeOf(input)[0]!;
    return this.add({
      op: 'dense',
      name: 'logits',
      input,
      weightQuantization: null,
      shape: [units],
      block: this.block,
      kernel: this.parameter(`${name}.kernel`, 'denseKernel', [features, units]),
      bias: this.parameter(`${name}.bias`, 'bias', [units]),
    });
  }

  build(architecture: string): Model {
    const last = this.nodes.at(-1)!;
    return {
      architecture,
      inputSize: this.nodes[0]!.shape[0]!,
      classes: last.shape[0]!,
      nodes: this.nodes,
      parameters: this.parameters,
      logits: last.name,
    };
  }
}
