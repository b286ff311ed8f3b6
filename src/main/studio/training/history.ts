import path from 'node:path';
import { z } from 'zod';
import type { PhaseHistory, RunHistory } from '../../../shared/contract/runs.ts';
import { watchedSchema } from '../../../shared/contract/runs.ts';
import { stageSchema } from '../../../shared/events.ts';
import { PRESENT } from '../../pipeline/data/dataset.ts';
import { readSnapshot } from '../../pipeline/data/snapshot.ts';
import { snapshotFolder } from '../../pipeline/stages/data.ts';
import { readRegularText } from '../../pipeline/storage/regularFile.ts';

/** metrics.jsonl and log.jsonl of a run, as columns for charts. */

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
  message: z.string(),
});

const NOTES = 200;

export async function readHistory(run: string, folder: string, project: string): Promise<RunHistory> {
  const lines = (await linesOf(path.join(folder, 'metrics.jsonl'))).flatMap(
    (line) => lineSchema.safeParse(line).data ?? [],
  );
  const notes = (await linesOf(path.join(folder, 'log.jsonl'))).flatMap(
    (line) => noteSchema.safeParse(line).data ?? [],
  );
  const dataset = await readSnapshot(snapshotFolder(folder), project).catch(() => null);
  const last = lines.findLast((line) => line.type === 'epoch' && line.watched !== undefined);
  return {
    run,
    vocabulary: [...(dataset?.vocabulary ?? [])],
    valPositives: (dataset?.vocabulary ?? []).map(
      (_, c) => dataset!.splits.val.filter((sample) => sample.labels[c] === PRESENT).length,
    ),
    phases: toPhases(lines),
    watched: last?.type === 'epoch' ? (last.watched ?? []) : [],
    notes: notes.slice(-NOTES).map(({ at, level, stage, message }) => ({ at, level, stage, message })),
  };
}

/** Each line that is JSON; the last one may be half written. */
async function linesOf(file: string): Promise<unknown[]> {
  const text = await readRegularText(file).catch(() => '');
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as unknown];
    } catch {
      return [];
    }
  });
}

function toPhases(lines: readonly Line[]): PhaseHistory[] {
  const phases = new Map<string, PhaseHistory>();
  for (const line of lines) {
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
      continue;
    }
    const phase = phases.get(key);
    if (phase === undefined) continue;
    if (line.type === 'step') {
      phase.steps.at.push(line.epoch + line.step / phase.stepsPerEpoch);
      phase.steps.loss.push(line.hard_loss ?? line.loss);
      phase.steps.learningRate.push(line.learning_rate);
    } else {
      phase.epochs.push({
        epoch: line.epoch,
        best: line.best,
        metrics: numbersOf(line),
        perClassAp: line.perClassAp ?? null,
      });
    }
  }
  return [...phases.values()];
}

const numbersOf = (line: Record<string, unknown>): Record<string, number | null> =>
  figures.parse(
    Object.fromEntries(
      Object.entries(line).filter(([key, value]) => key !== 'epoch' && (typeof value === 'number' || value === null)),
    ),
  );
