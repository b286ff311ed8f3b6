import { z } from 'zod';
import { Problem } from '../../shared/problem.ts';

/**
 * Reads a message from another process. A listener must not throw: an exception there ends the whole process, and every
 * training with it. What does not fit is handed over as a Problem instead, so that only its own job fails.
 */
export function readMessage<T extends z.ZodType>(schema: T, raw: unknown): z.output<T> | Problem {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  return new Problem(
    'internal',
    'A background process sent a message that the studio does not understand, so its work was stopped. Nothing that was saved is lost; try again.',
    z.prettifyError(parsed.error),
  );
}
