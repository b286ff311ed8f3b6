import { readdirSync } from 'node:fs';
import path from 'node:path';
import { decodeImage } from '../../src/main/pipeline/data/decode.ts';
import { letterbox } from '../../src/main/pipeline/data/letterbox.ts';

/** One turn of the comparison with other loaders, in a process of its own: folder, count. See peers/load.py. */
const [folder, count] = process.argv.slice(2) as [string, string];
const SIZE = 240;
const IN_FLIGHT = 2;
const found = readdirSync(folder).sort();
const total = Number(count);

async function load(images: number): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < images) {
      const file = path.join(folder, found[next++ % found.length]!);
      const { rgb, width, height } = await decodeImage(file, { paddingColor: [0, 0, 0], maxMegapixels: 100 });
      letterbox(rgb, width, height, SIZE, [0, 0, 0]);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
}

await load(8);
const before = process.cpuUsage();
await load(total);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000 / total);
