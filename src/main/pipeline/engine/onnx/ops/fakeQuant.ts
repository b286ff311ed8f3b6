import type { FakeQuantNode } from '../../../graph/graph.ts';
import type { Range } from '../../engine.ts';
import type { MapDims } from '../layout.ts';
import type { Lowering, QuantizationTensors } from '../lowering.ts';
import { stripFeatures } from './features.ts';

/** Steps of an int8 tensor. ONNX uses uint8 here, which is the same grid with the zero point moved by 128. */
const STEPS = 255;
/** Avoids a scale of 0 for a tensor that is always 0. */
const SMALLEST_SCALE = 1e-9;

/** Affine quantization, value = (code - zeroPoint) * scale with codes 0..255. */
export interface Quantization {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Widens the range to include zero and puts it on an int8 grid that represents zero exactly. */
export function quantizationOf([min, max]: Range): Quantization {
  const low = Math.min(0, min),
    high = Math.max(0, max);
  const scale = Math.max(Math.fround((high - low) / STEPS), SMALLEST_SCALE);
  return { scale, zeroPoint: Math.min(STEPS, Math.max(0, Math.round(-low / scale))) };
}

/** Graph inputs for the tracked nodes, with one entry per node in the order of the model. */
export const FAKE_QUANT_INPUTS = { scales: 'fakeQuant/scales', zeroPoints: 'fakeQuant/zeroPoints' } as const;

export function trackedNodes(nodes: Lowering['model']['nodes']): FakeQuantNode[] {
  return nodes.filter((node): node is FakeQuantNode => node.op === 'fakeQuant' && node.range === null);
}

/** The values for FAKE_QUANT_INPUTS. */
export function fakeQuantFeeds(
  nodes: readonly FakeQuantNode[],
  ranges: ReadonlyMap<string, Range> | undefined,
): { scales: Float32Array; zeroPoints: Uint8Array } {
  const quantizations = nodes.map((node) => {
    const range = ranges?.get(node.name);
    if (range === undefined) throw new Error(`no range for the fake-quant node '${node.name}'`);
    return quantizationOf(range);
  });
  return {
    scales: Float32Array.from(quantizations, ({ scale }) => scale),
    zeroPoints: Uint8Array.from(quantizations, ({ zeroPoint }) => zeroPoint),
  };
}

/** Splits FAKE_QUANT_INPUTS into the scale and zero point of each tracked node. */
export function bindTrackedQuantizations(lowering: Lowering): ReadonlyMap<string, QuantizationTensors> {
  const { graph, layout } = lowering;
  const nodes = trackedNodes(lowering.model.nodes);
  if (nodes.length === 0) return new Map();
  const pieces = (tensor: string): string[] =>
    nodes.length === 1
      ? [tensor]
      : layout.split(
          graph,
          tensor,
          nodes.map(() => 1),
        );
  const scales = pieces(graph.input(FAKE_QUANT_INPUTS.scales, 'float32', [nodes.length]));
  const zeroPoints = pieces(graph.input(FAKE_QUANT_INPUTS.zeroPoints, 'uint8', [nodes.length]));
  return new Map(nodes.map((node, i) => [node.name, { scale: scales[i]!, zeroPoint: zeroPoints[i]! }]));
}

/**
 * Rounds to the int8 grid, halves to even. The gradient passes straight through where the value is in range (Jacob et
 * al. 2018, arXiv 1712.05877), and everywhere at the logits, because logits out of range must be able to return.
 */
export function lowerFakeQuant(lowering: Lowering, node: FakeQuantNode): void {
  const { graph, layout } = lowering;
  const x = lowering.value(node.input).tensor;
  const { scale, zeroPoint } = quantizationTensors(lowering, node);
  if (node.range === null) lowering.trackedRanges.set(node.name, rangeOf(lowering, node.input));
  lowering.define(node, layout.fakeQuantize(graph, x, { scale, zeroPoint }), (dy) => {
    const passesAll = node.name === lowering.model.logits || coversRelu6(lowering, node);
    lowering.contribute(node.input, {
      kind: 'tensor',
      tensor: passesAll ? dy : gradientInRange(lowering, x, dy, { scale, zeroPoint }),
    });
  });
}

function quantizationTensors(lowering: Lowering, node: FakeQuantNode): QuantizationTensors {
  if (node.range === null) return lowering.trackedQuantization(node.name);
  const { scale, zeroPoint } = quantizationOf(node.range);
  return {
    scale: lowering.graph.scalar(scale),
    zeroPoint: lowering.graph.constant('uint8', Uint8Array.of(zeroPoint), []),
  };
}

/** True when the input is a ReLU6 whose range is covered, so that no value is out of range. */
function coversRelu6(lowering: Lowering, node: FakeQuantNode): boolean {
  const maker = lowering.model.nodes.find(({ name }) => name === node.input);
  return (
    maker?.op === 'activation' &&
    maker.activation === 'relu6' &&
    node.range !== null &&
    node.range[0] <= 0 &&
    node.range[1] >= 6
  );
}

function gradientInRange(lowering: Lowering, x: string, dy: string, { scale, zeroPoint }: QuantizationTensors): string {
  const { graph } = lowering;
  const edge = (code: number): string =>
    graph.node('DequantizeLinear', [graph.constant('uint8', Uint8Array.of(code), [1]), scale, zeroPoint]);
  const inside = graph.node('And', [
    graph.node('GreaterOrEqual', [x, edge(0)]),
    graph.node('LessOrEqual', [x, edge(STEPS)]),
  ]);
  return graph.node('Where', [inside, dy, graph.scalar(0)]);
}

/** Smallest and largest value of a tensor in the batch, without padding, as tensors of one value. */
export function rangeOf(lowering: Lowering, name: string): readonly [min: string, max: string] {
  const { graph } = lowering;
  const value = lowering.value(name);
  const dims = lowering.dims(value);
  const isPadded = value.kind === 'map' && dims.channels !== value.shape[2];
  const smallest = (op: string): string =>
    graph.node(op, [isPadded ? perChannel(lowering, op, value, dims) : value.tensor], { keepdims: 0 });
  return [graph.reshape(smallest('ReduceMin'), [1]), graph.reshape(smallest('ReduceMax'), [1])];
}

function perChannel(
  lowering: Lowering,
  op: string,
  { tensor, shape }: { tensor: string; shape: readonly number[] },
  { n, channels, height, width }: MapDims,
): string {
  const { graph } = lowering;
  const { block } = lowering.layout;
  const blocks = graph.reshape(tensor, [(n * channels) / block, height * width, block]);
  return stripFeatures(
    lowering,
    graph.reshape(graph.node(op, [blocks, graph.ints([1])], { keepdims: 0 }), [n, channels]),
    shape[2]!,
    channels,
  );
}
