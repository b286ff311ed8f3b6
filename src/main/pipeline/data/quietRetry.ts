/**
 * libvips keeps one list of error messages per process, so of two files decoded at the same time, one may report the
 * error of the other. Work that fails is therefore repeated while nothing else runs, and only that error is reported.
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
      /* repeated below, for its own error message */
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

/** Everything in this process that decodes must use this one instance. */
export const quietly = createQuietRetry();
