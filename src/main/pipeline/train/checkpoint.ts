import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Range, TrainingState } from '../engine/engine.ts';
import type { Parameters, Tensor } from '../graph/graph.ts';
import { makeOneFolder } from '../storage/atomicFile.ts';
import { writeFileInThread } from '../storage/fileThread.ts';
import { readSafetensors, writeSafetensors } from '../storage/safetensors.ts';
import type { EarlyStoppingState, ReduceOnPlateauState } from './callbacks.ts';
import type { DecisionCounts } from './trainingDecisions.ts';
import { readRegularFile } from '../storage/regularFile.ts';

const FORMAT_VERSION = '1';
/** The newest one and the one before it, in case the newest is damaged. */
const KEPT = 2;

/** How far a phase got: everything besides the weights that the next step depends on. */
export interface PhaseProgress {
  readonly epoch: number;
  /** Completed steps of this epoch. */
  readonly step: number;
  readonly early: EarlyStoppingState;
  readonly plateau: ReduceOnPlateauState;
  /** Sums over the epoch's steps so far, which give its averages. */
  readonly lossSum: number;
  readonly hardLossSum: number;
  /** Decisions of the epoch's steps so far. */
  readonly decisions: DecisionCounts;
  /** Seconds in this epoch that steps waited for their batches. */
  readonly waited: number;
  /** Seconds of training so far. */
  readonly seconds: number;
  /** Batches since `statisticsBefore` of the checkpoint. */
  readonly statisticsBatches: number;
  /** Ranges of the tracked fake-quant nodes, by name. */
  readonly ranges: Readonly<Record<string, Range>>;
  /** Length of metrics.jsonl in bytes at this point, to which a resumed run cuts it back. */
  readonly metricsBytes: number;
}

export interface Checkpoint {
  readonly stage: string;
  readonly phase: string;
  readonly progress: PhaseProgress;
  readonly state: TrainingState;
  /** Where statistics come from the epoch's batches: those before the batches that count (see epochStatistics.ts). */
  readonly statisticsBefore?: Parameters | undefined;
}

const SEPARATOR = '/';
const fileName = (stage: string, phase: string, { epoch, step }: PhaseProgress): string =>
  `${stage}-${phase}-e${String(epoch).padStart(5, '0')}-s${String(step).padStart(7, '0')}.safetensors`;

/** Writes a checkpoint and removes all but the newest ones of the same phase. */
export async function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const { state, progress, stage, phase } = checkpoint;
  const tensors = new Map<string, Tensor>();
  const put = (group: string, parameters: ReadonlyMap<string, Tensor>): void => {
    for (const [name, tensor] of parameters) tensors.set(`${group}${SEPARATOR}${name}`, tensor);
  };
  put('parameters', state.parameters);
  for (const [slot, parameters] of state.slots) put(`slot.${slot}`, parameters);
  if (state.ema !== null) put('ema', state.ema);
  if (state.accumulated !== undefined) put('gradientSum', state.accumulated);
  if (checkpoint.statisticsBefore !== undefined) put('statisticsBefore', checkpoint.statisticsBefore);
  const metadata = {
    format: 'destila-checkpoint',
    formatVersion: FORMAT_VERSION,
    stage,
    phase,
    steps: String(state.steps),
    progress: JSON.stringify(progress),
  };
  await makeOneFolder(folder);
  await writeFileInThread(path.join(folder, fileName(stage, phase, progress)), writeSafetensors(tensors, metadata));
  for (const old of (await checkpointFiles(folder, stage, phase)).slice(0, -KEPT))
    await rm(path.join(folder, old), { force: true });
}

/** The newest readable checkpoint of a phase, or null. A damaged file is skipped in favor of the one before it. */
export async function latestCheckpoint(
  folder: string,
  stage: string,
  phase: string,
  onDamaged: (file: string) => void,
): Promise<Checkpoint | null> {
  for (const file of (await checkpointFiles(folder, stage, phase)).reverse()) {
    try {
      return parseCheckpoint(await readRegularFile(path.join(folder, file)));
    } catch {
      onDamaged(file);
    }
  }
  return null;
}

/** Removes the checkpoints of a finished phase, whose results are in models/. */
export async function removeCheckpoints(folder: string, stage: string, phase: string): Promise<void> {
  for (const file of await checkpointFiles(folder, stage, phase)) await rm(path.join(folder, file), { force: true });
}

async function checkpointFiles(folder: string, stage: string, phase: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  return files.filter((file) => file.startsWith(`${stage}-${phase}-e`) && file.endsWith('.safetensors')).sort();
}

function parseCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes);
  const progress = JSON.parse(metadata.progress!) as Omit<PhaseProgress, LaterFields> & Partial<PhaseProgress>;
  const groups = new Map<string, Map<string, Tensor>>();
  for (const [key, tensor] of tensors) {
    const group = key.slice(0, key.indexOf(SEPARATOR));
    if (!groups.has(group)) groups.set(group, new Map());
    groups.get(group)!.set(key.slice(group.length + SEPARATOR.length), tensor);
  }
  const slots = new Map(
    [...groups]
      .filter(([group]) => group.startsWith('slot.'))
      .map(([group, slot]) => [group.slice('slot.'.length), slot]),
  );
  const accumulated = groups.get('gradientSum');
  const statisticsBefore = groups.get('statisticsBefore');
  return {
    stage: metadata.stage!,
    phase: metadata.phase!,
    progress: {
      ...progress,
      decisions: progress.decisions ?? [],
      statisticsBatches: progress.statisticsBatches ?? 0,
      early: withInfinity(progress.early),
      plateau: withInfinity(progress.plateau),
    },
    state: {
      parameters: groups.get('parameters')!,
      slots,
      ema: groups.get('ema') ?? null,
      steps: Number(metadata.steps),
      ...(accumulated !== undefined && { accumulated }),
    },
    ...(statisticsBefore !== undefined && { statisticsBefore }),
  };
}

/** Absent in checkpoints of earlier versions. */
type LaterFields = 'decisions' | 'statisticsBatches';

/** JSON cannot hold infinity, so `best` is null in the file before the first epoch. */
function withInfinity<T extends { best: number | null }>(state: T): T & { best: number } {
  return { ...state, best: state.best ?? Infinity };
}

/** True when a stage was interrupted in the middle of a phase. */
export async function hasCheckpoints(folder: string, stage: string): Promise<boolean> {
  const files = await readdir(folder).catch(() => []);
  return files.some((file) => file.startsWith(`${stage}-`) && file.endsWith('.safetensors'));
}
