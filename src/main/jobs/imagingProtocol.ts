import { z } from 'zod';
import { problemSchema } from '../../shared/events.ts';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const rgb = z.tuple([z.int(), z.int(), z.int()]);

/** Asks for one image that is rendered from a file. */
export const imagingRequestSchema = z.object({
  id: z.int(),
  file: z.string(),
  query: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('thumbnail'), edge: z.int() }),
    z.object({ kind: z.literal('photo') }),
    z.object({ kind: z.literal('letterbox'), size: z.int(), padding: rgb }),
    z.object({ kind: z.literal('augmented'), size: z.int(), padding: rgb, draw: z.int(), settings: z.string() }),
  ]),
});
export type ImagingRequest = z.infer<typeof imagingRequestSchema>;

export const imagingReplySchema = z.union([
  z.object({ id: z.int(), bytes }),
  z.object({ id: z.int(), problem: problemSchema }),
]);
export type ImagingReply = z.infer<typeof imagingReplySchema>;
