import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rawZip } from '../../../../../tests/bundle/rawZip.ts';
import { goldenJson } from '../../../../../tests/golden/golden.ts';
import type { StoredTensor } from '../../storage/safetensors.ts';
import { isLegacyCheckpoint, readLegacyCheckpoint, readZipCheckpoint } from './checkpoint.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const golden = path.join(import.meta.dirname, '../../../../../tests/golden/weights');

type Tensors = ReadonlyMap<string, StoredTensor> | null;
const read = (file: string, bytes = readFileSync(file)): Tensors | Promise<Tensors> =>
  isLegacyCheckpoint(bytes) ? readLegacyCheckpoint(file, bytes) : readZipCheckpoint(file, bytes.length);

describe.each(['checkpoint_zip', 'checkpoint_legacy', 'checkpoint_nested', 'checkpoint_protocol4'])(
  '%s, as PyTorch writes it',
  (name) => {
    test('has the values that PyTorch reads', async () => {
      const { tensors } = goldenJson<{ tensors: Record<string, { shape: number[]; values: number[] }> }>(
        'weights/checkpoint',
      );
      const found = await read(path.join(golden, `${name}.pth`));
      expect([...found!.keys()]).toEqual(Object.keys(tensors));
      expect(found!.size).toBeGreaterThan(20);
      for (const [key, { shape, values }] of Object.entries(tensors)) {
        expect(found!.get(key)!.shape, key).toEqual(shape);
        expect(Array.from(found!.get(key)!.data), key).toEqual(values.map(Math.fround));
      }
    });
  },
);

/** Steps of a pickle (Lib/pickletools.py), written out by hand. */
const bytes = (...parts: readonly (string | number)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part, 'latin1'))));
const uint32 = (value: number): string => {
  const four = Buffer.alloc(4);
  four.writeUInt32LE(value);
  return four.toString('latin1');
};
const text = (value: string): string => `X${uint32(value.length)}${value}`;
const integer = (value: number): string => {
  const eight = Buffer.alloc(8);
  eight.writeBigInt64LE(BigInt(value));
  return `\x8a\x08${eight.toString('latin1')}`;
};
const global = (module: string, name: string): string => `c${module}\n${name}\n`;
const tuple = (...items: readonly string[]): string => `(${items.join('')}t`;
const map = (...items: readonly string[]): string => `}(${items.join('')}u`;
const storage = (key: string, count: string, type = 'FloatStorage', id = text('storage')): string =>
  `${tuple(id, global('torch', type), text(key), text('cpu'), count)}Q`;
const tensor = (of: string, offset: string, shape: string, strides: string): string =>
  `${global('torch._utils', '_rebuild_tensor_v2')}${tuple(of, offset, shape, strides, '\x89', `${global('collections', 'OrderedDict')})R`)}R`;
const pickle = (value: string): Buffer => bytes(0x80, 2, value, '.');

/** Two floats, 1.5 and -2. */
const data = Buffer.from(Float32Array.of(1.5, -2).buffer);
const two = (shape = tuple(integer(2)), strides = tuple(integer(1)), offset = integer(0)): string =>
  map(text('a'), tensor(storage('0', integer(2)), offset, shape, strides));

interface LegacyParts {
  readonly machine?: string;
  readonly keys?: string;
  readonly rest?: Buffer;
}
const count = (value: number): Buffer => {
  const eight = Buffer.alloc(8);
  eight.writeBigUInt64LE(BigInt(value));
  return eight;
};
const legacy = (
  value: string,
  {
    machine = map(text('little_endian'), '\x88'),
    keys = `](${text('0')}e`,
    rest = Buffer.concat([count(2), data]),
  }: LegacyParts = {},
): Buffer =>
  Buffer.concat([
    pickle('\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19'),
    pickle('M\xe9\x03'),
    pickle(machine),
    pickle(value),
    pickle(keys),
    rest,
  ]);
