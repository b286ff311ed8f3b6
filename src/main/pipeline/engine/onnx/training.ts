import type { Model, Parameter, Parameters, Tensor } from '../../graph/graph.ts';
import { parametersOf } from '../../graph/graph.ts';
import type { StepInput, StepResult, TrainingRequest, TrainingSession, TrainingState } from '../engine.ts';
import type { Layout } from './layout.ts';
import { lowerLoss, LABELS, TEACHER_LOGITS, WEIGHTS } from './loss.ts';
import type { Lowering } from './lowering.ts';
import { lowerModel } from './lowerModel.ts';
import { FAKE_QUANT_INPUTS, fakeQuantFeeds, trackedNodes } from './ops/fakeQuant.ts';
import { PIXELS } from './ops/input.ts';
import { maskInput } from './ops/masks.ts';
import type { OptimizerVectors } from './optimizer.ts';
import { clipByGlobalNorm, lowerOptimizer, movedTowards, OPTIMIZER_INPUTS, optimizerScalars, slotNames } from './optimizer.ts';
import type { ParameterGroup } from './parameterGroups.ts';
import { joinGroup, packGroup, splitGroup, statisticsGroup, trainedGroups, unpackGroup } from './parameterGroups.ts';
import { packingsOf } from './packing.ts';
import type { OrtOptions, OrtSession, Tensors } from './session.ts';
import { createOrtSession, Tensor as OrtTensor } from './session.ts';

const EMA_RATE = 'emaRate';
const METRICS = 'metrics', LOGITS = 'logits', RANGES = 'ranges';
const WEIGHT_SLOT = 'weights', EMA_SLOT = 'ema', SUM_SLOT = 'gradientSum';
/** A batch's share of the accumulated gradient, and whether the weights move. */
const SHARE = 'share', MOVES = 'moves';

const vectorName = (slot: string, group: ParameterGroup): string => `${slot}/${group.name}`;
const nextName = (vector: string): string => `${vector}/next`;

/** The parameters of the trained nodes. */
function trainedParameters(model: Model, trainableFrom: number): Parameter[] {
  const names = new Set(model.nodes.slice(trainableFrom).flatMap(parametersOf));
  return model.parameters.filter(({ name }) => names.has(name));
}

/** A vector that every step replaces: one tensor is read while the other is written. */
interface StateVector { current: OrtTensor; next: OrtTensor }

/** Whole training steps as one ONNX graph: pixels and the state's vectors go in, the next state's vectors come out. */
export async function createOnnxTraining(request: TrainingRequest, layout: Layout, options: Pick<OrtOptions, 'threads' | 'lowMemory'>): Promise<TrainingSession> {
  const plan = planOf(request, layout);
  const session = await createOrtSession(buildStep(request, layout, plan).build(), options);
  return new OnnxTrainingSession(request, plan, session);
}

interface Plan {
  readonly groups: readonly ParameterGroup[];
  /** null: no BatchNorm is trained. */
  readonly statistics: ParameterGroup | null;
  /** Slots of every group besides the weights. */
  readonly slots: readonly string[];
}

function planOf({ model, trainableFrom, optimizer, learningRateScales }: TrainingRequest, layout: Layout): Plan {
  const packings = packingsOf(model, layout);
  const trained = trainedParameters(model, trainableFrom);
  const statistics = statisticsGroup(trained, packings);
  return { groups: trainedGroups(trained, packings, learningRateScales), statistics: statistics.size === 0 ? null : statistics, slots: slotNames(optimizer) };
}

function buildStep(request: TrainingRequest, layout: Layout, plan: Plan): Lowering['graph'] {
  const { model, batchSize } = request;
  const { groups, statistics } = plan;
  const lowering = lowerModel({
    model, parameters: request.state.parameters, batchSize, trainableFrom: request.trainableFrom, layout, masks: true, kept: new Set([model.logits]),
  }, (bound) => { bindVectors(bound, plan); });
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
  graph.output(METRICS, graph.node('Concat', metrics, { axis: 0 }), 'float32', [metrics.length]);
  graph.output(LOGITS, logits, 'float32', [batchSize, model.classes]);
  const ranges = trackedNodes(model.nodes).flatMap(({ name }) => [...lowering.trackedRanges.get(name)!]);
  if (ranges.length > 0) graph.output(RANGES, graph.node('Concat', ranges, { axis: 0 }), 'float32', [ranges.length]);
  return graph;
}

