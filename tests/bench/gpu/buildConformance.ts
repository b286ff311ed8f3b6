import path from 'node:path';

export const ROOT = path.join(import.meta.dirname, '..', '..', '..');
export const conformanceFile = path.join(ROOT, 'out', 'bench', 'conformance.js');

/** Bundles the conformance part with the ES build of TensorFlow.js; native packages stay outside. */
export async function buildConformance(): Promise<void> {
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    resolve: { mainFields: ['module', 'main'] },
    ssr: { noExternal: true, external: ['onnxruntime-node', 'sharp', 'h5wasm'] },
    build: {
      ssr: 'tests/bench/gpu/conformance.ts',
      outDir: path.dirname(conformanceFile),
      emptyOutDir: true,
      rollupOptions: { output: { entryFileNames: path.basename(conformanceFile) } },
    },
  });
}
