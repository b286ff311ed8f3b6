import { z } from 'zod';
import { architectures } from '../architectures.ts';
import { problemSchema } from '../events.ts';

/** Pretrained weights: those that can be downloaded, those that lie in the weights folder, and networks of a project's own runs. */
export const weightsEntrySchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Null: a file that a person put there; what it is shows when it is read. */
  architecture: z.enum(architectures).nullable(),
  page: z.string().nullable(),
  licence: z.string().nullable(),
  megabytes: z.number(),
  fileName: z.string(),
  /** Absolute; null: not there yet. */
  path: z.string().nullable(),
  /** Bytes. */
  progress: z.object({ done: z.number(), total: z.number().nullable(), secondsLeft: z.number().nullable() }).nullable(),
  problem: problemSchema.nullable(),
  /** Of an own run: which of its networks; the name is the run's. Null: from elsewhere. */
  stage: z.enum(['teacher', 'student']).nullable(),
});
export type WeightsEntry = z.infer<typeof weightsEntrySchema>;

export const weightsSchema = z.object({ folder: z.string(), entries: z.array(weightsEntrySchema) });