const zipped = (value: string, { bytes: stored = data, deflate = false, order = 'little' } = {}): Buffer =>
  rawZip([
    { name: 'x/data.pkl', data: pickle(value), deflate },
    { name: 'x/byteorder', data: Buffer.from(order) },
    { name: 'x/data/0', data: stored, deflate },
  ]);

let files = 0;
async function readBytes(content: Buffer): Promise<Tensors> {
  const file = path.join(folder, `${files++}.pth`);
  writeFileSync(file, content);
  return read(file);
}

describe.each([
  ['legacy', (value: string) => legacy(value)],
  ['zip', (value: string) => zipped(value)],
] as const)('a %s checkpoint', (_, made) => {
  test('written by hand is read', async () => {
    const found = await readBytes(made(two()));
    expect(found).toEqual(new Map([['a', { shape: [2], data: Float32Array.of(1.5, -2) }]]));
  });

  test.each([
    ['os.system', `${global('os', 'system')}${tuple(text('echo owned'))}R`],
    ['builtins.eval', `${global('builtins', 'eval')}${tuple(text('1+1'))}R`],
    ['builtins.getattr', `${text('builtins')}${text('getattr')}\x93`],
    ['torch.load', map(text('a'), global('torch', 'load'))],
    ['torch.FloatStorage.x', global('torch.FloatStorage', 'x')],
    ['torch._utils._rebuild_tensor', global('torch._utils', '_rebuild_tensor')],
    ['collections.OrderedDict\0', `${text('collections')}${text('OrderedDict\0')}\x93`],
  ])('that names %s is refused by that name', async (name, value) => {
    await expect(readBytes(made(value))).rejects.toMatchObject({
      code: 'mismatch.checkpointNames',
      params: { name },
    });
  });

  test('that creates an object in another way is refused', async () => {
    for (const step of ['i', 'o', '\x81', '\x92', '\x82', '\x97'])
      await expect(readBytes(made(`(${step}`)), step).rejects.toMatchObject({
        code: 'file.checkpointDamaged',
        detail: expect.stringContaining('pickle opcode') as string,
      });
  });

  test.each([
    ['a persistent id that is a text', `${text('0')}Q`],
    ['a persistent id of another kind', storage('0', integer(2), 'FloatStorage', text('module'))],
    ['a persistent id without a class', `${tuple(text('storage'), text('x'), text('0'), text('cpu'), integer(2))}Q`],
    [
      'a key that is a number',
      `${tuple(text('storage'), global('torch', 'FloatStorage'), 'K\0', text('cpu'), 'K\x02')}Q`,
    ],
    ['a size that is a text', storage('0', text('2'))],
    ['a negative size', storage('0', integer(-2))],
    [
      'part of another storage',
      `${tuple(text('storage'), global('torch', 'FloatStorage'), text('0'), text('cpu'), integer(2), tuple(text('0')))}Q`,
    ],
    ['two sizes of a storage', map(text('a'), storage('0', integer(2)), text('b'), storage('0', integer(1)))],
    [
      'a tensor that is not from a storage',
      map(text('a'), tensor('}', integer(0), tuple(integer(2)), tuple(integer(1)))),
    ],
    ['a negative stride', two(tuple(integer(2)), tuple(integer(-1)), integer(1))],
    ['a stride that is not whole', two(tuple(integer(2)), tuple('G?\xe0\0\0\0\0\0\0'))],
    ['fewer strides than sides', two(tuple(integer(2), integer(1)), tuple(integer(1)))],
    ['a shape that is a number', two(integer(2))],
    ['strides beyond the storage', two(tuple(integer(2)), tuple(integer(2)))],
    ['an offset beyond the storage', two(tuple(integer(2)), tuple(integer(1)), integer(1))],
    ['a tensor larger than its storage', two(tuple(integer(3)))],
    ['an endless tensor', two(tuple(integer(2 ** 52), integer(2 ** 52)), tuple(integer(0), integer(0)))],
    ['a repeated tensor larger than the file', two(tuple(integer(1000)), tuple(integer(0)))],
    [
      'a storage larger than the file',
      map(text('a'), tensor(storage('0', integer(2 ** 40)), integer(0), tuple(integer(2)), tuple(integer(1)))),
    ],
    ['a call of a map', '})R'],
    ['a call without a tuple', `${global('collections', 'OrderedDict')}}R`],
    ['items of a list', `](${text('a')}${text('b')}u`],
    ['values appended to a map', `}(${text('a')}e`],
    ['half an item', `}(${text('a')}u`],
    ['a state of a number', `K\x01}b`],
    ['a value that is not there', '\x85'],
    ['nothing under a number', 'h\x05'],
    ['no mark', 't'],
    ['a name that is not a text', '}}\x93'],
    ['a text longer than the file', `X${uint32(0xffffffff)}abc`],
    ['a text longer than any file', `\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc`],
    ['an unknown protocol', '\x80\x09'],
    ['no end', '('.repeat(40)],
  ])('with %s is refused', async (_what, value) => {
    await expect(readBytes(made(value))).rejects.toMatchObject({ code: 'file.checkpointDamaged' });
  });

  test('whose list contains itself, nested without end, holds no weights', async () => {
    await expect(readBytes(made(']q\0h\0a'))).rejects.toMatchObject({ code: 'mismatch.checkpointWithoutWeights' });
    await expect(readBytes(made(`${'('.repeat(100_000)}${'t'.repeat(100_000)}`))).rejects.toMatchObject({
      code: 'mismatch.checkpointWithoutWeights',
    });
  });

  test('with more steps than any network has is refused', async () => {
    await expect(readBytes(made('N'.repeat(600_000)))).rejects.toMatchObject({
      detail: expect.stringContaining('500000 steps') as string,
    });
  });
});

