import type { GraphNode, Model, Parameters, Tensor } from '../../graph/graph.ts';
import { inputsOf } from '../../graph/graph.ts';
import type { Layout, MapDims } from './layout.ts';
import { paddedChannels } from './layout.ts';
import { OnnxGraph } from './onnxModel.ts';
import type { Packing } from './packing.ts';
import { pack, packingsOf } from './packing.ts';
import type { TensorKind } from './tensorKinds.ts';
import { tensorKinds } from './tensorKinds.ts';

/** A tensor of the model in the ONNX graph. */
export interface Value {
  readonly kind: TensorKind;
  readonly tensor: string;
  /** [h, w, c] or [c], without padding. */
  readonly shape: readonly number[];
  /** [C']: value per channel that was subtracted from the tensor for precision (see batchNorm). */
  readonly offset?: string;
}

/** A part of a tensor's gradient. */
export type Contribution =
  | { readonly kind: 'tensor'; readonly tensor: string }
  /** The tensor [N, C', H, W] times factors [N, C']. */
  | { readonly kind: 'scaled'; readonly tensor: string; readonly factors: string }
  /** A vector [N, C'] whose values apply to whole maps. */
  | { readonly kind: 'broadcast'; readonly vector: string }
  /** An op that can add the sum so far in the same pass. */
  | { readonly kind: 'adding'; readonly make: (sum: string | null) => string }
  /** The tensor times a factor [C'] that the convolution applies later (see `takesFactor`). */
  | { readonly kind: 'factored'; readonly tensor: string; readonly factor: string };

/** Scale and zero point, each a tensor of one value. */
export interface QuantizationTensors {
  readonly scale: string;
  readonly zeroPoint: string;
}

/** The gradient must still be multiplied by `factor` [C'], unless it is null; only convolutions get one. */
type Backward = (gradient: string, factor: string | null) => void;

export interface LoweringRequest {
  readonly model: Model;
  readonly parameters: Parameters;
  readonly batchSize: number;
  /** Index of the first node in training mode; `model.nodes.length` for pure inference. */
  readonly trainableFrom: number;
  /** Tensors that must exist, so they may not be fused away. */
  readonly kept: ReadonlySet<string>;
  readonly layout: Layout;
  /** True when masks are applied: in training, but not when collecting statistics. */
  readonly masks: boolean;
  /** True when frozen parameters become graph inputs (see `replaceableInputs`) instead of constants. */
  readonly replaceable?: boolean;
}

/** A graph input whose values follow from the model's parameters. */
export interface ReplaceableInput {
  readonly name: string;
  readonly packing: Packing;
  readonly valuesOf: (parameters: Parameters) => Float32Array;
}

export function parameterOf(parameters: Parameters, name: string): Tensor {
  const tensor = parameters.get(name);
  if (tensor === undefined) throw new Error(`parameter '${name}' is missing`);
  return tensor;
}

/** Lowers one model to one ONNX graph: holds the forward tensors by name and the tape for the backward pass. */
export class Lowering {
  readonly graph = new OnnxGraph();
  readonly model: Model;
  readonly layout: Layout;
  readonly batch: number;
  readonly masks: boolean;
  readonly packings: ReadonlyMap<string, Packing>;
  /** Gradients in packed form, by parameter name. */
  readonly parameterGradients = new Map<string, string>();
  /** Batch mean and variance of every BatchNorm in training mode, in packed form, by parameter name. */
  readonly batchStatistics = new Map<string, string>();
  /** Smallest and largest input of each tracked fake-quant node, as tensors. */
  readonly trackedRanges = new Map<string, readonly [min: string, max: string]>();
  private readonly kinds: ReadonlyMap<string, TensorKind>;
  readonly replaceableInputs: ReplaceableInput[] = [];
  private readonly frozenParameters: Parameters;
  private readonly replaceable: boolean;
  private readonly kept: ReadonlySet<string>;
  private readonly trainable: ReadonlySet<string>;
  private readonly readers = new Map<string, GraphNode[]>();
  private readonly values = new Map<string, Value>();
  private readonly fused = new Set<string>();
  private readonly trainableParameters = new Map<string, string>();
  private readonly tape: { readonly name: string; readonly backward: Backward }[] = [];
  private readonly contributions = new Map<string, Contribution[]>();
  private trackedQuantizations: ReadonlyMap<string, QuantizationTensors> = new Map();

