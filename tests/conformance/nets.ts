import type { Engine, StepInput, TrainingRequest, TrainingState } from '../../src/main/pipeline/engine/engine.ts';
import type { LossSpec } from '../../src/main/pipeline/losses/loss.ts';
import { PLAIN_BCE } from '../../src/main/pipeline/losses/loss.ts';
import { GraphBuilder } from '../../src/main/pipeline/graph/builder.ts';
import { foldBatchNorm } from '../../src/main/pipeline/graph/foldBatchNorm.ts';
import type { ActivationName, Model, Parameters, Tensor } from '../../src/main/pipeline/graph/graph.ts';
import { insertFakeQuant } from '../../src/main/pipeline/graph/insertFakeQuant.ts';
import { drawMasks } from '../../src/main/pipeline/train/masks.ts';
import { randomStream } from '../../src/shared/random.ts';
import { parameterValues } from '../golden/formula.ts';

/** Small nets for each op, their training steps, and the distance of two results, for the tests of engines. */
export const BATCH = 3;
export const CLASSES = 2;

export type Body = (graph: GraphBuilder, x: string) => string;

/** A net from normalized pixels over the tested ops to a pooled dense head. */
export function net(size: number, body: Body): Model {
  const graph = new GraphBuilder(0.9);
  const x = graph.normalize(graph.input(size), [127, 127, 127], [128, 128, 128]);
  const features = graph.globalAveragePool('pooled', body(graph, x), false);
  graph.dense('classifier', graph.dropout('drop', features, 0.3), CLASSES);
  return graph.build('test');
}

export const stem: Body = (graph, x) => graph.conv2d('stem', x, { filters: 6, kernelSize: 3, stride: 1, bias: true });
export const first =
  (kernelSize: number, stride: 1 | 2): Body =>
  (graph, x) =>
    graph.conv2d('conv', x, { filters: 5, kernelSize, stride, bias: true });
export const pointwise: Body = (graph, x) =>
  graph.conv2d('conv', stem(graph, x), { filters: 5, kernelSize: 1, stride: 1, bias: true });
export const depthwise =
  (kernelSize: number, stride: 1 | 2): Body =>
  (graph, x) =>
    graph.depthwiseConv2d('depthwise', stem(graph, x), { kernelSize, stride });
export const act =
  (name: ActivationName): Body =>
  (graph, x) =>
    graph.activation('act', graph.conv2d('wide', x, { filters: 20, kernelSize: 3, stride: 1, bias: true }), name);
/** A convolution larger than 1x1 over a map, trained together with its BatchNorm. */
export const spatial =
  (kernelSize: number, stride: 1 | 2): Body =>
  (graph, x) =>
    graph.batchNorm(
      'spatial.bn',
      graph.conv2d('spatial', stem(graph, x), { filters: 5, kernelSize, stride, bias: false }),
    );
/** MobileNetV4's head: the last convolution sees what is pooled. */
export const pooledHead: Body = (graph, x) => {
  const pooled = graph.globalAveragePool('head.pool', stem(graph, x), true);
  const head = graph.conv2d('head.conv', pooled, { filters: 10, kernelSize: 1, stride: 1, bias: false });
  return graph.activation('features', graph.batchNorm('head.bn', head), 'relu');
};
/**
 * MobileNetV4's blocks: strided convolution, depthwise convolution before the expansion, residual, convolved pool.
 * The stem has a multiple of 4 filters, because onnxruntime's WebGPU provider (1.30) computes convolutions larger than
 * 1x1 wrongly from other numbers of channels to a multiple of 4; models/registry.test.ts keeps such networks out.
 */
export const universal: Body = (graph, x) => {
  const relu = (name: string, y: string): string =>
    graph.activation(`${name}.activation`, graph.batchNorm(`${name}.bn`, y), 'relu');
  const first = relu('stem', graph.conv2d('stem', x, { filters: 8, kernelSize: 3, stride: 2, bias: false }));
  graph.enter('block1');
  const fused = relu('fused', graph.conv2d('fused', first, { filters: 12, kernelSize: 3, stride: 2, bias: false }));
  graph.enter('block2');
  const start = graph.batchNorm('start.bn', graph.depthwiseConv2d('start', fused, { kernelSize: 3, stride: 1 }));
  const expand = relu('expand', graph.conv2d('expand', start, { filters: 24, kernelSize: 1, stride: 1, bias: false }));
  const middle = relu('middle', graph.depthwiseConv2d('middle', expand, { kernelSize: 5, stride: 1 }));
  const project = graph.batchNorm(
    'project.bn',
    graph.conv2d('project', middle, { filters: 12, kernelSize: 1, stride: 1, bias: false }),
  );
  const sum = graph.addTensors('add', fused, graph.dropPath('path', project, 0.4));
  graph.enter('head');
  const pooled = graph.globalAveragePool('head.pool', sum, true);
  return relu('head', graph.conv2d('head', pooled, { filters: 10, kernelSize: 1, stride: 1, bias: false }));
};
export const norm: Body = (graph, x) => graph.batchNorm('bn', stem(graph, x));

