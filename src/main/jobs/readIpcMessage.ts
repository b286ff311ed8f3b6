import { z } from 'zod';
import { Problem } from '../../shared/problem.ts';

/**
 * Parses a message from another process. A listener must not throw, because an exception there would end the whole
 * process with every training in it. An invalid message is returned as a Problem instead, so that only its own job
 * fails.
 */
export function readIpcMessage<T extends z.ZodType>(schema: T, raw: unknown): z.output<T> | Problem {
  const parsed = schema.safeParse(raw);
  return parsed.success ? parsed.data : new Problem('internal.unreadableMessage', {}, z.prettifyError(parsed.error));
}