  constructor(request: LoweringRequest) {
    this.model = request.model;
    this.layout = request.layout;
    this.batch = request.batchSize;
    this.masks = request.masks;
    this.kept = request.kept;
    this.frozenParameters = request.parameters;
    this.replaceable = request.replaceable ?? false;
    this.kinds = tensorKinds(request.model);
    this.packings = packingsOf(request.model, request.layout);
    this.trainable = new Set(request.model.nodes.slice(request.trainableFrom).map((node) => node.name));
    for (const node of request.model.nodes) {
      for (const input of inputsOf(node)) this.readers.set(input, [...(this.readers.get(input) ?? []), node]);
    }
  }

  // ---- tensors

  isTrainable(node: GraphNode): boolean {
    return this.trainable.has(node.name);
  }

  kindOf(name: string): TensorKind {
    return this.kinds.get(name)!;
  }

  value(name: string): Value {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`tensor '${name}' has not been lowered yet`);
    return value;
  }

  hasValue(name: string): boolean {
    return this.values.has(name);
  }

  isDone(node: GraphNode): boolean {
    return this.values.has(node.name) || this.fused.has(node.name);
  }

  /** Sets the node's tensor. `backward` receives its gradient and contributes to those of the node's inputs. */
  define(node: GraphNode, tensor: string, backward?: Backward, offset?: string): void {
    this.values.set(node.name, {
      kind: this.kindOf(node.name),
      tensor,
      shape: node.shape,
      ...(offset !== undefined && { offset }),
    });
    if (backward !== undefined && this.isTrainable(node)) this.tape.push({ name: node.name, backward });
  }

  /** Marks a node that is lowered as part of another one. */
  fuse(node: GraphNode): void {
    this.fused.add(node.name);
  }

  /** The only reader of this node's tensor, if it may be fused with the node; else null. */
  soleReader(node: GraphNode): GraphNode | null {
    const readers = this.readers.get(node.name) ?? [];
    const reader = readers.length === 1 ? readers[0]! : null;
    if (reader === null || this.kept.has(node.name) || this.isTrainable(reader) !== this.isTrainable(node)) return null;
    return reader;
  }

  dims({ shape }: { readonly shape: readonly number[] }): MapDims {
    const [height, width, channels] = shape as readonly [number, number, number];
    return { n: this.batch, channels: paddedChannels(this.layout, channels), height, width };
  }

  // ---- parameters

  /** Sets the tensor that holds a trainable parameter in its packed shape. */
  bindParameter(name: string, tensor: string): void {
    this.trainableParameters.set(name, tensor);
  }

  packing(name: string): Packing {
    return this.packings.get(name)!;
  }

  /** The packed parameter: a piece of a graph input if it is trained, else frozen. */
  parameter(name: string): string {
    return this.trainableParameters.get(name) ?? this.frozen(name, (parameters) => parameterOf(parameters, name).data);
  }

  /**
   * Values that follow from frozen parameters, in the packing of the named parameter: a constant, or an input where the
   * parameters can be replaced.
   */
  frozen(name: string, valuesOf: (parameters: Parameters) => Float32Array): string {
    const packing = this.packing(name);
    if (!this.replaceable)
      return this.graph.constant('float32', pack(packing, valuesOf(this.frozenParameters)), packing.shape);
    const input = `frozen/${this.replaceableInputs.length}/${name}`;
    this.replaceableInputs.push({ name: input, packing, valuesOf });
    return this.graph.input(input, 'float32', packing.shape);
  }

  bindTrackedQuantizations(quantizations: ReadonlyMap<string, QuantizationTensors>): void {
    this.trackedQuantizations = quantizations;
  }

  trackedQuantization(name: string): QuantizationTensors {
    return this.trackedQuantizations.get(name)!;
  }

  // ---- gradients

  needsGradient(name: string): boolean {
    return (
      this.trainable.has(name) &&
      this.kinds.get(name) !== 'pixels' &&
      this.kinds.get(name) !== 'image' &&
      name !== this.model.nodes[0]!.name
    );
  }

  contribute(name: string, contribution: Contribution): void {
    if (!this.needsGradient(name)) return;
    this.contributions.set(name, [...(this.contributions.get(name) ?? []), contribution]);
  }

  setParameterGradient(name: string, gradient: string): void {
    this.parameterGradients.set(name, gradient);
  }

  /**
   * True when the gradient may be passed on with a factor to be applied later, because `reader` is this convolution's
   * only reader.
   */
  takesFactor(name: string, reader: GraphNode): boolean {
    const maker = this.model.nodes.find((node) => node.name === name)!;
    return (
      (maker.op === 'conv2d' || maker.op === 'depthwiseConv2d') &&
      this.isTrainable(maker) &&
      this.soleReader(maker) === reader
    );
  }

  /** Runs the tape backwards. */
  backward(): void {
    for (const { name, backward } of this.tape.reverse()) {
      const factored = (this.contributions.get(name) ?? []).find((contribution) => contribution.kind === 'factored');
      const gradient = factored?.tensor ?? this.totalGradient(name);
      if (gradient !== null) backward(gradient, factored?.factor ?? null);
    }
  }

  private totalGradient(name: string): string | null {
    const contributions = this.contributions.get(name) ?? [];
    let sum: string | null = null;
    for (const contribution of contributions) {
      if (contribution.kind === 'tensor')
        sum = sum === null ? contribution.tensor : this.graph.node('Add', [sum, contribution.tensor]);
    }
    sum = this.channelwiseGradient(name, contributions, sum);
    for (const contribution of contributions) {
      if (contribution.kind === 'adding') sum = contribution.make(sum);
    }
    return sum;
  }

  /**
   * Applies factors and broadcast values in one channelwise pass, in which each image's channels are separate channels.
   */
  private channelwiseGradient(name: string, contributions: readonly Contribution[], sum: string | null): string | null {
    const scaled = contributions.filter((contribution) => contribution.kind === 'scaled');
    const broadcast = contributions.filter((contribution) => contribution.kind === 'broadcast');
    if (scaled.length === 0 && broadcast.length === 0) return sum;
    const dims = this.dims(this.value(name));
    let shift = broadcast
      .map(({ vector }) => vector)
      .reduce<string | undefined>(
        (total, vector) => (total === undefined ? vector : this.graph.node('Add', [total, vector])),
        undefined,
      );
    if (scaled.length === 0) {
      const { n, channels, height, width } = dims;
      const { block } = this.layout;
      const perBlock = this.graph.reshape(shift!, [n, channels / block, 1, block]);
      const spread = this.graph.node('Expand', [
        perBlock,
        this.graph.ints([n, channels / block, height * width, block]),
      ]);
      const map = this.graph.reshape(spread, [n, channels, height, width]);
      return sum === null ? map : this.graph.node('Add', [sum, map]);
    }
    for (const { tensor, factors } of scaled) {
      sum = this.perImageAffine(tensor, dims, { scale: factors, shift, sum });
      shift = undefined;
    }
    return sum;
  }

  /** x * scale + shift + sum with scale and shift [N, C']. */
  perImageAffine(
    x: string,
    dims: MapDims,
    { scale, shift, sum }: { scale: string; shift?: string | undefined; sum?: string | null },
  ): string {
    const { graph, layout } = this;
    const { n, channels, height, width } = dims;
    const wide = [1, n * channels, height, width];
    const y = layout.channelAffine(graph, graph.reshape(x, wide), {
      channels: n * channels,
      scale: graph.reshape(scale, [n * channels]),
      shift: shift === undefined ? undefined : graph.reshape(shift, [n * channels]),
      sum: sum ? graph.reshape(sum, wide) : null,
    });
    return graph.reshape(y, [n, channels, height, width]);
  }

  // ---- sums

  /** Sums [N, C'] to [C']. */
  sumOverBatch(perImage: string): string {
    return this.graph.node('ReduceSum', [perImage, this.graph.ints([0])], { keepdims: 0 });
  }

  /** Sum over batch, height and width, [C']. */
  channelSum(x: string, dims: MapDims): string {
    return this.graph.node('Mul', [
      this.sumOverBatch(this.layout.channelMeans(this.graph, x, dims)),
      this.graph.scalar(dims.height * dims.width),
    ]);
  }
}
