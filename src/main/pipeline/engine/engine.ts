import type { Message } from '../../../shared/message.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import type { LossSpec } from '../losses/loss.ts';

export type Device = 'cpu' | 'gpu';

/**
 * Runs a model: forward passes and whole training steps.
 *
 * Pixels enter as uint8 RGB, [N, S, S, 3] (NHWC), exactly as letterbox and augmentation produce them, because
 * normalization is part of the graph. All other arrays are float32, row-major.
 */
export interface Engine {
  /** 'onnx-cpu', 'onnx-webgpu', 'tfjs-cpu', ... */
  readonly name: string;
  readonly device: Device;
  /** Device, threads and layout, for people. */
  readonly description: Message;
  /** True when the CPU stands in for the GPU that the engine is made for. */
  readonly software?: boolean;
  createInference(request: InferenceRequest): Promise<InferenceSession>;
  createStatistics(request: StatisticsRequest): Promise<StatisticsSession>;
  createTraining(request: TrainingRequest): Promise<TrainingSession>;
}

/** A model's input: uint8 pixels [N, S, S, 3], or float32 features [N, C] for a head alone (models/headModel.ts). */
export type NetworkInput = Uint8Array | Float32Array;

export interface InferenceRequest {
  readonly model: Model;
  readonly parameters: Parameters;
  readonly batchSize: number;
  /** Node names of the tensors to return, in NHWC; usually `[model.logits]`. */
  readonly outputs: readonly string[];
  /** Node names of the tensors whose smallest and largest values in the batch are returned, for calibration. */
  readonly ranges?: readonly string[];
  /** Ranges of the tracked fake-quant nodes, by node name. */
  readonly fakeQuantRanges?: ReadonlyMap<string, Range>;
  /**
   * True when `load` will be called. Loading takes milliseconds, but constant parameters make each run a little faster.
   */
  readonly replaceable?: boolean;
}

export type Range = readonly [min: number, max: number];

export interface InferenceResult {
  readonly outputs: ReadonlyMap<string, Float32Array>;
  readonly ranges: ReadonlyMap<string, Range>;
}

/** Inference mode: BatchNorm uses its moving statistics, and dropout and dropPath are identities. */
export interface InferenceSession {
  run(input: NetworkInput): Promise<InferenceResult>;
  /** Replaces all parameters. Throws unless the session was requested as replaceable. */
  load(parameters: Parameters): void;
  dispose(): Promise<void>;
}

export interface StatisticsRequest {
  readonly model: Model;
  readonly parameters: Parameters;
  readonly batchSize: number;
  /** Index in model.nodes: BatchNorms before it keep their moving statistics. */
  readonly trainableFrom: number;
}

/**
 * Returns a batch's mean and population variance by BatchNorm parameter name. Trainable BatchNorms run in training
 * mode, without masks.
 */
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
   * Index in model.nodes of the first trainable node; 0 trains everything. Nodes before it run in inference mode
   * (BatchNorm on its moving statistics) without a backward pass. Exactly one tensor may cross the boundary.
   */
  readonly trainableFrom: number;
  readonly loss: LossSpec;
  readonly optimizer: OptimizerSpec;
  /** Gradients with a larger global norm are scaled down to this one (TensorFlow's clip_by_global_norm). */
  readonly clipNorm: number | null;
  /** True to keep an exponential moving average of the trainable parameters. */
  readonly ema: boolean;
  /** Factors on the learning rate, and so on weight decay, by parameter name; parameters without one use 1. */
  readonly learningRateScales?: ReadonlyMap<string, number>;
  /**
   * True when gradients of several batches are accumulated per update; BatchNorm statistics still move with every
   * batch.
   */
  readonly accumulates?: boolean;
  readonly state: TrainingState;
}

/** Everything a step changes, by neutral name and in neutral layout. Checkpoints hold this. */
export interface TrainingState {
  /** All parameters of the model, including frozen ones and BatchNorm statistics. */
  readonly parameters: Parameters;
  /** 'm' and 'v' (AdamW) or 'momentum' (SGD) of the trainable parameters; an empty map starts from zeros. */
  readonly slots: ReadonlyMap<string, Parameters>;
  /** EMA of the trainable parameters; null starts it as a copy of them. */
  readonly ema: Parameters | null;
  /** Optimizer steps so far, for Adam's bias correction. */
  readonly steps: number;
  /** Gradients accumulated since the last update; absent when there are none. */
  readonly accumulated?: Parameters;
}

export interface StepInput {
  /** uint8 pixels [N, S, S, 3], or float32 features [N, C] where only a head is trained. */
  readonly inputs: NetworkInput;
  /** [N, classes] in 0..1. */
  readonly labels: Float32Array;
  /**
   * [N, classes]: weight of each entry in the sum that is the loss. 0 where the label is unknown, else usually 1 / (N *
   * classes).
   */
  readonly weights: Float32Array;
  /** [N, classes]; required with distillation, absent otherwise. */
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
  /**
   * Required when the session accumulates, absent otherwise: the factor on this batch's gradient (1 / batches of the
   * cycle), and whether the weights are updated after it.
   */
  readonly accumulation?: { readonly share: number; readonly moves: boolean };
}

export interface StepResult {
  readonly loss: number;
  /** The part of the loss that comes from the labels; equal to `loss` without distillation. */
  readonly hardLoss: number;
  /** Global gradient norm before clipping; with accumulation, that of the sum so far. */
  readonly gradientNorm: number;
  /** [N, classes], computed in training mode with the parameters before the update. */
  readonly logits: Float32Array;
  /** Smallest and largest input of each tracked fake-quant node. */
  readonly ranges: ReadonlyMap<string, Range>;
  /** In how many batches the step was computed, each of which moved the statistics; one where it is absent. */
  readonly batches?: number;
}

export interface TrainingSession {
  step(input: StepInput): Promise<StepResult>;
  /** A copy of the current state. */
  state(): Promise<TrainingState>;
  dispose(): Promise<void>;
}
