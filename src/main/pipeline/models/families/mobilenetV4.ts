import { GraphBuilder } from '../../graph/builder.ts';
import type { Model } from '../../graph/graph.ts';
import type { Family, ModelOptions } from '../family.ts';
import { IMAGENET, LITE } from '../pixelNormalizations.ts';
import { torchWeight } from '../weights/torch.ts';

/**
 * MobileNetV4-Conv-Small (Qin et al. 2024, arXiv 2404.10518, table 11), which has only convolutions and ReLU. Names and
 * BatchNorm's epsilon come from timm/models/mobilenetv3.py.
 */

/** A plain convolution with BatchNorm and ReLU. */
interface Fused {
  readonly kind: 'fused';
  readonly kernelSize: 1 | 3;
  readonly stride: 1 | 2;
  readonly filters: number;
}
/**
 * Universal inverted bottleneck with depthwise convolutions before the expansion, after it, or both; size 0 means none.
 */
interface Universal {
  readonly kind: 'universal';
  readonly start: 0 | 3 | 5;
  readonly middle: 0 | 3 | 5;
  readonly stride: 1 | 2;
  readonly expand: number;
  readonly filters: number;
}
type Block = Fused | Universal;

const fused = (kernelSize: 1 | 3, stride: 1 | 2, filters: number): Fused => ({
  kind: 'fused',
  kernelSize,
  stride,
  filters,
});
const universal = (start: 0 | 3 | 5, middle: 0 | 3 | 5, stride: 1 | 2, expand: number, filters: number): Universal => ({
  kind: 'universal',
  start,
  middle,
  stride,
  expand,
  filters,
});

const STEM = 32,
  HEAD = 1280,
  BN_EPSILON = 1e-5;

const STAGES: readonly (readonly Block[])[] = [
  [fused(3, 2, 32), fused(1, 1, 32)],
  [fused(3, 2, 96), fused(1, 1, 64)],
  [
    universal(5, 5, 2, 3, 96),
    universal(0, 3, 1, 2, 96),
    universal(0, 3, 1, 2, 96),
    universal(0, 3, 1, 2, 96),
    universal(0, 3, 1, 2, 96),
    universal(3, 0, 1, 4, 96),
  ],
  [
    universal(3, 3, 2, 6, 128),
    universal(5, 5, 1, 4, 128),
    universal(0, 5, 1, 4, 128),
    universal(0, 5, 1, 3, 128),
    universal(0, 3, 1, 4, 128),
    universal(0, 3, 1, 4, 128),
  ],
  [fused(1, 1, 960)],
];

const convolution = (
  graph: GraphBuilder,
  place: string,
  x: string,
  { filters, kernelSize, stride }: { filters: number; kernelSize: number; stride: 1 | 2 },
): string =>
  graph.batchNorm(`${place}.bn`, graph.conv2d(`${place}.conv`, x, { filters, kernelSize, stride, bias: false }));
const depthwise = (graph: GraphBuilder, place: string, x: string, kernelSize: number, stride: 1 | 2): string =>
  graph.batchNorm(`${place}.bn`, graph.depthwiseConv2d(`${place}.conv`, x, { kernelSize, stride }));
const relu = (graph: GraphBuilder, place: string, x: string): string =>
  graph.activation(`${place}.activation`, x, 'relu');

function addBlock(graph: GraphBuilder, name: string, input: string, block: Block, dropPath: number): string {
  graph.enter(name);
  if (block.kind === 'fused') return relu(graph, `${name}.fused`, convolution(graph, `${name}.fused`, input, block));
  const { start, middle, stride, expand, filters } = block;
  const inputs = graph.shapeOf(input).at(-1)!;
  let x = input;
  // With two depthwise convolutions, the middle one has the stride.
  if (start > 0) x = depthwise(graph, `${name}.start_depthwise`, x, start, middle > 0 ? 1 : stride);
  x = convolution(graph, `${name}.expand`, x, { filters: inputs * expand, kernelSize: 1, stride: 1 });
  x = relu(graph, `${name}.expand`, x);
  if (middle > 0) x = relu(graph, `${name}.depthwise`, depthwise(graph, `${name}.depthwise`, x, middle, stride));
  x = convolution(graph, `${name}.project`, x, { filters, kernelSize: 1, stride: 1 });
  if (stride !== 1 || inputs !== filters) return x;
  return graph.addTensors(`${name}.add`, graph.dropPath(`${name}.drop`, x, dropPath), input);
}

function build(architecture: string, options: ModelOptions): Model {
  const graph = new GraphBuilder(options.bnMomentum, BN_EPSILON);
  const { mean, std } = options.normalization ?? LITE;
  let x = graph.normalize(graph.input(options.inputSize), mean, std);
  x = relu(graph, 'stem', convolution(graph, 'stem', x, { filters: STEM, kernelSize: 3, stride: 2 }));
  const blocks = STAGES.flatMap((stage, s) =>
    stage.map((block, b) => ({ block, name: `block${s + 1}${String.fromCharCode('a'.charCodeAt(0) + b)}` })),
  );
  blocks.forEach(({ block, name }, i) => {
    x = addBlock(graph, name, x, block, (options.dropPath * i) / blocks.length);
  });
  graph.enter('head');
  x = graph.globalAveragePool('head.pool', x, true);
  x = convolution(graph, 'head', x, { filters: HEAD, kernelSize: 1, stride: 1 });
  x = graph.activation('features', x, 'relu');
  x = graph.globalAveragePool('pooled', x, false); // turns the 1x1 map into a vector
  graph.enter('top');
  graph.dense('classifier', graph.dropout('dropout', x, options.dropout), options.classes);
  return graph.build(architecture);
}

const outside: Readonly<Record<string, string>> = {
  'stem.conv': 'conv_stem',
  'stem.bn': 'bn1',
  'head.conv': 'conv_head',
  'head.bn': 'norm_head',
  classifier: 'classifier',
};
const inside: Readonly<Record<string, string>> = {
  'fused.conv': 'conv',
  'fused.bn': 'bn1',
  'start_depthwise.conv': 'dw_start.conv',
  'start_depthwise.bn': 'dw_start.bn',
  'expand.conv': 'pw_exp.conv',
  'expand.bn': 'pw_exp.bn',
  'depthwise.conv': 'dw_mid.conv',
  'depthwise.bn': 'dw_mid.bn',
  'project.conv': 'pw_proj.conv',
  'project.bn': 'pw_proj.bn',
};

/** timm's name, such as 'blocks.2.0.pw_exp.conv.weight' for 'block3a.expand.conv.kernel'. */
function timmName(name: string): string | null {
  const [, stage, letter, layer, kind] = /^(?:block(\d)([a-z])\.)?(.+)\.(\w+)$/.exec(name) ?? [];
  if (layer === undefined || kind === undefined) return null;
  const module = (stage === undefined ? outside : inside)[layer];
  if (module === undefined) return null;
  const place = stage === undefined ? '' : `blocks.${Number(stage) - 1}.${letter!.charCodeAt(0) - 'a'.charCodeAt(0)}.`;
  return `${place}${module}.${torchWeight(layer, kind)}`;
}

export const mobileNetV4: Family = {
  build,
  normalization: LITE,
  publishedNormalization: IMAGENET,
  timm: { model: (architecture) => architecture.replaceAll('-', '_'), parameter: timmName },
  efficientNetPyTorch: null,
  keras: null,
};
