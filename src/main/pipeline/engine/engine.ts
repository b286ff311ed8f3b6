import type { Model, Parameters } from '../graph/graph.ts';
import type { LossSpec } from '../losses/loss.ts';

export type Device = 'cpu' | 'gpu';

/**
 * What runs a model: forward passes and whole training steps.
 *
 * Pixels enter as uint8 RGB, [N, S, S, 3] (NHWC), exactly as the letterbox and the augmentation made them;
 * normalization is part of the graph. All other arrays are float32, row-major.
 */
export interface Engine {
  /** 'onnx-cpu', 'onnx-webgpu', 'tfjs-cpu', ... */
  readonly name: string;
  /** Where it computes. */
  readonly device: Device;
  /** For people: device, threads, layout. */
  readonly description: string;
  createInference(request: InferenceRequest): Promise<InferenceSession>;
  createStatistics(request: StatisticsRequest): Promise<StatisticsSession>;
  createTraining(request: TrainingRequest): Promise<TrainingSession>;
}

/** What enters a model: uint8 pixels [N, S, S, 3], or float32 features [N, C] where a head stands alone (models/headModel.ts). */
export type NetworkInput = Uint8Array | Float32Array;

export interface InferenceRequest {
  readonly model: Model;
  readonly parameters: Parameters;
  readonly batchSize: number;
  /** Tensors to return, by node name; NHWC. Usually `[model.logits]`. */
  readonly outputs: readonly string[];
  /** Tensors whose smallest and largest value in the batch is returned (calibration). */
  readonly ranges?: readonly string[];
  /** Ranges of the fake-quant nodes whose range is tracked, by node name. */
  readonly fakeQuantRanges?: ReadonlyMap<string, Range>;
}

export type Range = readonly [min: number, max: number];

export interface InferenceResult {
  readonly outputs: ReadonlyMap<string, Float32Array>;
  readonly ranges: ReadonlyMap<string, Range>;
}

/** BatchNorm uses its moving statistics, dropout and dropPath are identities. */
export interface InferenceSession {
  run(input: NetworkInput): Promise<InferenceResult>;
  dispose(): Promise<void>;
}

export interface StatisticsRequest {
  readonly model: Model;
  readonly parameters: Parameters;
  readonly batchSize: number;
  /** Index in model.nodes: BatchNorms before it keep their moving statistics. */
  readonly trainableFrom: number;
}

/** One batch's mean and population variance per BatchNorm parameter name, every trainable BatchNorm in training mode, no masks. */
export interface StatisticsSession {
  run(input: NetworkInput): Promise<ReadonlyMap<string, Float32Array>>;
  dispose(): Promise<void>;
}

export type OptimizerSpec =
  | { readonly kind: 'adamw'; readonly beta1: number; readonly beta2: number; readonly epsilon: number }
  | { readonly kind: 'sgd'; readonly momentum: number; readonly nesterov: boolean };

/** Keras's defaults. */
export const ADAMW: OptimizerSpec = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

export interface TrainingRequest {
  readonly model: Model;
  readonly batchSize: number;
  /**
   * Index in model.nodes of the first trainable node; 0 = everything. Nodes before it run in inference mode
   * (BatchNorm on its moving statistics) and get no backward pass. Exactly one tensor may cross the cut.
   */
  readonly trainableFrom: number;
  readonly loss: LossSpec;
  readonly optimizer: OptimizerSpec;
  /** Gradients are scaled to this global norm when theirs is larger (TensorFlow's clip_by_global_norm). */
  readonly clipNorm: number | null;
  /** Keeps an exponential moving average of the trainable parameters. */
  readonly ema: boolean;
  /** Factors on the learning rate, and with it on the decay, by parameter name; 1 where there is none. */
  readonly learningRateScales?: ReadonlyMap<string, number>;
  /** Gradients of several batches are added up before the weights move; BatchNorm statistics move with every batch. */
  readonly accumulates?: boolean;
  readonly state: TrainingState;
}

/** Everything a step changes, by neutral name and in neutral layout: what a checkpoint holds. */
export interface TrainingState {
  /** All parameters of the model, frozen ones and BatchNorm statistics included. */
  readonly parameters: Parameters;
  /** 'm' and 'v' (AdamW) or 'momentum' (SGD), trainable parameters only; empty map = start from zeros. */
  readonly slots: ReadonlyMap<string, Parameters>;
  /** EMA of the trainable parameters; null = starts as a copy of them. */
  readonly ema: Parameters | null;
  /** Optimizer steps taken so far (Adam's bias correction). */
  readonly steps: number;
  /** Gradients added up since the weights moved; absent = none. */
  readonly accumulated?: Parameters;
}

export interface StepInput {
  /** uint8 [N, S, S, 3]; the features where a head stands alone. */
  readonly pixels: NetworkInput;
  /** [N, classes] in 0..1. */
  readonly labels: Float32Array;
  /** [N, classes]: what each entry counts in the loss; 0 where the label is unknown. Usually 1 / (N * classes): the loss is the weighted sum. */
  readonly weights: Float32Array;
  /** [N, classes]; exactly when the loss distils. */
  readonly teacherLogits?: Float32Array;
  readonly learningRate: number;
  /** Decoupled weight decay per unit of learning rate: w -= lr * wd * w, kernels only. */
  readonly weightDecay: number;
  /** Masks of the trainable dropout ([N, features]) and dropPath ([N]) nodes by node name. */
  readonly masks: ReadonlyMap<string, Float32Array>;
  /** ema = decay * ema + (1 - decay) * w, after the update. */
  readonly emaDecay?: number;
  /** Ranges of the tracked fake-quant nodes by node name. */
  readonly fakeQuantRanges?: ReadonlyMap<string, Range>;
  /** Exactly when the session accumulates: what this batch's gradient counts (1 / batches of the cycle), and whether the weights move now. */
  readonly accumulation?: { readonly share: number; readonly moves: boolean };
}

export interface StepResult {
  readonly loss: number;
  /** The part from the labels alone (equal to `loss` without distillation). */
  readonly hardLoss: number;
  /** Global gradient norm before clipping; of the sum so far where gradients are accumulated. */
  readonly gradientNorm: number;
  /** [N, classes], from the parameters before the update, in training mode. */
  readonly logits: Float32Array;
  /** Smallest and largest value that entered each tracked fake-quant node. */
  readonly ranges: ReadonlyMap<string, Range>;
}

export interface TrainingSession {
  step(input: StepInput): Promise<StepResult>;
  /** A copy of the state as it is now. */
  state(): Promise<TrainingState>;
  dispose(): Promise<void>;
}
