import { z } from 'zod';
import { architectures } from '../config.ts';
import { problemSchema } from '../events.ts';

/** Pretrained weights: those that can be downloaded, and those that lie in the weights folder. */
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
});
export type WeightsEntry = z.infer<typeof weightsEntrySchema>;

export const weightsSchema = z.object({ folder: z.string(), entries: z.array(weightsEntrySchema) });
