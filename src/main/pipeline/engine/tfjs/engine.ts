import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import * as tf from '@tensorflow/tfjs-core';
import type { Model, Parameter, Parameters, Tensor } from '../../graph/graph.ts';
import { decays, isStatistic, parametersOf } from '../../graph/graph.ts';
import type { Engine, InferenceRequest, InferenceSession, Range, StatisticsRequest, StatisticsSession, StepInput, StepResult, TrainingRequest, TrainingSession, TrainingState } from '../engine.ts';
import { forward } from './forward.ts';
import { lossOf } from './loss.ts';

/**
 * The same contract on TensorFlow.js, which differentiates by itself: slow on its plain CPU backend, and independent of the
 * hand-written gradients of engine/onnx. The tests compare the two.
 */
export const tfjsEngine: Engine = {
  name: 'tfjs-cpu',
  description: 'TensorFlow.js on its plain CPU backend',
  createInference: (request) => Promise.resolve(inference(request)),
  createStatistics: (request) => Promise.resolve(statistics(request)),
  createTraining: (request) => Promise.resolve(new TfjsTraining(request)),
};

const toTensors = (parameters: Parameters): Map<string, tf.Tensor> => new Map([...parameters].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]));
const toPlain = (tensor: tf.Tensor): Tensor => ({ shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) });
const pixelTensor = (pixels: Uint8Array, batch: number, size: number): tf.Tensor4D => tf.tensor4d(Float32Array.from(pixels), [batch, size, size, 3]);
const rangeOf = (tensor: tf.Tensor): Range => {
  const data = tensor.dataSync() as Float32Array;
  return [data.reduce((a, b) => Math.min(a, b), Infinity), data.reduce((a, b) => Math.max(a, b), -Infinity)];
};

function inference({ model, parameters, batchSize, outputs, ranges = [], fakeQuantRanges = new Map() }: InferenceRequest): InferenceSession {
  return {
    run: (pixels) => Promise.resolve(tf.tidy(() => {
      const { values } = forward({ model, parameters: toTensors(parameters), trainableFrom: model.nodes.length, masks: null, fakeQuantRanges }, pixelTensor(pixels, batchSize, model.inputSize));
      return {
        outputs: new Map(outputs.map((name) => [name, Float32Array.from(values.get(name)!.dataSync())])),
        ranges: new Map(ranges.map((name) => [name, rangeOf(values.get(name)!)])),
      } as unknown as tf.TensorContainer;
    }) as unknown as Awaited<ReturnType<InferenceSession['run']>>),
    dispose: () => Promise.resolve(),
  };
}

function statistics({ model, parameters, batchSize, trainableFrom }: StatisticsRequest): StatisticsSession {
  return {
    run: (pixels) => Promise.resolve(tf.tidy(() => {
      const found = forward({ model, parameters: toTensors(parameters), trainableFrom, masks: null, fakeQuantRanges: new Map() }, pixelTensor(pixels, batchSize, model.inputSize));
      return new Map([...found.statistics].map(([name, tensor]) => [name, toPlain(tensor).data])) as unknown as tf.TensorContainer;
    }) as unknown as Map<string, Float32Array>),
    dispose: () => Promise.resolve(),
  };
}

function trainedParameters(model: Model, trainableFrom: number): Parameter[] {
  const names = new Set(model.nodes.slice(trainableFrom).flatMap(parametersOf));
  return model.parameters.filter(({ name, role }) => names.has(name) && !isStatistic(role));
}

type Values = Map<string, Float32Array>;

class TfjsTraining implements TrainingSession {
  private readonly request: TrainingRequest;
  private readonly trained: readonly Parameter[];
  private readonly parameters: Map<string, Tensor>;
  private readonly slots: Map<string, Values>;
  private readonly ema: Values | null;
  /** Gradients added up since the weights moved. */
  private readonly sums: Values | null;
  private steps: number;

