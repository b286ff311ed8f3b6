import { defineConfig } from 'vitest/config';

// Native modules (onnxruntime, sharp) want a process of their own, and the machine has few cores:
// one fork a test file, two at a time.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
