import path from 'node:path';

/** Absolute path of a file in resources/. */
export const resourcePath = (...parts: readonly string[]): string =>
  path.join(import.meta.dirname, '..', '..', '..', '..', 'resources', ...parts);
