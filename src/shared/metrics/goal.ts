import { z } from 'zod';

/** What a person chose a label's threshold for: as in the settings, or by what a miss costs. */
const share = z.number().min(0).max(1);
export const labelGoalSchema = z.discriminatedUnion('goal', [
  z.object({ goal: z.enum(['max_f1', 'precision', 'recall']), min_precision: share, min_recall: share }),
  z.object({ goal: z.literal('cost'), /** False alarms that one miss is worth. */ missCost: z.number().positive() }),
]);
export type LabelGoal = z.infer<typeof labelGoalSchema>;