export const squeezeExcite: Body = (graph, x) => {
  const wide = stem(graph, x);
  const squeezed = graph.globalAveragePool('se.pool', wide, true);
  const reduced = graph.activation(
    'se.swish',
    graph.conv2d('se.reduce', squeezed, { filters: 2, kernelSize: 1, stride: 1, bias: true }),
    'swish',
  );
  const factors = graph.activation(
    'se.sigmoid',
    graph.conv2d('se.expand', reduced, { filters: 6, kernelSize: 1, stride: 1, bias: true }),
    'sigmoid',
  );
  return graph.scaleChannels('se.scale', wide, factors);
};

/**
 * From few channels to many on a map with many pixels, and back with a residual, which lowers to products of kernels.
 */
export const expansion =
  (activation: ActivationName): Body =>
  (graph, x) => {
    const narrow = stem(graph, x);
    const wide = graph.activation(
      'act',
      graph.batchNorm('bn', graph.conv2d('expand', narrow, { filters: 40, kernelSize: 1, stride: 1, bias: false })),
      activation,
    );
    return graph.addTensors(
      'add',
      narrow,
      graph.batchNorm('bn2', graph.conv2d('project', wide, { filters: 6, kernelSize: 1, stride: 1, bias: false })),
    );
  };

/**
 * Two MBConv blocks (squeeze-excite, swish) or Lite blocks (ReLU6): one with a stride, one a residual with stochastic
 * depth.
 */
export function inverted(lite: boolean): Body {
  const activation = lite ? 'relu6' : 'swish';
  const block = (graph: GraphBuilder, name: string, x: string, stride: 1 | 2): string => {
    graph.enter(name);
    const conv1 = graph.activation(
      `${name}.a1`,
      graph.batchNorm(
        `${name}.bn1`,
        graph.conv2d(`${name}.expand`, x, { filters: 18, kernelSize: 1, stride: 1, bias: false }),
      ),
      activation,
    );
    let y = graph.activation(
      `${name}.a2`,
      graph.batchNorm(`${name}.bn2`, graph.depthwiseConv2d(`${name}.depthwise`, conv1, { kernelSize: 3, stride })),
      activation,
    );
    if (!lite) {
      const squeezed = graph.activation(
        `${name}.s1`,
        graph.conv2d(`${name}.reduce`, graph.globalAveragePool(`${name}.pool`, y, true), {
          filters: 2,
          kernelSize: 1,
          stride: 1,
          bias: true,
        }),
        'swish',
      );
      y = graph.scaleChannels(
        `${name}.scale`,
        y,
        graph.activation(
          `${name}.s2`,
          graph.conv2d(`${name}.excite`, squeezed, { filters: 18, kernelSize: 1, stride: 1, bias: true }),
          'sigmoid',
        ),
      );
    }
    const projected = graph.batchNorm(
      `${name}.bn3`,
      graph.conv2d(`${name}.project`, y, { filters: 6, kernelSize: 1, stride: 1, bias: false }),
    );
    return stride === 1
      ? graph.addTensors(`${name}.add`, x, graph.dropPath(`${name}.path`, projected, 0.4))
      : projected;
  };
  return (graph, x) => {
    const first = graph.activation(
      'stem.act',
      graph.batchNorm('stem.bn', graph.conv2d('stem', x, { filters: 6, kernelSize: 3, stride: 2, bias: false })),
      activation,
    );
    return block(graph, 'block2', block(graph, 'block1', first, 1), 2);
  };
}

export const cases: [string, Model][] = [
  // The family's convolutions: 3x3 or 5x5 on the pixels, 1x1 anywhere.
  ...([3, 5] as const).flatMap((k) =>
    ([1, 2] as const).flatMap((s) =>
      [8, 7].map((size): [string, Model] => [`conv ${k}x${k}, stride ${s}, ${size} px`, net(size, first(k, s))]),
    ),
  ),
  ...[8, 7].map((size): [string, Model] => [`conv 1x1, ${size} px`, net(size, pointwise)]),
  ...([3, 5] as const).flatMap((k) =>
    ([1, 2] as const).flatMap((s) =>
      [8, 7].map((size): [string, Model] => [
        `depthwise ${k}x${k}, stride ${s}, ${size} px`,
        net(size, depthwise(k, s)),
      ]),
    ),
  ),
  ...(['relu', 'relu6', 'swish', 'sigmoid'] as const).map((name): [string, Model] => [name, net(6, act(name))]),
  ['batch norm', net(6, norm)],
  ...(['relu', 'relu6', 'swish'] as const).map((name): [string, Model] => [
    `expansion with ${name}`,
    net(17, expansion(name)),
  ]),
  ['squeeze-excite', net(6, squeezeExcite)],
  ...([3, 5] as const).flatMap((k) =>
    ([1, 2] as const).flatMap((s) =>
      [8, 7].map((size): [string, Model] => [
        `conv ${k}x${k} on a map, stride ${s}, ${size} px`,
        net(size, spatial(k, s)),
      ]),
    ),
  ),
  ['a convolution of what is pooled', net(6, pooledHead)],
  ['Lite blocks', net(16, inverted(true))],
  ['MBConv blocks', net(16, inverted(false))],
  ['blocks with ReLU', net(16, universal)],
];