  constructor(request: TrainingRequest) {
    const { state, optimizer } = request;
    this.request = request;
    this.trained = trainedParameters(request.model, request.trainableFrom);
    this.parameters = new Map([...state.parameters].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
    const names = optimizer.kind === 'adamw' ? ['m', 'v'] : ['momentum'];
    this.slots = new Map(names.map((slot) => [slot, new Map(this.trained.map(({ name }) => [name, state.slots.get(slot)?.get(name)?.data.slice() ?? new Float32Array(this.data(name).length)]))]));
    this.ema = request.ema ? new Map(this.trained.map(({ name }) => [name, (state.ema?.get(name)?.data ?? this.data(name)).slice()])) : null;
    this.sums = request.accumulates === true ? new Map(this.trained.map(({ name }) => [name, state.accumulated?.get(name)?.data.slice() ?? new Float32Array(this.data(name).length)])) : null;
    this.steps = state.steps;
  }

  private data(name: string): Float32Array {
    return this.parameters.get(name)!.data;
  }

  step(input: StepInput): Promise<StepResult> {
    const { result, gradients, statistics: batch } = this.differentiate(input);
    const total = this.accumulate(gradients, input);
    const norm = Math.sqrt([...total.values()].reduce((sum, gradient) => sum + gradient.reduce((a, g) => a + g * g, 0), 0));
    if (input.accumulation?.moves !== false) this.move(total, norm, input);
    this.moveStatistics(batch);
    return Promise.resolve({ ...result, gradientNorm: norm });
  }

  private accumulate(gradients: Values, { accumulation }: StepInput): Values {
    if (this.sums === null) return gradients;
    for (const [name, sum] of this.sums) gradients.get(name)!.forEach((g, i) => { sum[i]! += g * accumulation!.share; });
    return this.sums;
  }

  private move(gradients: Values, norm: number, input: StepInput): void {
    const { clipNorm } = this.request;
    const scale = clipNorm === null ? 1 : clipNorm / Math.max(norm, clipNorm);
    this.steps++;
    for (const parameter of this.trained) this.update(parameter, gradients.get(parameter.name)!.map((g) => g * scale), input);
    for (const sum of this.sums?.values() ?? []) sum.fill(0);
  }

  private differentiate(input: StepInput): { result: Omit<StepResult, 'gradientNorm'>; gradients: Values; statistics: Values } {
    const { model, batchSize, trainableFrom, loss: spec } = this.request;
    const shape: [number, number] = [batchSize, model.classes];
    const seen: { logits: Float32Array; hardLoss: number; statistics: Values; ranges: Map<string, Range> } = { logits: new Float32Array(0), hardLoss: 0, statistics: new Map(), ranges: new Map() };
    const names = this.trained.map(({ name }) => name);
    const batchLoss = (...tensors: tf.Tensor[]): tf.Scalar => {
      const parameters = toTensors(this.parameters);
      names.forEach((name, i) => parameters.set(name, tensors[i]!));
      const passed = forward({ model, parameters, trainableFrom, masks: input.masks, fakeQuantRanges: input.fakeQuantRanges ?? new Map() }, pixelTensor(input.pixels, batchSize, model.inputSize));
      const logits = passed.values.get(model.logits)!;
      const teacherLogits = spec.distillation === null ? null : tf.tensor2d(input.teacherLogits!, shape);
      const { loss, hardLoss } = lossOf(spec, logits, { labels: tf.tensor2d(input.labels, shape), weights: tf.tensor2d(input.weights, shape), teacherLogits });
      seen.logits = toPlain(logits).data;
      seen.hardLoss = hardLoss.dataSync()[0]!;
      seen.statistics = new Map([...passed.statistics].map(([name, tensor]) => [name, toPlain(tensor).data]));
      seen.ranges = new Map(model.nodes.flatMap((node) => (node.op === 'fakeQuant' && node.range === null ? [[node.name, rangeOf(passed.values.get(node.input)!)] as const] : [])));
      return loss;
    };
    const start = names.map((name) => tf.tensor(this.data(name), [...this.parameters.get(name)!.shape]));
    const { value, grads } = tf.valueAndGrads(batchLoss)(start);
    const gradients: Values = new Map(names.map((name, i) => [name, toPlain(grads[i]!).data]));
    const result = { loss: value.dataSync()[0]!, hardLoss: seen.hardLoss, logits: seen.logits, ranges: seen.ranges };
    tf.dispose([value, ...grads, ...start]);
    return { result, gradients, statistics: seen.statistics };
  }

  /** Keras's AdamW (epsilon on the uncorrected root) and SGD, in float64. */
  private update({ name, role }: Parameter, gradient: Float32Array, { learningRate: rate, weightDecay, emaDecay }: StepInput): void {
    const { optimizer, learningRateScales } = this.request;
    const learningRate = rate * (learningRateScales?.get(name) ?? 1);
    const w = this.data(name);
    const slot = (which: string): Float32Array => this.slots.get(which)!.get(name)!;
    const decay = decays(role) ? learningRate * weightDecay : 0;
    for (let i = 0; i < w.length; i++) {
      const g = gradient[i]!;
      w[i]! -= decay * w[i]!;
      if (optimizer.kind === 'adamw') {
        const { beta1, beta2, epsilon } = optimizer;
        const m = slot('m')[i]! + (g - slot('m')[i]!) * (1 - beta1);
        const v = slot('v')[i]! + (g * g - slot('v')[i]!) * (1 - beta2);
        slot('m')[i] = m;
        slot('v')[i] = v;
        w[i]! -= (m * learningRate * Math.sqrt(1 - beta2 ** this.steps)) / (1 - beta1 ** this.steps) / (Math.sqrt(v) + epsilon);
      } else {
        const u = optimizer.momentum * slot('momentum')[i]! - learningRate * g;
        slot('momentum')[i] = u;
        w[i]! += optimizer.nesterov ? optimizer.momentum * u - learningRate * g : u;
      }
      const average = this.ema?.get(name);
      if (average !== undefined) average[i] = emaDecay! * average[i]! + (1 - emaDecay!) * w[i]!;
    }
  }

  private moveStatistics(batch: Values): void {
    for (const node of this.request.model.nodes) {
      if (node.op !== 'batchNorm') continue;
      for (const name of [node.mean, node.variance]) {
        const fresh = batch.get(name);
        if (fresh !== undefined) this.data(name).forEach((old, i, all) => { all[i] = old * node.momentum + fresh[i]! * (1 - node.momentum); });
      }
    }
  }

  state(): Promise<TrainingState> {
    const plain = (values: Values): Parameters => new Map([...values].map(([name, data]) => [name, { shape: this.parameters.get(name)!.shape, data: data.slice() }]));
    return Promise.resolve({
      parameters: new Map([...this.parameters].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }])),
      slots: new Map([...this.slots].map(([slot, values]) => [slot, plain(values)])),
      ema: this.ema === null ? null : plain(this.ema),
      steps: this.steps,
      ...(this.sums !== null && { accumulated: plain(this.sums) }),
    });
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}
