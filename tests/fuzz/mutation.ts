import fc from 'fast-check';

/**
 * One change of a well-formed file. Places are shares of its length, so that a failing list of changes shrinks well.
 */
type Change =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'byte'; readonly at: number; readonly value: number }
  | {
      readonly kind: 'number';
      readonly at: number;
      readonly value: number;
      readonly bytes: 2 | 4;
      readonly little: boolean;
    }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'repeat' | 'remove'; readonly at: number; readonly length: number }
  | { readonly kind: 'copy'; readonly at: number; readonly from: number; readonly length: number }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string };

/** Headers are at either end of most formats: half of all changes hit the first or last bytes. */
const HEADER_BYTES = 256;

const place = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.nat(HEADER_BYTES).map((byte) => byte + 2), // from the start
  fc.nat(HEADER_BYTES).map((byte) => -byte - 1), // from the end
);

function offset(length: number, at: number): number {
  const byte = at > 1 ? at - 2 : at < 0 ? length + at : Math.floor(at * length);
  return Math.min(Math.max(0, byte), Math.max(0, length - 1));
}

/** Sizes, counts and offsets at which readers go wrong. */
const awkward = fc.constantFrom(
  0,
  1,
  2,
  0x7f,
  0x80,
  0xff,
  0x7fff,
  0x8000,
  0xffff,
  0x7fffffff,
  0x80000000,
  0xfffffffe,
  0xffffffff,
);
const length = fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 4096 }));

/** `pieces`: what means something in the format, such as quotes in CSV. */
const change = (pieces: readonly string[]): fc.Arbitrary<Change> =>
  fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
    fc.record({ kind: fc.constant('byte' as const), at: place, value: fc.nat(255) }),
    fc.record({
      kind: fc.constant('number' as const),
      at: place,
      value: awkward,
      bytes: fc.constantFrom(2 as const, 4 as const),
      little: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('cut' as const), at: place }),
    fc.record({ kind: fc.constantFrom('repeat' as const, 'remove' as const), at: place, length }),
    fc.record({ kind: fc.constant('copy' as const), at: place, from: place, length }),
    ...(pieces.length === 0
      ? []
      : [fc.record({ kind: fc.constant('insert' as const), at: place, text: fc.constantFrom(...pieces) })]),
  );

function changed(bytes: Buffer, one: Change): Buffer {
  const at = offset(bytes.length, one.at);
  const splice = (removed: number, ...inserted: readonly Uint8Array[]): Buffer =>
    Buffer.concat([bytes.subarray(0, at), ...inserted, bytes.subarray(at + removed)]);
  switch (one.kind) {
    case 'cut':
      return bytes.subarray(0, at);
    case 'repeat':
      return splice(0, bytes.subarray(at, at + one.length));
    case 'remove':
      return splice(one.length);
    case 'copy': {
      const from = offset(bytes.length, one.from);
      const piece = Buffer.from(bytes.subarray(from, from + one.length));
      return splice(piece.length, piece);
    }
    case 'insert':
      return splice(0, Buffer.from(one.text));
    default: {
      const copy = Buffer.from(bytes);
      const room = copy.length - at;
      if (one.kind === 'flip' && room > 0) copy[at]! ^= 1 << one.bit;
      if (one.kind === 'byte' && room > 0) copy[at] = one.value;
      if (one.kind === 'number' && room >= one.bytes) {
        const value = one.bytes === 2 ? one.value & 0xffff : one.value;
        if (one.little) copy.writeUIntLE(value, at, one.bytes);
        else copy.writeUIntBE(value, at, one.bytes);
      }
      return copy;
    }
  }
}

/** A seed with up to six changes. */
export const mutated = (seeds: readonly Uint8Array[], pieces: readonly string[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.nat(seeds.length - 1), fc.array(change(pieces), { maxLength: 6 }))
    .map(([seed, changes]) => changes.reduce(changed, Buffer.from(seeds[seed]!)));
