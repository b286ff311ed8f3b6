import path from 'node:path';
import { z } from 'zod';
import { Problem } from '../../../shared/problem.ts';
import type { LabelGoal } from '../../../shared/metrics/goal.ts';
import { labelGoalSchema } from '../../../shared/metrics/goal.ts';
import type { Goal, ThresholdResult } from '../../../shared/metrics/thresholds.ts';
import { writeFileAtomic } from '../storage/atomicFile.ts';
import { readRegularText } from '../storage/regularFile.ts';

/** Version of a run's thresholds.json. */
const FORMAT_VERSION = 1;

const thresholdsSchema = z.object({
  formatVersion: z.literal(FORMAT_VERSION),
  labels: z.array(z.string()),
  globalK: z.int(),
  perClass: z.array(
    z.object({
      k: z.int(),
      rawK: z.int().nullable(),
      tuned: z.boolean(),
      goalReached: z.boolean(),
      valPrecision: z.number(),
      valRecall: z.number(),
      valF1: z.number(),
      valPositives: z.int(),
      /** The threshold that the search found; kept when a person moves the threshold. */
      foundK: z.int().optional(),
      /** True when a person locked it; a new search then keeps it. */
      locked: z.boolean().optional(),
      /** The goal that a person chose; absent when the settings apply. */
      goal: labelGoalSchema.optional(),
    }),
  ),
});

const thresholdsFile = (runFolder: string): string => path.join(runFolder, 'thresholds.json');

export async function writeThresholds(
  runFolder: string,
  labels: readonly string[],
  result: ThresholdResult,
): Promise<void> {
  await writeFileAtomic(
    thresholdsFile(runFolder),
    `${JSON.stringify({ formatVersion: FORMAT_VERSION, labels, ...result }, null, 1)}\n`,
  );
}

/** The result of the search together with a person's changes. */
export interface StoredThresholds extends ThresholdResult {
  readonly labels: readonly string[];
  readonly perClass: readonly (ThresholdResult['perClass'][number] & {
    readonly foundK?: number | undefined;
    readonly locked?: boolean | undefined;
    readonly goal?: LabelGoal | undefined;
  })[];
}

export async function readThresholds(runFolder: string): Promise<StoredThresholds> {
  const file = thresholdsFile(runFolder);
  try {
    return thresholdsSchema.parse(JSON.parse(await readRegularText(file)));
  } catch (error) {
    throw new Problem('file.thresholdsDamaged', { file }, (error as Error).message);
  }
}

/** The goal of each label: a person's choice, or the one in the settings. */
export function goalsOf({ perClass }: StoredThresholds, search: Goal): LabelGoal[] {
  const { goal, min_precision, min_recall } = search;
  return perClass.map((own) => own.goal ?? { goal, min_precision, min_recall });
}
