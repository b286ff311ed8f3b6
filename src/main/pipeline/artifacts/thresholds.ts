import path from 'node:path';
import { z } from 'zod';
import { Problem } from '../../../shared/problem.ts';
import type { LabelGoal } from '../../../shared/metrics/goal.ts';
import { labelGoalSchema } from '../../../shared/metrics/goal.ts';
import type { Goal, ThresholdResult } from '../../../shared/metrics/thresholds.ts';
import { writeFileAtomic } from '../storage/atomicFile.ts';
import { readRegularText } from '../storage/regularFile.ts';

/** thresholds.json of a run. */
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
      /** As the search found it; kept when a person moves the threshold. */
      foundK: z.int().optional(),
      /** A person fixed it: a new search leaves it. */
      locked: z.boolean().optional(),
      /** What a person chose it for; absent: what the settings say. */
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

/** What a person did to the thresholds, beside what the search found. */
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
    throw new Problem(
      'file',
      `${file} is missing or damaged. Run the stage 'thresholds' again.`,
      (error as Error).message,
    );
  }
}

/** The goal of each label: a person's own choice, or what the settings say. */
export function goalsOf({ perClass }: StoredThresholds, search: Goal): LabelGoal[] {
  const { goal, min_precision, min_recall } = search;
  return perClass.map((own) => own.goal ?? { goal, min_precision, min_recall });
}
