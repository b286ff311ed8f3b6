import type { Model, Parameter, Parameters, Tensor } from '../../graph/graph.ts';
import { parametersOf } from '../../graph/graph.ts';
import type { StepInput, StepResult, TrainingRequest, TrainingSession, TrainingState } from '../engine.ts';
import type { Layout } from './layout.ts';
import { lowerLoss, LABELS, TEACHER_LOGITS, WEIGHTS } from './loss.ts';
import type { Lowering } from './lowering.ts';
import { lowerModel } from './lowerModel.ts';
import { FAKE_QUANT_INPUTS, fakeQuantFeeds, trackedNodes } from './ops/fakeQuant.ts';
import { inputFeed } from './ops/input.ts';
import { maskInput } from './ops/masks.ts';
import type { OptimizerVectors } from './optimizer.ts';
import {
  clipByGlobalNorm,
  lowerOptimizer,
  movedTowards,
  OPTIMIZER_INPUTS,
  optimizerScalars,
  slotNames,
} from './optimizer.ts';
import type { ParameterGroup } from './parameterGroups.ts';
import { joinGroup, packGroup, splitGroup, statisticsGroup, trainedGroups, unpackGroup } from './parameterGroups.ts';
import { packingsOf } from './packing.ts';
import type { OrtOptions, OrtSession, Runtime, Tensors } from './session.ts';
import { createOrtSession, Tensor as OrtTensor } from './session.ts';
import type { StateVectors } from './stateVectors.ts';
import { deviceVectors, hostVectors, nextName } from './stateVectors.ts';

const EMA_RATE = 'emaRate';
/** Loss, hard loss and gradient norm, then logits and ranges, in one vector, so that a device is read once per step. */
const REPORT = 'report';
const METRICS = 3;
const WEIGHT_SLOT = 'weights',
  EMA_SLOT = 'ema',
  SUM_SLOT = 'gradientSum';
/** A batch's share of the accumulated gradient, and whether the weights are updated. */
const SHARE = 'share',
  MOVES = 'moves';

const vectorName = (slot: string, group: ParameterGroup): string => `${slot}/${group.name}`;

function trainedParameters(model: Model, trainableFrom: number): Parameter[] {
  const names = new Set(model.nodes.slice(trainableFrom).flatMap(parametersOf));
  return model.parameters.filter(({ name }) => names.has(name));
}

/**
 * Compiles a whole training step into one ONNX graph, from a batch and the state's vectors to the next state's vectors.
 */
export async function createOnnxTraining(
  request: TrainingRequest,
  layout: Layout,
  runtime: Runtime & Pick<OrtOptions, 'lowMemory'>,
): Promise<TrainingSession> {
  const plan = planOf(request, layout);
  const start = startVectors(request, plan);
  const onDevice = runtime.provider === 'webgpu';
  const session = await createOrtSession(buildStep(request, layout, plan).build(), {
    ...runtime,
    keptOnDevice: onDevice ? [...start.keys()].map(nextName) : [],
  });
  return new OnnxTrainingSession(request, plan, session, onDevice ? deviceVectors(start, runtime) : hostVectors(start));
}

interface Plan {
  readonly groups: readonly ParameterGroup[];
  /** Null when no BatchNorm is trained. */
  readonly statistics: ParameterGroup | null;
  /** Slots of each group besides the weights. */
  readonly slots: readonly string[];
}

function planOf({ model, trainableFrom, optimizer, learningRateScales }: TrainingRequest, layout: Layout): Plan {
  const packings = packingsOf(model, layout);
  const trained = trainedParameters(model, trainableFrom);
  const statistics = statisticsGroup(trained, packings);
  return {
    groups: trainedGroups(trained, packings, learningRateScales),
    statistics: statistics.size === 0 ? null : statistics,
    slots: slotNames(optimizer),
  };
}

function buildStep(request: TrainingRequest, layout: Layout, plan: Plan): Lowering['graph'] {
  const { model, batchSize } = request;
  const { groups, statistics } = plan;
  const lowering = lowerModel(
    {
      model,
      parameters: request.state.parameters,
      batchSize,
      trainableFrom: request.trainableFrom,
      layout,
      masks: true,
      kept: new Set([model.logits]),
    },
    (bound) => {
      bindVectors(bound, plan);
    },
  );
  const { graph } = lowering;
  const logits = lowering.value(model.logits).tensor;
  const { loss, hardLoss, gradient } = lowerLoss(graph, request.loss, logits, [batchSize, model.classes]);
  lowering.contribute(model.logits, { kind: 'tensor', tensor: gradient });
  lowering.backward();

  const batchGradients = groups.map((group) => joinGroup(graph, group, lowering.parameterGradients));
  const gradients = request.accumulates === true ? accumulated(lowering, groups, batchGradients) : batchGradients;
  const { norm, clipped } = clipByGlobalNorm(graph, gradients, request.clipNorm);
  for (const input of Object.values(OPTIMIZER_INPUTS)) graph.input(input, 'float32', []);
  if (request.ema) graph.input(EMA_RATE, 'float32', []);
  for (const [i, group] of groups.entries()) updateGroup(request, lowering, plan, group, clipped[i]!);
  if (statistics !== null) updateStatistics(lowering, statistics);

  const metrics = [loss, hardLoss, norm].map((tensor) => graph.reshape(tensor, [1]));
  const ranges = trackedNodes(model.nodes).flatMap(({ name }) => [...lowering.trackedRanges.get(name)!]);
  const flatLogits = graph.reshape(logits, [batchSize * model.classes]);
  graph.output(REPORT, graph.node('Concat', [...metrics, flatLogits, ...ranges], { axis: 0 }), 'float32', [
    reportSize(request),
  ]);
  return graph;
}

