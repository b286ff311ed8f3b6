import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';

/**
 * Three builds into out/: main (every module a file of its own, since processes and workers are started by file name),
 * preload, and the screens, which both doors show.
 */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      externalizeDeps: true,
      rollupOptions: {
        input: {
          'main/index': resolve('src/main/index.ts'),
          'main/doors/cli/main': resolve('src/main/doors/cli/main.ts'),
          'main/jobs/jobProcess': resolve('src/main/jobs/jobProcess.ts'),
          'main/jobs/imagingProcess': resolve('src/main/jobs/imagingProcess.ts'),
          'main/jobs/pipelineWorker': resolve('src/main/jobs/pipelineWorker.ts'),
          'main/studio/thread/studioThread': resolve('src/main/studio/thread/studioThread.ts'),
          'main/pipeline/data/loaderWorker': resolve('src/main/pipeline/data/loaderWorker.ts'),
          'main/pipeline/storage/fileWorker': resolve('src/main/pipeline/storage/fileWorker.ts'),
        },
        output: {
          dir: 'out',
          format: 'es',
          preserveModules: true,
          preserveModulesRoot: 'src',
          entryFileNames: '[name].js',
        },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rollupOptions: {
        input: { index: resolve('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react()],
    worker: { format: 'es' },
    build: {
      outDir: resolve('out/renderer'),
      emptyOutDir: true,
      target: 'es2023',
      rollupOptions: { input: resolve('src/renderer/index.html') },
    },
  },
});
