import type { JobCommand, RunEvent, Stage } from '../../../shared/events.ts';
import type { Engine, NetworkInput, OptimizerSpec, Range } from '../engine/engine.ts';
import type { LossSpec } from '../losses/loss.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import type { AugmentedSource, BatchImages } from './batches.ts';
import type { EarlyStoppingOptions, ReduceOnPlateauOptions } from './callbacks.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Schedule } from './schedule.ts';

/** One phase of a stage: what is trained, and how. */
export interface PhaseSpec {
  readonly stage: Stage;
  readonly phase: 'head' | 'finetune' | 'qat';
  readonly model: Model;
  /** Index in model.nodes of the first trained node; 0 trains everything. */
  readonly trainableFrom: number;
  readonly loss: LossSpec;
  readonly epochs: number;
  readonly schedule: Schedule;
  readonly optimizer: OptimizerSpec;
  /** Factors on the learning rate by parameter name; parameters without one use 1. */
  readonly learningRateScales: ReadonlyMap<string, number>;
  readonly weightDecay: number;
  /** Batches whose gradients are accumulated for one update of the weights. */
  readonly accumulationSteps: number;
  readonly clipNorm: number | null;
  readonly emaDecay: number | null;
  /** Which BatchNorm statistics evaluated weights get: the moving ones, or those of the epoch's last batches. */
  readonly statistics: 'moving' | 'epoch';
  readonly earlyStopping: EarlyStoppingOptions;
  readonly plateau: ReduceOnPlateauOptions;
  readonly monitor: 'val_loss' | 'macro_f1' | 'macro_ap';
  /** Decay of the moving average of the activation ranges; null without fake-quantization. */
  readonly rangeDecay: number | null;
}

/** What people watch while a network learns; saved with the epoch's figures. */
export interface EpochDetail {
  /** Average precision per class on validation; null for a class without a positive image. */
  readonly perClassAp: readonly (number | null)[];
  /** Scores 0..1 of a few fixed validation images. */
  readonly watched: readonly {
    readonly path: string;
    readonly truth: readonly string[];
    readonly scores: readonly { readonly label: string; readonly score: number }[];
  }[];
}

/** Results of an epoch's weights on the validation split. The stage measures them, because each scores differently. */
export interface Evaluation {
  readonly metrics: Readonly<Record<string, number | null>>;
  /** The parameters that were measured, with EMA and re-estimated statistics; these are kept if they are the best. */
  readonly parameters: Parameters;
  readonly detail: EpochDetail;
}

/** What a phase gets from its stage. */
export interface PhaseContext {
  readonly engine: Engine;
  readonly source: AugmentedSource;
  /** The model's input for a batch: its pixels, or features where only a head is trained. */
  inputOf(batch: BatchImages): NetworkInput | Promise<NetworkInput>;
  /** The teacher's logits for the same batch; null without distillation. */
  readonly teach: ((batch: BatchImages) => Promise<Float32Array>) | null;
  evaluate(parameters: Parameters, ranges: ReadonlyMap<string, Range>): Promise<Evaluation>;
  keepBest(parameters: Parameters, ranges: ReadonlyMap<string, Range>): Promise<void>;
  report(event: RunEvent): void;
  takeCommands(): readonly JobCommand[];
  /** Appends a line to metrics.jsonl; returns the file's length. */
  recordMetrics(line: object): number;
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>;
  readonly checkpointMinutes: number;
}

export interface PhaseStart {
  readonly parameters: Parameters;
  /** Calibrated ranges of the tracked fake-quant nodes. */
  readonly ranges: ReadonlyMap<string, Range>;
  /** Where an earlier process stopped in this phase; null to start it. */
  readonly checkpoint: Checkpoint | null;
}
