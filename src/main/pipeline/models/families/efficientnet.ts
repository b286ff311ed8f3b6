import type { Architecture, FamilyName, MemberOf } from '../../../../shared/architectures.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import type { ActivationName, Model, Normalization } from '../../graph/graph.ts';
import type { Family, ModelOptions } from '../family.ts';
import { IMAGENET, LITE } from '../pixelNormalizations.ts';
import { efficientNetPyTorchNames, kerasName, timmName } from './efficientnetNames.ts';

/**
 * EfficientNet and EfficientNet-Lite, built from one table of stages.
 * Sources: Tan & Le 2019 (arXiv 1905.11946), keras/applications/efficientnet.py,
 * tensorflow/tpu models/official/efficientnet/lite/efficientnet_lite_builder.py.
 */

/** One stage of the baseline (B0), which repeats inverted residual blocks. */
interface StageSpec {
  readonly kernelSize: 3 | 5;
  readonly repeats: number;
  readonly filters: number;
  readonly expandRatio: 1 | 6;
  readonly stride: 1 | 2;
}

const STAGES: readonly StageSpec[] = [
  { kernelSize: 3, repeats: 1, filters: 16, expandRatio: 1, stride: 1 },
  { kernelSize: 3, repeats: 2, filters: 24, expandRatio: 6, stride: 2 },
  { kernelSize: 5, repeats: 2, filters: 40, expandRatio: 6, stride: 2 },
  { kernelSize: 3, repeats: 3, filters: 80, expandRatio: 6, stride: 2 },
  { kernelSize: 5, repeats: 3, filters: 112, expandRatio: 6, stride: 1 },
  { kernelSize: 5, repeats: 4, filters: 192, expandRatio: 6, stride: 2 },
  { kernelSize: 3, repeats: 1, filters: 320, expandRatio: 6, stride: 1 },
];

/** The differences between the two families. */
export interface Kind {
  readonly activation: ActivationName;
  readonly squeezeExcite: boolean;
  /** Whether stem, head and the repeats of the first and last stage keep the baseline's size. */
  readonly fixedEnds: boolean;
  readonly normalization: Normalization;
}

export const EFFICIENTNET: Kind = {
  activation: 'swish',
  squeezeExcite: true,
  fixedEnds: false,
  normalization: IMAGENET,
};
export const EFFICIENTNET_LITE: Kind = {
  activation: 'relu6',
  squeezeExcite: false,
  fixedEnds: true,
  normalization: LITE,
};

export interface ScaledSpec extends Kind {
  readonly width: number;
  readonly depth: number;
  /** Filters are multiples of this; 8 when left out, as in all members (Keras's depth_divisor). */
  readonly divisor?: number;
}