function bindVectors(lowering: Lowering, { groups, statistics }: Plan): void {
  for (const group of statistics === null ? groups : [...groups, statistics]) {
    const vector = lowering.graph.input(vectorName(WEIGHT_SLOT, group), 'float32', [group.size]);
    for (const [name, piece] of splitGroup(lowering.graph, group, vector)) lowering.bindParameter(name, piece);
  }
}

/** The gradients added up so far, this batch's share included; they start again from nothing when the weights have moved. */
function accumulated({ graph }: Lowering, groups: readonly ParameterGroup[], gradients: readonly string[]): string[] {
  graph.input(SHARE, 'float32', []);
  graph.input(MOVES, 'bool', []);
  return groups.map((group, i) => {
    const vector = vectorName(SUM_SLOT, group);
    const sum = graph.node('Add', [graph.input(vector, 'float32', [group.size]), graph.node('Mul', [gradients[i]!, SHARE])]);
    graph.output(nextName(vector), graph.node('Where', [MOVES, graph.scalar(0), sum]), 'float32', [group.size]);
    return sum;
  });
}

function updateGroup(request: TrainingRequest, { graph }: Lowering, { slots }: Plan, group: ParameterGroup, gradient: string): void {
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
  if (request.ema) output(EMA_SLOT, movedTowards(graph, graph.input(vector(EMA_SLOT), 'float32', [group.size]), after.weights, EMA_RATE));
}

/** moving = moving * momentum + batch * (1 - momentum) */
function updateStatistics(lowering: Lowering, group: ParameterGroup): void {
  const { graph } = lowering;
  const momenta = new Float32Array(group.size);
  const momentumOf = new Map(lowering.model.nodes.flatMap((node) => (node.op === 'batchNorm' ? [[node.mean, node.momentum], [node.variance, node.momentum]] as const : [])));
  for (const [i, { packing, offset }] of group.entries.entries()) {
    momenta.fill(momentumOf.get(packing.parameter.name)!, offset, group.entries[i + 1]?.offset ?? group.size);
  }
  const old = graph.node('Mul', [vectorName(WEIGHT_SLOT, group), graph.constant('float32', momenta, [group.size])]);
  const fresh = graph.node('Mul', [joinGroup(graph, group, lowering.batchStatistics), graph.constant('float32', momenta.map((momentum) => 1 - momentum), [group.size])]);
  graph.output(nextName(vectorName(WEIGHT_SLOT, group)), graph.node('Add', [old, fresh]), 'float32', [group.size]);
}

class OnnxTrainingSession implements TrainingSession {
  private readonly request: TrainingRequest;
  private readonly plan: Plan;
  private readonly session: OrtSession;
  private readonly vectors = new Map<string, StateVector>();
  private readonly results: Tensors;
  private readonly tracked: ReturnType<typeof trackedNodes>;
  private steps: number;

  constructor(request: TrainingRequest, plan: Plan, session: OrtSession) {
    this.request = request;
    this.plan = plan;
    this.session = session;
    this.steps = request.state.steps;
    this.tracked = trackedNodes(request.model.nodes);
    const { parameters, slots, ema, accumulated: sums } = request.state;
    for (const group of plan.groups) {
      this.keep(WEIGHT_SLOT, group, parameters);
      for (const slot of plan.slots) this.keep(slot, group, slots.get(slot));
      if (request.ema) this.keep(EMA_SLOT, group, ema ?? parameters);
      if (request.accumulates === true) this.keep(SUM_SLOT, group, sums);
    }
    if (plan.statistics !== null) this.keep(WEIGHT_SLOT, plan.statistics, parameters);
    const { batchSize, model } = request;
    this.results = { [METRICS]: floatTensor([3]), [LOGITS]: floatTensor([batchSize, model.classes]) };
    if (this.tracked.length > 0) this.results[RANGES] = floatTensor([2 * this.tracked.length]);
  }

  private keep(slot: string, group: ParameterGroup, values: Parameters | undefined): void {
    const current = new OrtTensor('float32', packGroup(group, values), [group.size]);
    this.vectors.set(vectorName(slot, group), { current, next: floatTensor([group.size]) });
  }