const reportSize = ({ model, batchSize }: TrainingRequest): number =>
  METRICS + batchSize * model.classes + 2 * trackedNodes(model.nodes).length;

function startVectors(
  { state, ema, accumulates }: TrainingRequest,
  { groups, statistics, slots }: Plan,
): Map<string, Float32Array> {
  const start = new Map<string, Float32Array>();
  const keep = (slot: string, group: ParameterGroup, values: Parameters | undefined): void => {
    start.set(vectorName(slot, group), packGroup(group, values));
  };
  for (const group of groups) {
    keep(WEIGHT_SLOT, group, state.parameters);
    for (const slot of slots) keep(slot, group, state.slots.get(slot));
    if (ema) keep(EMA_SLOT, group, state.ema ?? state.parameters);
    if (accumulates === true) keep(SUM_SLOT, group, state.accumulated);
  }
  if (statistics !== null) keep(WEIGHT_SLOT, statistics, state.parameters);
  return start;
}

function bindVectors(lowering: Lowering, { groups, statistics }: Plan): void {
  for (const group of statistics === null ? groups : [...groups, statistics]) {
    const vector = lowering.graph.input(vectorName(WEIGHT_SLOT, group), 'float32', [group.size]);
    for (const [name, piece] of splitGroup(lowering, group, vector)) lowering.bindParameter(name, piece);
  }
}

/** The gradients accumulated so far, including this batch's; the sum is reset when the weights are updated. */
function accumulated({ graph }: Lowering, groups: readonly ParameterGroup[], gradients: readonly string[]): string[] {
  graph.input(SHARE, 'float32', []);
  graph.input(MOVES, 'bool', []);
  return groups.map((group, i) => {
    const vector = vectorName(SUM_SLOT, group);
    const sum = graph.node('Add', [
      graph.input(vector, 'float32', [group.size]),
      graph.node('Mul', [gradients[i]!, SHARE]),
    ]);
    graph.output(nextName(vector), graph.node('Where', [MOVES, graph.scalar(0), sum]), 'float32', [group.size]);
    return sum;
  });
}

function updateGroup(
  request: TrainingRequest,
  { graph }: Lowering,
  { slots }: Plan,
  group: ParameterGroup,
  gradient: string,
): void {
  const vector = (slot: string): string => vectorName(slot, group);
  const before: OptimizerVectors = {
    weights: vector(WEIGHT_SLOT),
    slots: new Map(slots.map((slot) => [slot, graph.input(vector(slot), 'float32', [group.size])])),
  };
  const after = lowerOptimizer(graph, request.optimizer, before, gradient, group);
  const output = (slot: string, tensor: string): void => {
    const next = request.accumulates === true ? graph.node('Where', [MOVES, tensor, vector(slot)]) : tensor;
    graph.output(nextName(vector(slot)), next, 'float32', [group.size]);
  };
  output(WEIGHT_SLOT, after.weights);
  for (const [slot, tensor] of after.slots) output(slot, tensor);
  if (request.ema)
    output(
      EMA_SLOT,
      movedTowards(graph, graph.input(vector(EMA_SLOT), 'float32', [group.size]), after.weights, EMA_RATE),
    );
}

function updateStatistics(lowering: Lowering, group: ParameterGroup): void {
  const { graph } = lowering;
  const momenta = new Float32Array(group.size);
  const momentumOf = new Map(
    lowering.model.nodes.flatMap((node) =>
      node.op === 'batchNorm'
        ? ([
            [node.mean, node.momentum],
            [node.variance, node.momentum],
          ] as const)
        : [],
    ),
  );
  for (const [i, { packing, offset }] of group.entries.entries()) {
    momenta.fill(momentumOf.get(packing.parameter.name)!, offset, group.entries[i + 1]?.offset ?? group.size);
  }
  const old = graph.node('Mul', [vectorName(WEIGHT_SLOT, group), graph.constant('float32', momenta, [group.size])]);
  const fresh = graph.node('Mul', [
    joinGroup(graph, group, lowering.batchStatistics),
    graph.constant(
      'float32',
      momenta.map((momentum) => 1 - momentum),
      [group.size],
    ),
  ]);
  graph.output(nextName(vectorName(WEIGHT_SLOT, group)), graph.node('Add', [old, fresh]), 'float32', [group.size]);
}

