/**
 * Random numbers as pure functions of a key.
 *
 * Every draw in the product (shuffle, augmentation, dropout masks, initial weights, bootstrap) is a function of
 * (seed, epoch, step or sample, purpose). There is no generator state to save, so a resumed run draws exactly what an
 * uninterrupted one would have drawn, and batches can be prepared any number of steps ahead.
 */
export type RandomKey = readonly (string | number)[];

/** A stream of numbers in [0, 1), each a multiple of 2^-32. */
export type RandomStream = () => number;

/** 32-bit FNV-1a over the key's parts, each followed by a separator so that ['ab'] and ['a', 'b'] differ. */
function hashKey(key: RandomKey): number {
  let hash = 0x811c9dc5;
  for (const part of key) {
    const text = `${part}\u0000`;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** MurmurHash3's 32-bit finalizer: spreads every input bit over the whole word. */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/**
 * The stream of a key, for example `randomStream(seed, epoch, 'shuffle')`. The generator is sfc32 by Chris
 * Doty-Humphrey.
 */
export function randomStream(...key: RandomKey): RandomStream {
  const start = hashKey(key);
  let a = mix(start);
  let b = mix(start + 0x9e3779b9);
  let c = mix(start + 0x3c6ef372);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** A standard normal draw (Box-Muller). */
export function normal(stream: RandomStream): number {
  const radius = Math.sqrt(-2 * Math.log(1 - stream()));
  return radius * Math.cos(2 * Math.PI * stream());
}

/** The numbers 0..n-1 in random order (Fisher-Yates). */
export function permutation(n: number, stream: RandomStream): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(stream() * (i + 1));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