/** Together these contain every op of the family. */
export const fewCases: [string, Model][] = [
  ['Lite blocks', net(12, inverted(true))],
  ['MBConv blocks', net(12, inverted(false))],
  ['blocks with ReLU', net(12, universal)],
];

/** A small Lite network, for which the goldens have Keras's trajectory (optim/tinynet). */
export function tinyNet(): Model {
  const graph = new GraphBuilder(0.9);
  const relu6 = (name: string, x: string): string =>
    graph.activation(`${name}.relu6`, graph.batchNorm(`${name}.bn`, x), 'relu6');
  const input = graph.normalize(graph.input(12), [0, 0, 0], [1, 1, 1]);
  const stem = relu6('stem', graph.conv2d('stem.conv', input, { filters: 8, kernelSize: 3, stride: 2, bias: false }));
  graph.enter('block');
  const expand = relu6(
    'block.expand',
    graph.conv2d('block.expand.conv', stem, { filters: 16, kernelSize: 1, stride: 1, bias: false }),
  );
  const depthwise = relu6(
    'block.depthwise',
    graph.depthwiseConv2d('block.depthwise.conv', expand, { kernelSize: 5, stride: 1 }),
  );
  const project = graph.batchNorm(
    'block.project.bn',
    graph.conv2d('block.project.conv', depthwise, { filters: 8, kernelSize: 1, stride: 1, bias: false }),
  );
  const down = relu6(
    'down',
    graph.depthwiseConv2d('down.depthwise.conv', graph.addTensors('block.add', stem, project), {
      kernelSize: 3,
      stride: 2,
    }),
  );
  graph.dense('classifier', graph.globalAveragePool('pooled', down, false), 4);
  return graph.build('tiny');
}

export const quantized = (body: Body): { model: Model; parameters: Parameters } => {
  const float = net(12, body);
  const folded = foldBatchNorm(float, parametersOf(float));
  return { model: insertFakeQuant(folded.model), parameters: folded.parameters };
};

export const parametersOf = (model: Model): Map<string, Tensor> =>
  new Map(model.parameters.map(({ name, shape }) => [name, { shape, data: parameterValues(name, shape) }]));

export function stepInput(model: Model, trainableFrom: number, change: Partial<StepInput> = {}): StepInput {
  const stream = randomStream(model.nodes.length, 'step');
  const entries = BATCH * CLASSES;
  return {
    inputs: Uint8Array.from({ length: BATCH * model.inputSize ** 2 * 3 }, () => 256 * stream()),
    labels: Float32Array.from({ length: entries }, () => (stream() < 0.4 ? 1 : 0)),
    // The first entry is unknown, so it must not move anything.
    weights: Float32Array.from({ length: entries }, (_, i) => (i === 0 ? 0 : 1 / entries)),
    teacherLogits: Float32Array.from({ length: entries }, () => 4 * stream() - 2),
    learningRate: 1,
    weightDecay: 0,
    masks: drawMasks(model, trainableFrom, BATCH, { seed: 5, epoch: 0, step: 0 }),
    emaDecay: 0.7,
    fakeQuantRanges: new Map(
      model.nodes.flatMap((node) =>
        node.op === 'fakeQuant' && node.range === null ? [[node.name, [-1.7, 2.1] as const]] : [],
      ),
    ),
    ...change,
  };
}

export const plainSgd = { kind: 'sgd', momentum: 0, nesterov: false } as const;
export const distilled: LossSpec = { ...PLAIN_BCE, distillation: { alpha: 0.7, temperature: 2 } };

export function request(model: Model, parameters: Parameters, change: Partial<TrainingRequest> = {}): TrainingRequest {
  return {
    model,
    batchSize: BATCH,
    trainableFrom: 0,
    loss: distilled,
    optimizer: plainSgd,
    clipNorm: null,
    ema: false,
    state: { parameters, slots: new Map(), ema: null, steps: 0 },
    ...change,
  };
}

/** The largest difference, relative to the largest value. */
export function distance(a: Float32Array, b: Float32Array): number {
  const largest = b.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0) / Math.max(largest, 1e-3);
}

/**
 * The change by a step of plain SGD with learning rate 1, which is the gradient (and minus the change of the
 * statistics).
 */
export const changes = (before: Parameters, after: Parameters): Parameters =>
  new Map(
    [...before].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value, i) => value - after.get(name)!.data[i]!) },
    ]),
  );

export async function steps(
  engine: Engine,
  training: TrainingRequest,
  inputs: readonly StepInput[],
): Promise<{ losses: number[]; state: TrainingState; logits: Float32Array; norm: number }> {
  const session = await engine.createTraining(training);
  const results = [];
  for (const input of inputs) results.push(await session.step(input));
  const state = await session.state();
  await session.dispose();
  return {
    losses: results.flatMap(({ loss, hardLoss }) => [loss, hardLoss]),
    state,
    logits: results.at(-1)!.logits,
    norm: results.at(-1)!.gradientNorm,
  };
}