describe('a legacy checkpoint', () => {
  test.each([
    ['of a big-endian machine', legacy(two(), { machine: map(text('little_endian'), '\x89') })],
    ['without its list of storages', legacy(two(), { keys: '}' })],
    [
      'with a storage twice',
      legacy(two(), { keys: `](${text('0')}${text('0')}e`, rest: Buffer.concat([count(2), data, count(2), data]) }),
    ],
    ['with an unknown storage', legacy(two(), { keys: `](${text('1')}e` })],
    ['with a storage of another size', legacy(two(), { rest: Buffer.concat([count(1), data]) })],
    ['that ends early', legacy(two(), { rest: Buffer.concat([count(2), data.subarray(1)]) })],
    ['without its storages', legacy(two(), { keys: ']', rest: Buffer.alloc(0) })],
  ])('%s is refused', async (_, content) => {
    await expect(readBytes(content)).rejects.toMatchObject({ code: 'file.checkpointDamaged' });
  });
});

describe('a zip', () => {
  test('that unpacks to more than the file is refused before it is unpacked', async () => {
    const content = zipped(two(), { bytes: Buffer.alloc(1_000_000), deflate: true });
    expect(content.length).toBeLessThan(10_000);
    await expect(readBytes(content)).rejects.toMatchObject({ code: 'file.zipTooLarge' });
  });

  test('that hides data between its entries is refused', async () => {
    const hidden = rawZip([
      { name: 'x/data.pkl', data: pickle(two()) },
      { name: 'x/data/0', data, before: Buffer.alloc(1000) },
    ]);
    await expect(readBytes(hidden)).rejects.toMatchObject({ code: 'file.zipHiddenData' });
  });

  test('with a storage of another size, or of a big-endian machine, is refused', async () => {
    for (const content of [zipped(two(), { bytes: data.subarray(1) }), zipped(two(), { order: 'big' })])
      await expect(readBytes(content)).rejects.toMatchObject({ code: 'file.checkpointDamaged' });
  });

  test('of another program is none', async () => {
    expect(await readBytes(rawZip([{ name: 'config.json', data: Buffer.from('{}') }]))).toBeNull();
  });
});
