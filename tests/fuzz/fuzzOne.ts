import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fuzz } from './fuzz.ts';
import type { TargetName } from './target.ts';
import { openTarget } from './target.ts';

/** One target in a process of its own, started by run.ts: target, seconds, seed, folder to write into. */
const [name, seconds, seed, folder] = process.argv.slice(2) as [TargetName, string, string, string];
const target = await openTarget(name, folder);
const before = process.resourceUsage().maxRSS;
const result = await fuzz(target, {
  seed: Number(seed),
  runs: Number.MAX_SAFE_INTEGER,
  milliseconds: Number(seconds) * 1000,
  onInput: (bytes) => {
    writeFileSync(path.join(folder, 'last-input.bin'), bytes);
    process.send?.('input');
  },
});
process.send?.({ ...result, megabytes: Math.round((process.resourceUsage().maxRSS - before) / 1024) });
