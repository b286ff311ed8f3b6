import { z } from 'zod';
import { ioTypes } from '../config.ts';
import { messageSchema } from '../messageSchema.ts';
import { verdicts } from '../metrics/quality.ts';

/** `detail` is the fault of a failed check or the note of one that passed; null when there is nothing to add. */
export const exportCheckSchema = z.object({ name: messageSchema, ok: z.boolean(), detail: messageSchema.nullable() });
export type ExportCheck = z.infer<typeof exportCheckSchema>;

export const exportSchema = z.object({
  run: z.string(),
  folder: z.string(),
  zip: z.string(),
  zipBytes: z.number(),
  writtenAt: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.number() })),
  checks: z.array(exportCheckSchema),
  labels: z.array(z.string()),
  inputSize: z.int(),
  inputType: z.enum(ioTypes),
  outputType: z.enum(ioTypes),
  thresholds: z.array(z.int()),
  /** Validation mAP of the float student and of the INT8 model. */
  floatAp: z.number().nullable(),
  int8Ap: z.number().nullable(),
  /** Each label compared with its goal, on validation while the test split is sealed, then on test. */
  quality: z.object({
    split: z.enum(['val', 'test']),
    labels: z.array(
      z.object({
        label: z.string(),
        verdict: z.enum(verdicts).nullable(),
        measure: z.enum(['f1', 'fbeta', 'precision', 'recall']),
        minimum: z.number(),
        value: z.number().nullable(),
      }),
    ),
  }),
  /** True if thresholds of the run were changed after this export. */
  stale: z.boolean(),
  snippets: z.object({ kotlin: z.string(), swift: z.string(), python: z.string() }),
});
export type Export = z.infer<typeof exportSchema>;

export const tryResultSchema = z.object({
  labels: z.array(z.string()),
  /** Codes q 0..255. */
  codes: z.array(z.int()),
  thresholds: z.array(z.int()),
  milliseconds: z.number(),
  /** PNG of the letterboxed input, base64. */
  input: z.string(),
});
export type TryResult = z.infer<typeof tryResultSchema>;
