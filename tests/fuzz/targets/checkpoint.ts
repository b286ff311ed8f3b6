import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  isLegacyCheckpoint,
  readLegacyCheckpoint,
  readZipCheckpoint,
} from '../../../src/main/pipeline/models/weights/checkpoint.ts';
import type { Target } from '../target.ts';

/** PyTorch checkpoints in both formats. */
export default function open(folder: string): Target {
  const file = path.join(folder, 'in.pth');
  return {
    seeds: ['legacy', 'zip', 'nested', 'protocol4'].map((name) =>
      readFileSync(path.join(import.meta.dirname, '../../golden/weights', `checkpoint_${name}.pth`)),
    ),
    pieces: ['cos\nsystem\n', '(', 't', 'R', 'Q', 'b', '}', ']', 'q\0', 'h\0', '\x8a\x08', 'PK\x03\x04'],
    read: (bytes) => {
      if (isLegacyCheckpoint(bytes)) return readLegacyCheckpoint(file, bytes);
      writeFileSync(file, bytes);
      return readZipCheckpoint(file, bytes.length);
    },
  };
}
