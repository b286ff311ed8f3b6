import type { Architecture } from '../../../shared/config.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Model, Normalization } from '../graph/graph.ts';
import type { ArchitectureSpec, StageSpec } from './architectures.ts';
import { ARCHITECTURES, NORMALIZATIONS, scaledFilters, scaledRepeats, STAGES } from './architectures.ts';

export interface ModelOptions {
  readonly inputSize: number;
  readonly classes: number;
  /** Dropout before the classifier, in training. */
  readonly dropout: number;
  /** Stochastic depth at the last block; the rate rises linearly with the block's index. */
  readonly dropPath: number;
  readonly bnMomentum?: number;
  /** What the network's weights want to see; null or left out: its family's own. */
  readonly normalization?: Normalization | null;
}

interface BlockSpec {
  readonly name: string;
  readonly stage: StageSpec;
  readonly stride: 1 | 2;
  readonly filters: number;
  readonly dropPath: number;
}

/** Every block of the network in order: 'block1a', 'block2a', 'block2b', ... */
function blocksOf(spec: ArchitectureSpec, dropPath: number): BlockSpec[] {
  const { family, depth } = spec;
  const blocks = STAGES.flatMap((stage, index) => {
    const isEdge = index === 0 || index === STAGES.length - 1;
    const repeats = family === 'lite' && isEdge ? stage.repeats : scaledRepeats(stage.repeats, depth);
    return Array.from({ length: repeats }, (_, repeat) => ({
      name: `block${index + 1}${String.fromCharCode('a'.charCodeAt(0) + repeat)}`,
      stage,
      stride: repeat === 0 ? stage.stride : (1 as const),
      filters: scaledFilters(stage.filters, spec),
    }));
  });
  return blocks.map((block, index) => ({ ...block, dropPath: (dropPath * index) / blocks.length }));
}

/** Inverted residual block (MBConv): expand 1x1, depthwise, squeeze-excite (B only), project 1x1, residual. */
function invertedResidual(
  graph: GraphBuilder,
  input: string,
  block: BlockSpec,
  family: ArchitectureSpec['family'],
): string {
  const { name, stage } = block;
  const activation = family === 'lite' ? 'relu6' : 'swish';
  const inputFilters = graph.shapeOf(input).at(-1)!;
  graph.enter(name);
  let x = input;
  if (stage.expandRatio !== 1) {
    x = graph.conv2d(`${name}.expand.conv`, x, {
      filters: inputFilters * stage.expandRatio,
      kernelSize: 1,
      stride: 1,
      bias: false,
    });
    x = graph.batchNorm(`${name}.expand.bn`, x);
    x = graph.activation(`${name}.expand.activation`, x, activation);
  }
  x = graph.depthwiseConv2d(`${name}.depthwise.conv`, x, { kernelSize: stage.kernelSize, stride: block.stride });
  x = graph.batchNorm(`${name}.depthwise.bn`, x);
  x = graph.activation(`${name}.depthwise.activation`, x, activation);
  if (family === 'b') x = squeezeExcite(graph, `${name}.se`, x, Math.max(1, Math.floor(inputFilters / 4)));
  x = graph.conv2d(`${name}.project.conv`, x, { filters: block.filters, kernelSize: 1, stride: 1, bias: false });
  x = graph.batchNorm(`${name}.project.bn`, x);
  if (block.stride !== 1 || inputFilters !== block.filters) return x;
  return graph.addTensors(`${name}.add`, graph.dropPath(`${name}.drop`, x, block.dropPath), input);
}

/** Squeeze-and-excitation (Hu et al. 2018, arXiv 1709.01507); the squeeze is a quarter of the block's input filters. */
function squeezeExcite(graph: GraphBuilder, name: string, input: string, squeezed: number): string {
  const filters = graph.shapeOf(input).at(-1)!;
  let s = graph.globalAveragePool(`${name}.squeeze`, input, true);
  s = graph.conv2d(`${name}.reduce`, s, { filters: squeezed, kernelSize: 1, stride: 1, bias: true });
  s = graph.activation(`${name}.reduce.activation`, s, 'swish');
  s = graph.conv2d(`${name}.expand`, s, { filters, kernelSize: 1, stride: 1, bias: true });
  s = graph.activation(`${name}.excitation`, s, 'sigmoid');
  return graph.scaleChannels(`${name}.excite`, input, s);
}

/** A member of the family. Tensors of note: 'features' (after the head's activation), 'pooled', 'logits'. */
export const buildModel = (architecture: Architecture, options: ModelOptions): Model =>
  buildNetwork(architecture, ARCHITECTURES[architecture], options);

/** The same of any width and depth. */
export function buildNetwork(name: string, spec: ArchitectureSpec, options: ModelOptions): Model {
  const { family } = spec;
  const activation = family === 'lite' ? 'relu6' : 'swish';
  const graph = new GraphBuilder(options.bnMomentum);
  const { mean, std } = options.normalization ?? NORMALIZATIONS[family];
  let x = graph.normalize(graph.input(options.inputSize), mean, std);
  x = graph.conv2d('stem.conv', x, {
    filters: family === 'lite' ? 32 : scaledFilters(32, spec),
    kernelSize: 3,
    stride: 2,
    bias: false,
  });
  x = graph.batchNorm('stem.bn', x);
  x = graph.activation('stem.activation', x, activation);
  for (const block of blocksOf(spec, options.dropPath)) x = invertedResidual(graph, x, block, family);
  graph.enter('head');
  x = graph.conv2d('head.conv', x, {
    filters: family === 'lite' ? 1280 : scaledFilters(1280, spec),
    kernelSize: 1,
    stride: 1,
    bias: false,
  });
  x = graph.batchNorm('head.bn', x);
  x = graph.activation('features', x, activation);
  x = graph.globalAveragePool('pooled', x, false);
  graph.enter('top');
  x = graph.dropout('dropout', x, options.dropout);
  graph.dense('classifier', x, options.classes);
  return graph.build(name);
}
