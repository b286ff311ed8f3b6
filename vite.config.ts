import react from '@vitejs/plugin-react';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

/** The screens alone: what the browser door serves. The same settings as the renderer in electron.vite.config.ts. */
export default defineConfig({
  root: 'src/renderer',
  plugins: [react()],
  worker: { format: 'es' },
  build: { outDir: resolve('out/renderer'), emptyOutDir: true, target: 'es2023', chunkSizeWarningLimit: 800 },
});
