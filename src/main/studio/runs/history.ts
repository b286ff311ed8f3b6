import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { PhaseHistory, RunHistory } from '../../../shared/contract/runs.ts';
import { watchedSchema } from '../../../shared/contract/runs.ts';
import { stageSchema } from '../../../shared/events.ts';
import { messageSchema } from '../../../shared/messageSchema.ts';
import { PRESENT } from '../../pipeline/data/dataset.ts';
import { readSnapshot, snapshotFolder } from '../../pipeline/data/snapshot.ts';
import { openAppendedLines } from './appendedLines.ts';

/** Reads metrics.jsonl and log.jsonl of a run into columns for charts. */

const position = { stage: stageSchema, phase: z.string() };
const figures = z.record(z.string(), z.number().nullable());
const lineSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('phase'),
    ...position,
    stepsPerEpoch: z.number().default(1),
    epochs: z.number().optional(),
  }),
  z.object({
    type: z.literal('step'),
    ...position,
    epoch: z.number(),
    step: z.number(),
    loss: z.number().nullable(),
    hard_loss: z.number().nullable().optional(),
    learning_rate: z.number(),
  }),
  z.looseObject({
    type: z.literal('epoch'),
    ...position,
    epoch: z.number(),
    best: z.boolean(),
    perClassAp: z.array(z.number().nullable()).optional(),
    watched: z.array(watchedSchema).optional(),
  }),
]);
type Line = z.infer<typeof lineSchema>;

const noteSchema = z.object({
  type: z.literal('note'),
  at: z.string(),
  level: z.enum(['info', 'warning']),
  stage: stageSchema,
  message: messageSchema,
});

const NOTES = 200;

/** Histories of runs. Each read only parses the lines that were added since the previous one. */
export interface Histories {
  read(run: string, folder: string, project: string): Promise<RunHistory>;
}

/** Histories kept in memory; the others are read from the start when they are needed again. */
const MOST_KEPT = 8;

export function openHistories(): Histories {
  const kept = new Map<string, HistoryReader>();
  return {
    read: async (run, folder, project) => {
      const known = kept.get(folder) ?? openHistory(folder);
      kept.delete(folder);
      kept.set(folder, known); // a Map keeps the order of insertion, so the oldest is first
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
      return known.read(run, project);
    },
  };
}

interface HistoryReader {
  read(run: string, project: string): Promise<RunHistory>;
}

function openHistory(folder: string): HistoryReader {
  const metrics = openAppendedLines(path.join(folder, 'metrics.jsonl'));
  const log = openAppendedLines(path.join(folder, 'log.jsonl'));
  let phases = new Map<string, PhaseHistory>();
  let watched: RunHistory['watched'] = [];
  let notes: RunHistory['notes'] = [];
  let dataset: { key: string; vocabulary: string[]; valPositives: number[] } | null = null;
  /** Reads run one after the other, because concurrent ones would take each other's lines. */
  let lastRead: Promise<unknown> = Promise.resolve();

  const readMetrics = async (): Promise<void> => {
    const { lines, restarted } = await metrics.next();
    if (restarted) [phases, watched] = [new Map(), []];
    for (const text of lines) {
      const line = parsed(lineSchema, text);
      if (line === null) continue;
      addLine(phases, line);
      if (line.type === 'epoch' && line.watched !== undefined) watched = line.watched;
    }
  };
  const readNotes = async (): Promise<void> => {
    const { lines, restarted } = await log.next();
    const fresh = lines.flatMap((text) => parsed(noteSchema, text) ?? []);
    notes = [
      ...(restarted ? [] : notes),
      ...fresh.map(({ at, level, stage, message }) => ({ at, level, stage, message })),
    ];
    notes = notes.slice(-NOTES);
  };
  /** The snapshot only changes when the data stage is repeated. */
  const readDataset = async (project: string): Promise<void> => {
    const found = await stat(path.join(snapshotFolder(folder), 'snapshot.json')).catch(() => null);
    const key = found === null ? '' : `${found.mtimeMs} ${found.size}`;
    if (dataset?.key === key) return;
    const snapshot = await readSnapshot(snapshotFolder(folder), project).catch(() => null);
    const vocabulary = [...(snapshot?.vocabulary ?? [])];
    const valPositives = vocabulary.map(
      (_, c) => snapshot!.splits.val.filter((sample) => sample.labels[c] === PRESENT).length,
    );
    dataset = { key, vocabulary, valPositives };
  };
  return {
    read: (run, project) => {
      const result = lastRead.then(async (): Promise<RunHistory> => {
        await readMetrics();
        await readNotes();
        await readDataset(project);
        const { vocabulary, valPositives } = dataset!;
        return { run, vocabulary, valPositives, phases: [...phases.values()], watched, notes };
      });
      lastRead = result.catch(() => undefined);
      return result;
    },
  };
}

/** Null for a line that is not JSON or not of a known kind. */
function parsed<T extends z.ZodType>(schema: T, text: string): z.output<T> | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function addLine(phases: Map<string, PhaseHistory>, line: Line): void {
  const key = `${line.stage}/${line.phase}`;
  if (line.type === 'phase') {
    phases.set(key, {
      stage: line.stage,
      phase: line.phase,
      stepsPerEpoch: line.stepsPerEpoch,
      plannedEpochs: line.epochs ?? null,
      steps: { at: [], loss: [], learningRate: [] },
      epochs: [],
    });
    return;
  }
  const phase = phases.get(key);
  if (phase === undefined) return;
  if (line.type === 'step') {
    phase.steps.at.push(line.epoch + line.step / phase.stepsPerEpoch);
    phase.steps.loss.push(line.hard_loss ?? line.loss);
    phase.steps.learningRate.push(line.learning_rate);
    return;
  }
  const { epoch, best, perClassAp } = line;
  phase.epochs.push({ epoch, best, metrics: numbersOf(line), perClassAp: perClassAp ?? null });
}

const numbersOf = (line: Record<string, unknown>): Record<string, number | null> =>
  figures.parse(
    Object.fromEntries(
      Object.entries(line).filter(([key, value]) => key !== 'epoch' && (typeof value === 'number' || value === null)),
    ),
  );
