import { z } from 'zod';
import { architectures } from '../architectures.ts';
import { problemSchema } from '../events.ts';

/** Pretrained weights to download or in the weights folder, and networks from a project's runs. */
export const weightsEntrySchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Null for a file that a person put there, whose network is only known once it is read. */
  architecture: z.enum(architectures).nullable(),
  page: z.string().nullable(),
  /** Name of the host that a download asks first; null for files that are not in the catalog. */
  host: z.string().nullable(),
  license: z.string().nullable(),
  megabytes: z.number(),
  fileName: z.string(),
  /** Absolute path, or null if it has not been downloaded. */
  path: z.string().nullable(),
  /** Bytes. */
  progress: z.object({ done: z.number(), total: z.number().nullable(), secondsLeft: z.number().nullable() }).nullable(),
  problem: problemSchema.nullable(),
  /** Which network of a run this is, in which case `name` is the run's name. Null for weights from elsewhere. */
  stage: z.enum(['teacher', 'student']).nullable(),
});
export type WeightsEntry = z.infer<typeof weightsEntrySchema>;

export const weightsSchema = z.object({ folder: z.string(), entries: z.array(weightsEntrySchema) });
