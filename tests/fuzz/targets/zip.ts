import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readBundle } from '../../../src/main/pipeline/export/bundle/readBundle.ts';
import { readFiles } from '../../../src/main/pipeline/tflite/associatedFiles.ts';
import { unzip } from '../../../src/main/studio/engines/unzip.ts';
import { Problem } from '../../../src/shared/problem.ts';
import { rawZip } from '../../bundle/rawZip.ts';
import type { Target } from '../target.ts';

/** Every reader of zips: of bundles, of packages, and of the labels inside a model. */
export default function open(folder: string): Target {
  const file = path.join(folder, 'in.zip');
  const target = path.join(folder, 'unpacked');
  mkdirSync(target, { recursive: true });
  const text = Buffer.from('hello '.repeat(50));
  const names = ['a/SHA256SUMS', 'a/labels.txt', 'a/x/y.json', 'a/empty'];
  return {
    seeds: [true, false].map((deflate) =>
      rawZip(
        names.map((name) => ({ name, deflate, data: name.endsWith('empty') ? Buffer.alloc(0) : text, mode: 0o100644 })),
      ),
    ),
    pieces: ['PK\x03\x04', 'PK\x01\x02', 'PK\x05\x06', '../', '\\', '\0'],
    read: async (bytes) => {
      writeFileSync(file, bytes);
      const readers = [
        () => readBundle(file),
        () => unzip(file, target, (name) => name.replaceAll('/', '_').slice(0, 100)),
        () => readFiles(bytes),
      ];
      for (const read of readers) {
        try {
          await read();
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
        }
      }
    },
  };
}
