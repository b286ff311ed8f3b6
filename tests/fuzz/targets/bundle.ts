import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { verifyBundle } from '../../../src/main/pipeline/export/bundle/verifyBundle.ts';
import { smallBundle, withSums } from '../../bundle/smallBundle.ts';
import type { Target } from '../target.ts';

const changedFiles = [
  'inference_config.json',
  'threshold_recommendation.json',
  'metrics.json',
  'parity/index.json',
  'SHA256SUMS',
  'labels.txt',
  'parity/images/own-01.png',
  'parity/cases.txt',
] as const;

/**
 * The files of a bundle, one of them changed and the sums right again; its first byte says which. Each fault is one
 * sentence.
 */
export default async function open(folder: string): Promise<Target> {
  const whole = await smallBundle();
  const write = (files: ReadonlyMap<string, Buffer>): void => {
    for (const [name, data] of files) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), data);
    }
  };
  write(withSums(whole));
  const sums = withSums(whole).get('SHA256SUMS')!;
  return {
    seeds: changedFiles.map((name, i) => Buffer.concat([Buffer.of(i), whole.get(name) ?? sums])),
    pieces: ['"', ',', '{', '[', '}', ']', ':', 'null', '-1', '1e999', '"__proto__":{},', '\uFEFF', '\r\n'],
    read: async (bytes) => {
      const name = changedFiles[(bytes[0] ?? 0) % changedFiles.length]!;
      const data = Buffer.from(bytes.subarray(1));
      write(name === 'SHA256SUMS' ? new Map([[name, data]]) : withSums(new Map(whole).set(name, data)));
      const checks = await verifyBundle(folder);
      write(new Map([[name, whole.get(name) ?? sums]]));
      for (const { fault } of checks)
        if (fault !== null && !/^[^\n]{1,1000}[.!?]$/.test(fault.text))
          throw new Error(`not a sentence: ${fault.text}`);
    },
  };
}