/** Filters scaled by width, rounded to a multiple of the divisor and never down by more than 10 %. */
function scaledFilters(filters: number, { width, divisor = 8 }: Pick<ScaledSpec, 'width' | 'divisor'>): number {
  const target = filters * width;
  const rounded = Math.max(divisor, Math.floor((target + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * target ? rounded + divisor : rounded;
}

const scaledRepeats = (repeats: number, depth: number): number => Math.ceil(repeats * depth);

interface BlockSpec {
  readonly name: string;
  readonly stage: StageSpec;
  readonly stride: 1 | 2;
  readonly filters: number;
  readonly dropPath: number;
}

/** All blocks of the network in order, 'block1a', 'block2a', 'block2b' and so on. */
function blocksOf(spec: ScaledSpec, dropPath: number): BlockSpec[] {
  const blocks = STAGES.flatMap((stage, index) => {
    const isEdge = index === 0 || index === STAGES.length - 1;
    const repeats = spec.fixedEnds && isEdge ? stage.repeats : scaledRepeats(stage.repeats, spec.depth);
    return Array.from({ length: repeats }, (_, repeat) => ({
      name: `block${index + 1}${String.fromCharCode('a'.charCodeAt(0) + repeat)}`,
      stage,
      stride: repeat === 0 ? stage.stride : (1 as const),
      filters: scaledFilters(stage.filters, spec),
    }));
  });
  return blocks.map((block, index) => ({ ...block, dropPath: (dropPath * index) / blocks.length }));
}

/** Inverted residual block (MBConv): expand 1x1, depthwise, squeeze-excite (not in Lite), project 1x1, residual. */
function invertedResidual(
  graph: GraphBuilder,
  input: string,
  block: BlockSpec,
  { activation, squeezeExcite: excites }: Kind,
): string {
  const { name, stage } = block;
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
  if (excites) x = squeezeExcite(graph, `${name}.se`, x, Math.max(1, Math.floor(inputFilters / 4)));
  x = graph.conv2d(`${name}.project.conv`, x, { filters: block.filters, kernelSize: 1, stride: 1, bias: false });
  x = graph.batchNorm(`${name}.project.bn`, x);
  if (block.stride !== 1 || inputFilters !== block.filters) return x;
  return graph.addTensors(`${name}.add`, graph.dropPath(`${name}.drop`, x, block.dropPath), input);
}

/** Squeeze-and-excitation (Hu et al. 2018, arXiv 1709.01507), squeezed to a quarter of the block's input filters. */
function squeezeExcite(graph: GraphBuilder, name: string, input: string, squeezed: number): string {
  const filters = graph.shapeOf(input).at(-1)!;
  let s = graph.globalAveragePool(`${name}.squeeze`, input, true);
  s = graph.conv2d(`${name}.reduce`, s, { filters: squeezed, kernelSize: 1, stride: 1, bias: true });
  s = graph.activation(`${name}.reduce.activation`, s, 'swish');
  s = graph.conv2d(`${name}.expand`, s, { filters, kernelSize: 1, stride: 1, bias: true });
  s = graph.activation(`${name}.excitation`, s, 'sigmoid');
  return graph.scaleChannels(`${name}.excite`, input, s);
}

/**
 * Builds a network of any scale. It names the tensors that Family.build requires: 'features', 'pooled' and 'logits'.
 */
export function buildNetwork(name: string, spec: ScaledSpec, options: ModelOptions): Model {
  const graph = new GraphBuilder(options.bnMomentum);
  const { mean, std } = options.normalization ?? spec.normalization;
  let x = graph.normalize(graph.input(options.inputSize), mean, std);
  x = graph.conv2d('stem.conv', x, {
    filters: spec.fixedEnds ? 32 : scaledFilters(32, spec),
    kernelSize: 3,
    stride: 2,
    bias: false,
  });
  x = graph.batchNorm('stem.bn', x);
  x = graph.activation('stem.activation', x, spec.activation);
  for (const block of blocksOf(spec, options.dropPath)) x = invertedResidual(graph, x, block, spec);
  graph.enter('head');
  x = graph.conv2d('head.conv', x, {
    filters: spec.fixedEnds ? 1280 : scaledFilters(1280, spec),
    kernelSize: 1,
    stride: 1,
    bias: false,
  });
  x = graph.batchNorm('head.bn', x);
  x = graph.activation('features', x, spec.activation);
  x = graph.globalAveragePool('pooled', x, false);
  graph.enter('top');
  x = graph.dropout('dropout', x, options.dropout);
  graph.dense('classifier', x, options.classes);
  return graph.build(name);
}

type Scale = Pick<ScaledSpec, 'width' | 'depth'>;
const scale = (width: number, depth: number): Scale => ({ width, depth });

const familyFrom = <F extends FamilyName>(kind: Kind, scales: Readonly<Record<MemberOf<F>, Scale>>): Family => ({
  build: (architecture, options) =>
    buildNetwork(architecture, { ...kind, ...(scales as Record<Architecture, Scale>)[architecture] }, options),
  normalization: kind.normalization,
  publishedNormalization: kind.normalization,
  timm: { model: (architecture) => `tf_${architecture.replaceAll('-', '_')}`, parameter: timmName },
  efficientNetPyTorch: efficientNetPyTorchNames,
  // Keras has no EfficientNet-Lite; files for it use the same names and expect normalized pixels.
  keras: { parameter: kerasName, normalizes: kind === EFFICIENTNET },
});

export const efficientNet = familyFrom<'efficientnet'>(EFFICIENTNET, {
  'efficientnet-b0': scale(1.0, 1.0),
  'efficientnet-b1': scale(1.0, 1.1),
  'efficientnet-b2': scale(1.1, 1.2),
  'efficientnet-b3': scale(1.2, 1.4),
  'efficientnet-b4': scale(1.4, 1.8),
  'efficientnet-b5': scale(1.6, 2.2),
  'efficientnet-b6': scale(1.8, 2.6),
  'efficientnet-b7': scale(2.0, 3.1),
});

export const efficientNetLite = familyFrom<'efficientnet-lite'>(EFFICIENTNET_LITE, {
  'efficientnet-lite0': scale(1.0, 1.0),
  'efficientnet-lite1': scale(1.0, 1.1),
  'efficientnet-lite2': scale(1.1, 1.2),
  'efficientnet-lite3': scale(1.2, 1.4),
  'efficientnet-lite4': scale(1.4, 1.8),
});
