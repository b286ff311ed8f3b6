import { mkdtempSync, rmSync } from 'node:fs';
import os, { tmpdir } from 'node:os';
import path from 'node:path';
import { configSchema } from '../../src/shared/config.ts';
import { checkProject } from '../../src/main/pipeline/data/checkDataset.ts';
import { createLoader } from '../../src/main/pipeline/data/loader.ts';
import { createSample } from '../../src/main/pipeline/data/sample/createSample.ts';

const BATCH = 32;

/** Loading: decoding with one thread and with all, against the second epoch, which decodes nothing, with and without augmentation. */
export async function benchData(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-data-'));
  try {
    const project = path.join(folder, 'sample');
    await createSample(project, { seed: 1, size: 1024, images: { train: 192, val: 8, test: 8 } });
    const config = configSchema.parse({});
    const { dataset } = await checkProject(project, { ...config.data, min_positives: 0 }, { cacheFolder: null });
    const samples = dataset.splits.train;
    const epoch = async (workers: number, cached: boolean, augmented: boolean): Promise<number> => {
      const loader = await createLoader({ sizes: [240, 300], paddingColor: [0, 0, 0], maxMegapixels: 100, workers, cache: cached ? { folder, maxBytes: 1e9 } : null });
      const requests = Array.from({ length: samples.length / BATCH }, (_, i) => samples.slice(i * BATCH, (i + 1) * BATCH));
      const augmentation = (n: number): Parameters<typeof loader.load>[0]['augmentation'] => (augmented ? { config: config.augmentation, seed: 1, epoch: 0, positions: Array.from({ length: BATCH }, (_, i) => n * BATCH + i) } : null);
      const started = performance.now();
      await Promise.all(requests.map((batch, n) => loader.load({ samples: batch, augmentation: augmentation(n) })));
      const seconds = (performance.now() - started) / 1000;
      await loader.close();
      return samples.length / seconds;
    };
    const all = os.availableParallelism();
    const one = await epoch(1, false, false);
    const many = await epoch(all, false, false);
    await epoch(all, true, false);
    const kept = await epoch(all, true, false);
    const augmented = await epoch(all, true, true);
    const line = (name: string, rate: number): void => console.log(`  ${name.padEnd(36)} ${rate.toFixed(0).padStart(6)} images/s  ${(rate / one).toFixed(1)} x`);
    console.log('1024 px photos to 240 and 300 px');
    line('decoding, 1 thread', one);
    line(`decoding, ${all} threads`, many);
    line(`from the cache, ${all} threads`, kept);
    line(`from the cache and augmented, ${all} threads`, augmented);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
