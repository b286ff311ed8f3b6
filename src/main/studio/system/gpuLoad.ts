import { execFile } from 'node:child_process';
import type { GpuLoad } from '../../../shared/contract/studio.ts';

const QUERY = ['--query-gpu=name,utilization.gpu,memory.used,memory.total', '--format=csv,noheader,nounits'];
const PATIENCE_MS = 2000;
const MEBIBYTE = 2 ** 20;

/** Load per card as reported by nvidia-smi. If the tool is missing, the result is empty and it is not called again. */
export function createGpuMeter(command = 'nvidia-smi'): () => Promise<GpuLoad[]> {
  let missing = false;
  return () =>
    new Promise((resolve) => {
      if (missing) return resolve([]);
      execFile(command, QUERY, { timeout: PATIENCE_MS, windowsHide: true }, (error, text) => {
        missing = (error as NodeJS.ErrnoException | null)?.code === 'ENOENT';
        resolve(error === null ? parseGpus(text) : []);
      });
    });
}

/** Parses lines such as 'NVIDIA GeForce RTX 4070, 43, 3120, 12282' (percent and MiB); unknown values are '[N/A]'. */
export function parseGpus(text: string): GpuLoad[] {
  return text.split('\n').flatMap((line) => {
    const parts = line.split(',').map((part) => part.trim());
    const [used, total] = [Number(parts.at(-2)), Number(parts.at(-1))];
    if (parts.length < 4 || !Number.isFinite(used) || !Number.isFinite(total)) return [];
    const percent = Number(parts.at(-3));
    return [
      {
        name: parts.slice(0, -3).join(', '),
        share: Number.isFinite(percent) ? percent / 100 : null,
        memoryUsedBytes: used * MEBIBYTE,
        memoryTotalBytes: total * MEBIBYTE,
      },
    ];
  });
}