class OnnxTrainingSession implements TrainingSession {
  private readonly request: TrainingRequest;
  private readonly plan: Plan;
  private readonly session: OrtSession;
  private readonly vectors: StateVectors;
  private readonly tracked: ReturnType<typeof trackedNodes>;
  private steps: number;

  constructor(request: TrainingRequest, plan: Plan, session: OrtSession, vectors: StateVectors) {
    this.request = request;
    this.plan = plan;
    this.session = session;
    this.vectors = vectors;
    this.steps = request.state.steps;
    this.tracked = trackedNodes(request.model.nodes);
  }

  async step(input: StepInput): Promise<StepResult> {
    const results = await this.session.run(
      { ...this.feedsOf(input), ...this.vectors.feeds() },
      { [REPORT]: null, ...this.vectors.outputs() },
    );
    this.vectors.advance(results);
    if (input.accumulation?.moves !== false) this.steps++;
    const report = results[REPORT]!.data as Float32Array;
    const [loss, hardLoss, gradientNorm] = report;
    const ranges = report.subarray(report.length - 2 * this.tracked.length);
    return {
      loss: loss!,
      hardLoss: hardLoss!,
      gradientNorm: gradientNorm!,
      logits: report.slice(METRICS, report.length - ranges.length),
      ranges: new Map(this.tracked.map(({ name }, i) => [name, [ranges[2 * i]!, ranges[2 * i + 1]!]])),
    };
  }

  private feedsOf(input: StepInput): Tensors {
    const { model, batchSize, loss, optimizer, ema, accumulates, trainableFrom } = this.request;
    const perClass = [batchSize, model.classes];
    const feeds: Tensors = {
      ...inputFeed(model, batchSize, input.inputs),
      [LABELS]: new OrtTensor('float32', input.labels, perClass),
      [WEIGHTS]: new OrtTensor('float32', input.weights, perClass),
    };
    if (loss.distillation !== null) {
      if (input.teacherLogits === undefined) throw new Error('with distillation a step needs teacherLogits');
      feeds[TEACHER_LOGITS] = new OrtTensor('float32', input.teacherLogits, perClass);
    }
    const scalars = optimizerScalars(optimizer, input, this.steps);
    for (const key of ['learningRate', 'stepSize', 'decay'] as const)
      feeds[OPTIMIZER_INPUTS[key]] = scalarTensor(scalars[key]);
    if (ema) {
      if (input.emaDecay === undefined) throw new Error('with an EMA a step needs emaDecay');
      feeds[EMA_RATE] = scalarTensor(1 - input.emaDecay);
    }
    if (accumulates === true) {
      if (input.accumulation === undefined) throw new Error('with accumulation a step needs its share');
      feeds[SHARE] = scalarTensor(input.accumulation.share);
      feeds[MOVES] = new OrtTensor('bool', [input.accumulation.moves], []);
    }
    for (const node of model.nodes.slice(trainableFrom)) {
      if (node.op !== 'dropout' && node.op !== 'dropPath') continue;
      const mask = input.masks.get(node.name);
      if (mask === undefined) throw new Error(`the mask of '${node.name}' is missing`);
      feeds[maskInput(node.name)] = new OrtTensor('float32', mask, [batchSize, mask.length / batchSize]);
    }
    if (this.tracked.length > 0) {
      const { scales, zeroPoints } = fakeQuantFeeds(this.tracked, input.fakeQuantRanges);
      feeds[FAKE_QUANT_INPUTS.scales] = new OrtTensor('float32', scales, [scales.length]);
      feeds[FAKE_QUANT_INPUTS.zeroPoints] = new OrtTensor('uint8', zeroPoints, [zeroPoints.length]);
    }
    return feeds;
  }

  async state(): Promise<TrainingState> {
    const { groups, statistics, slots } = this.plan;
    const values = await this.vectors.values();
    const unpacked = (slot: string, group: ParameterGroup, into: Map<string, Tensor>): void =>
      unpackGroup(group, values.get(vectorName(slot, group))!, into);
    const collected = (slot: string, into = new Map<string, Tensor>()): Map<string, Tensor> => {
      for (const group of groups) unpacked(slot, group, into);
      return into;
    };
    const parameters = collected(WEIGHT_SLOT, new Map(this.request.state.parameters));
    if (statistics !== null) unpacked(WEIGHT_SLOT, statistics, parameters);
    return {
      parameters,
      slots: new Map(slots.map((slot) => [slot, collected(slot)])),
      ema: this.request.ema ? collected(EMA_SLOT) : null,
      steps: this.steps,
      ...(this.request.accumulates === true && { accumulated: collected(SUM_SLOT) }),
    };
  }

  async dispose(): Promise<void> {
    await this.vectors.dispose();
    await this.session.dispose();
  }
}

const scalarTensor = (value: number): OrtTensor => new OrtTensor('float32', Float32Array.of(value), []);
