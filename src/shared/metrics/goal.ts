import { z } from 'zod';

const share = z.number().min(0).max(1);
/** The goal of a label's threshold: one of those in the settings, or the cost of a miss. */
export const labelGoalSchema = z.discriminatedUnion('goal', [
  z.object({ goal: z.enum(['max_f1', 'precision', 'recall']), min_precision: share, min_recall: share }),
  z.object({
    goal: z.literal('cost'),
    /** Number of false alarms that cost as much as one miss. */ missCost: z.number().positive(),
  }),
]);
export type LabelGoal = z.infer<typeof labelGoalSchema>;
