/**
 * libvips keeps one list of messages for everything that runs in a process: of two files decoded at a time, one shows
 * what is wrong with the
 * other. So work that fails is done once more while nothing else runs, and only that message is believed.
 */
export function createQuietRetry(): <T>(work: () => Promise<T>) => Promise<T> {
  let active = 0;
  let onIdle: (() => void) | null = null;
  let quiet: Promise<void> | null = null;
  return async (work) => {
    while (quiet !== null) await quiet;
    active++;
    try {
      return await work();
    } catch {
      /* done again below, for its message */
    } finally {
      active--;
      if (active === 0) onIdle?.();
    }
    while (quiet !== null) await quiet;
    const { promise, resolve: end } = Promise.withResolvers<undefined>();
    quiet = promise;
    try {
      if (active > 0)
        await new Promise<void>((resolve) => {
          onIdle = resolve;
        });
      return await work();
    } finally {
      onIdle = null;
      quiet = null;
      end(undefined);
    }
  };
}

/** Shared by everything in this process that decodes. */
export const quietly = createQuietRetry();