  async step(input: StepInput): Promise<StepResult> {
    const feeds = this.feedsOf(input);
    const outputs: Tensors = { ...this.results };
    for (const [name, vector] of this.vectors) {
      feeds[name] = vector.current;
      outputs[nextName(name)] = vector.next;
    }
    await this.session.run(feeds, outputs);
    for (const vector of this.vectors.values()) [vector.current, vector.next] = [vector.next, vector.current];
    if (input.accumulation?.moves !== false) this.steps++;
    const [loss, hardLoss, gradientNorm] = this.results[METRICS]!.data as Float32Array;
    const ranges = this.results[RANGES]?.data as Float32Array | undefined;
    return {
      loss: loss!, hardLoss: hardLoss!, gradientNorm: gradientNorm!,
      logits: Float32Array.from(this.results[LOGITS]!.data as Float32Array),
      ranges: new Map(this.tracked.map(({ name }, i) => [name, [ranges![2 * i]!, ranges![2 * i + 1]!]])),
    };
  }

  private feedsOf(input: StepInput): Tensors {
    const { model, batchSize, loss, optimizer, ema, accumulates, trainableFrom } = this.request;
    const perClass = [batchSize, model.classes];
    const feeds: Tensors = {
      [PIXELS]: new OrtTensor('uint8', input.pixels, [batchSize, model.inputSize, model.inputSize, 3]),
      [LABELS]: new OrtTensor('float32', input.labels, perClass),
      [WEIGHTS]: new OrtTensor('float32', input.weights, perClass),
    };
    if (loss.distillation !== null) {
      if (input.teacherLogits === undefined) throw new Error('the loss distils: a step needs teacherLogits');
      feeds[TEACHER_LOGITS] = new OrtTensor('float32', input.teacherLogits, perClass);
    }
    const scalars = optimizerScalars(optimizer, input, this.steps);
    for (const key of ['learningRate', 'stepSize', 'decay'] as const) feeds[OPTIMIZER_INPUTS[key]] = scalarTensor(scalars[key]);
    if (ema) {
      if (input.emaDecay === undefined) throw new Error('an EMA is kept: a step needs emaDecay');
      feeds[EMA_RATE] = scalarTensor(1 - input.emaDecay);
    }
    if (accumulates === true) {
      if (input.accumulation === undefined) throw new Error('gradients are accumulated: a step needs its share');
      feeds[SHARE] = scalarTensor(input.accumulation.share);
      feeds[MOVES] = new OrtTensor('bool', [input.accumulation.moves], []);
    }
    for (const node of model.nodes.slice(trainableFrom)) {
      if (node.op !== 'dropout' && node.op !== 'dropPath') continue;
      const mask = input.masks.get(node.name);
      if (mask === undefined) throw new Error(`a step needs the mask of '${node.name}'`);
      feeds[maskInput(node.name)] = new OrtTensor('float32', mask, [batchSize, mask.length / batchSize]);
    }
    if (this.tracked.length > 0) {
      const { scales, zeroPoints } = fakeQuantFeeds(this.tracked, input.fakeQuantRanges);
      feeds[FAKE_QUANT_INPUTS.scales] = new OrtTensor('float32', scales, [scales.length]);
      feeds[FAKE_QUANT_INPUTS.zeroPoints] = new OrtTensor('uint8', zeroPoints, [zeroPoints.length]);
    }
    return feeds;
  }

  state(): Promise<TrainingState> {
    const { groups, statistics, slots } = this.plan;
    const collected = (slot: string, into = new Map<string, Tensor>()): Map<string, Tensor> => {
      for (const group of groups) unpackGroup(group, this.values(slot, group), into);
      return into;
    };
    const parameters = collected(WEIGHT_SLOT, new Map(this.request.state.parameters));
    if (statistics !== null) unpackGroup(statistics, this.values(WEIGHT_SLOT, statistics), parameters);
    return Promise.resolve({
      parameters,
      slots: new Map(slots.map((slot) => [slot, collected(slot)])),
      ema: this.request.ema ? collected(EMA_SLOT) : null,
      steps: this.steps,
      ...(this.request.accumulates === true && { accumulated: collected(SUM_SLOT) }),
    });
  }

  private values(slot: string, group: ParameterGroup): Float32Array {
    return this.vectors.get(vectorName(slot, group))!.current.data as Float32Array;
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}

const floatTensor = (shape: readonly number[]): OrtTensor => new OrtTensor('float32', new Float32Array(shape.reduce((product, side) => product * side, 1)), shape);
const scalarTensor = (value: number): OrtTensor => new OrtTensor('float32', Float32Array.of(value), []);
