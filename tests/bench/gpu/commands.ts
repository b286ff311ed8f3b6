import { parseArgs } from 'node:util';

/** `npm run bench -- gpu [--pack] [--software] [--out=FILE]` */
export async function gpuCommand(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pack: { type: 'boolean', default: false },
      software: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  if (values.pack) {
    const { packGpuBench } = await import('./pack.ts');
    await packGpuBench(values.out ?? `gpu-bench-${process.platform}-${process.arch}.tar.xz`);
  } else {
    const { benchGpu } = await import('./gpu.ts');
    await benchGpu({ software: values.software, out: values.out ?? 'gpu-bench.json' });
  }
}
