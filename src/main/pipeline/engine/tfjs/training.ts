import type { Model, Parameter, Parameters } from '../../graph/graph.ts';
import { decays, isStatistic, parametersOf } from '../../graph/graph.ts';
import type { Range, StepInput, StepResult, TrainingRequest, TrainingSession, TrainingState } from '../engine.ts';
import { forward } from './forward.ts';
import { lossOf } from './loss.ts';
import { globalNorm, movedTowards, slotNames, updateParameter } from './optimizer.ts';
import type { Scalar, Tensor, TensorFlow } from './tensorFlow.ts';
import type { Variables } from './tensors.ts';
import { dispose, inputTensor, rangeTensor, read, toParameters, toVariables } from './tensors.ts';
import { tidily } from './tidily.ts';

function trainedParameters(model: Model, trainableFrom: number): Parameter[] {
  const names = new Set(model.nodes.slice(trainableFrom).flatMap(parametersOf));
  return model.parameters.filter(({ name, role }) => names.has(name) && !isStatistic(role));
}

/** Results of a forward and backward pass, all on the device. */
interface PassResult {
  readonly loss: Scalar;
  readonly hardLoss: Tensor;
  readonly logits: Tensor;
  /** Smallest and largest value, [2] each. */
  readonly ranges: ReadonlyMap<string, Tensor>;
  readonly statistics: ReadonlyMap<string, Tensor>;
  readonly gradients: ReadonlyMap<string, Tensor>;
}

/** Results that TensorFlow.js would free together with its tape. */
type Kept = Omit<PassResult, 'loss' | 'gradients'>;

export class TfjsTraining implements TrainingSession {
  private readonly tf: TensorFlow;
  private readonly request: TrainingRequest;
  private readonly trained: readonly Parameter[];
  private readonly parameters: Variables;
  private readonly slots: ReadonlyMap<string, Variables>;
  private readonly ema: Variables | null;
  /** Gradients accumulated since the last update. */
  private readonly sums: Variables | null;
  private steps: number;

  constructor(tf: TensorFlow, request: TrainingRequest) {
    const { state, model, trainableFrom, optimizer, ema, accumulates } = request;
    this.tf = tf;
    this.request = request;
    this.trained = trainedParameters(model, trainableFrom);
    const orZeros = (values: Parameters | undefined): Parameters =>
      new Map(
        this.trained.map(({ name, shape }) => [
          name,
          values?.get(name) ?? { shape, data: new Float32Array(state.parameters.get(name)!.data.length) },
        ]),
      );
    this.parameters = toVariables(tf, state.parameters);
    this.slots = new Map(slotNames(optimizer).map((slot) => [slot, toVariables(tf, orZeros(state.slots.get(slot)))]));
    this.ema = ema
      ? toVariables(tf, new Map(this.trained.map(({ name }) => [name, (state.ema ?? state.parameters).get(name)!])))
      : null;
    this.sums = accumulates === true ? toVariables(tf, orZeros(state.accumulated)) : null;
    this.steps = state.steps;
  }

  step(input: StepInput): Promise<StepResult> {
    const { tf } = this;
    return tidily(tf, () => {
      const pass = this.differentiate(input);
      const total = this.accumulate(pass.gradients, input);
      const norm = globalNorm(tf, [...total.values()]);
      if (input.accumulation?.moves !== false) this.update(total, norm, input);
      this.moveStatistics(pass.statistics);
      const [numbers, logits, ...ranges] = read(tf, [
        tf.stack([pass.loss, pass.hardLoss, norm]),
        pass.logits,
        ...pass.ranges.values(),
      ]);
      const [loss, hardLoss, gradientNorm] = numbers!;
      return {
        loss: loss!,
        hardLoss: hardLoss!,
        gradientNorm: gradientNorm!,
        logits: logits!,
        ranges: new Map([...pass.ranges.keys()].map((name, i) => [name, [...ranges[i]!] as unknown as Range])),
      };
    });
  }

