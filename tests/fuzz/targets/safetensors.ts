import { isStoredModel, storedModelOf } from '../../../src/main/pipeline/models/modelFile.ts';
import { readSafetensors, writeSafetensors } from '../../../src/main/pipeline/storage/safetensors.ts';
import type { Target } from '../target.ts';

/** A file with this JSON as its header and 24 bytes of data. */
function withHeader(header: unknown): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(24)]);
}

const tensor = (change: object): Buffer =>
  withHeader({ a: { dtype: 'F32', shape: [6], data_offsets: [0, 24], ...change } });

export default function open(): Target {
  const two = new Map([
    ['a', { shape: [2, 3], data: new Float32Array(6) }],
    ['b', { shape: [], data: new Float32Array(1) }],
  ]);
  return {
    seeds: [
      writeSafetensors(two, { format: 'pt' }),
      tensor({}),
      tensor({ shape: [-1, -6] }),
      tensor({ shape: [1e9], data_offsets: [0, 4e9] }),
      tensor({ shape: 'x' }),
      tensor({ data_offsets: ['0', '24'] }),
      tensor({ shape: [1e308, 1e308, 0], data_offsets: [0, 0] }),
      withHeader({ a: null }),
      withHeader('[1,2]'),
      withHeader({ __metadata__: 5 }),
    ],
    pieces: ['{', '}', '[', ']', '"', ',', '-', '1e9', 'null', '"__proto__":', '"F16"', '0.5'],
    read: (bytes) => {
      const content = readSafetensors(bytes);
      if (isStoredModel(content)) storedModelOf('x.safetensors', content);
    },
  };
}
