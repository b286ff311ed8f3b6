import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { Config } from '../../src/shared/config.ts';
import { configSchema } from '../../src/shared/config.ts';
import { randomStream } from '../../src/shared/random.ts';

/** A project of a few small pictures: noise with a red, a green or a blue square, with both of two, or with none. */
export async function makeTinyProject(
  folder: string,
  counts: Record<'train' | 'val' | 'test', number> = { train: 24, val: 12, test: 12 },
): Promise<void> {
  mkdirSync(path.join(folder, 'images'), { recursive: true });
  for (const [split, count] of Object.entries(counts)) {
    const lines: string[] = [];
    for (let i = 0; i < count; i++) {
      const stream = randomStream(7, split, i);
      const pixels = Uint8Array.from({ length: 40 * 32 * 3 }, () => 60 + 100 * stream());
      const labels = ['blue', 'green', 'red'].filter((_, c) => (i + 1) % (c + 2) === 0);
      for (const label of labels)
        drawSquare(pixels, { red: 0, green: 1, blue: 2 }[label]!, Math.floor(stream() * 24), Math.floor(stream() * 16));
      const name = `images/${split}-${i}.png`;
      await sharp(pixels, { raw: { width: 40, height: 32, channels: 3 } })
        .png()
        .toFile(path.join(folder, name));
      lines.push([name, ...labels].join(','));
    }
    writeFileSync(path.join(folder, `${split}.txt`), `${lines.join('\n')}\n`);
  }
}

function drawSquare(pixels: Uint8Array, channel: number, left: number, top: number): void {
  for (let y = top; y < top + 14; y++)
    for (let x = left; x < left + 14; x++)
      for (let c = 0; c < 3; c++) pixels[(y * 40 + x) * 3 + c] = c === channel ? 240 : 20;
}

const network = {
  input_size: 32,
  batch_size: 8,
  epochs_finetune: 2,
  lr_finetune: 0.002,
  warmup_epochs: 0.5,
  drop_path: 0.1,
  dropout: 0.1,
};

/** The whole pipeline in seconds: real networks at their smallest, a checkpoint at every step. */
export function tinyConfig(change: (config: Config) => Config = (config) => config): Config {
  return change(
    configSchema.parse({
      seed: 3,
      data: { min_positives: 1, workers: 1 },
      teacher: { ...network, architecture: 'efficientnet-b0' },
      student: { ...network, architecture: 'efficientnet-lite0', ema_decay: 0.9 },
      qat: { epochs: 2, batch_size: 8, lr: 0.0001 },
      tflite_export: { representative_dataset_size: 16, name: 'tiny' },
      checkpoint_minutes: 1e-6,
      engine: { threads: 1 },
    }),
  );
}
