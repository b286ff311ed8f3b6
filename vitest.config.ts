import { defineConfig } from 'vitest/config';

// Native modules (onnxruntime, sharp) need a process of their own, and the machine has few cores:
// one fork per test file, two at a time.
// TensorFlow.js registers its gradients in a module that only its ES build has. Vite resolves that build; Node would
// not.
export default defineConfig({
  resolve: { mainFields: ['module', 'main'] },
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    server: { deps: { inline: [/@tensorflow/] } },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Code that runs in processes of its own (jobs, the command line) or only in the browser is not counted.
    coverage: {
      provider: 'v8',
      include: ['src/**/*.{ts,tsx}'],
      exclude: ['**/*.test.ts'],
      reporter: ['json-summary'],
      reportOnFailure: true,
    },
  },
});