  private differentiate(input: StepInput): PassResult {
    const {
      tf,
      trained,
      request: { model, batchSize, trainableFrom, loss: spec },
    } = this;
    const shape: [number, number] = [batchSize, model.classes];
    let kept: Kept | null = null;
    const { value, grads } = tf.valueAndGrads((...tensors: Tensor[]): Scalar => {
      const parameters = new Map<string, Tensor>(this.parameters);
      trained.forEach(({ name }, i) => parameters.set(name, tensors[i]!));
      const { values, statistics } = forward(
        {
          tf,
          model,
          parameters,
          trainableFrom,
          masks: input.masks,
          fakeQuantRanges: input.fakeQuantRanges ?? new Map(),
        },
        inputTensor(tf, model, batchSize, input.inputs),
      );
      const logits = values.get(model.logits)!;
      const teacherLogits = spec.distillation === null ? null : tf.tensor2d(input.teacherLogits!, shape);
      const { loss, hardLoss } = lossOf(tf, spec, logits, {
        labels: tf.tensor2d(input.labels, shape),
        weights: tf.tensor2d(input.weights, shape),
        teacherLogits,
      });
      const ranges = new Map(
        model.nodes.flatMap((node) =>
          node.op === 'fakeQuant' && node.range === null
            ? [[node.name, rangeTensor(tf, values.get(node.input)!)] as const]
            : [],
        ),
      );
      kept = { logits, hardLoss, ranges, statistics };
      for (const tensor of [logits, hardLoss, ...ranges.values(), ...statistics.values()]) tf.keep(tensor);
      return loss;
    })(trained.map(({ name }) => this.parameters.get(name)!));
    return {
      ...this.released(kept!),
      loss: value,
      gradients: new Map(trained.map(({ name }, i) => [name, grads[i]!])),
    };
  }

  /** Replaces tensors that were kept from the tape by copies that `tidy` frees. */
  private released({ logits, hardLoss, ranges, statistics }: Kept): Kept {
    const released = (tensor: Tensor): Tensor => {
      const copy = tensor.clone();
      tensor.dispose();
      return copy;
    };
    const all = (tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> =>
      new Map([...tensors].map(([name, tensor]) => [name, released(tensor)]));
    return { logits: released(logits), hardLoss: released(hardLoss), ranges: all(ranges), statistics: all(statistics) };
  }

  private accumulate(gradients: ReadonlyMap<string, Tensor>, { accumulation }: StepInput): ReadonlyMap<string, Tensor> {
    if (this.sums === null) return gradients;
    for (const [name, sum] of this.sums)
      sum.assign(this.tf.add(sum, this.tf.mul(gradients.get(name)!, accumulation!.share)));
    return this.sums;
  }

  private update(
    gradients: ReadonlyMap<string, Tensor>,
    norm: Scalar,
    { learningRate, weightDecay, emaDecay }: StepInput,
  ): void {
    const {
      tf,
      request: { optimizer, clipNorm, learningRateScales },
    } = this;
    const scale = clipNorm === null ? null : tf.div(clipNorm, tf.maximum(norm, clipNorm));
    this.steps++;
    for (const { name, role } of this.trained) {
      const weights = this.parameters.get(name)!;
      const gradient = gradients.get(name)!;
      const rate = learningRate * (learningRateScales?.get(name) ?? 1);
      updateParameter(
        tf,
        optimizer,
        weights,
        (slot) => this.slots.get(slot)!.get(name)!,
        scale === null ? gradient : tf.mul(gradient, scale),
        { learningRate: rate, decay: decays(role) ? rate * weightDecay : 0, step: this.steps },
      );
      const average = this.ema?.get(name);
      average?.assign(movedTowards(tf, average, weights, 1 - emaDecay!));
    }
    for (const sum of this.sums?.values() ?? []) sum.assign(tf.zerosLike(sum));
  }

  private moveStatistics(batch: ReadonlyMap<string, Tensor>): void {
    for (const node of this.request.model.nodes) {
      if (node.op !== 'batchNorm') continue;
      for (const name of [node.mean, node.variance]) {
        const fresh = batch.get(name);
        const moving = this.parameters.get(name)!;
        if (fresh !== undefined) moving.assign(movedTowards(this.tf, moving, fresh, 1 - node.momentum));
      }
    }
  }

  state(): Promise<TrainingState> {
    return Promise.resolve({
      parameters: toParameters(this.parameters),
      slots: new Map([...this.slots].map(([slot, values]) => [slot, toParameters(values)])),
      ema: this.ema === null ? null : toParameters(this.ema),
      steps: this.steps,
      ...(this.sums !== null && { accumulated: toParameters(this.sums) }),
    });
  }

  dispose(): Promise<void> {
    for (const values of [this.parameters, ...this.slots.values(), this.ema, this.sums])
      if (values !== null) dispose(values);
    return Promise.resolve();
  }
}
