import { allocatorSettings } from '../../src/main/jobs/allocatorSettings.ts';

/** A Python with torch and timm to compare with, or null. */
export const peerPython = (): string | null => process.env.DESTILA_BENCH_PYTHON ?? null;

/**
 * Peers get huge pages as our jobs do, and keep freed memory instead of returning it to the system after each step as
 * onnxruntime's arena does; without both PyTorch is 10 to 18 % slower.
 */
export const peerEnvironment = (): Readonly<Record<string, string>> => ({
  ...allocatorSettings(),
  MALLOC_MMAP_THRESHOLD_: String(2 ** 32),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 34),
});
