import { sharp } from '../../data/imageLibrary.ts';
import { randomStream } from '../../../../shared/random.ts';
import { decodeScores, encodePixels } from '../../tflite/io.ts';
import type { ParityContext } from './parityIndex.ts';
import type { ParityImage } from './parityImages.ts';

/** Runs of the model that the search may take. */
const MOST_RUNS = 96;
const EXTRA_BASES = 12;

interface Scored {
  readonly pixels: Uint8Array;
  readonly codes: Uint8Array;
}

/**
 * Two images of the model's own size whose scores lie next to a threshold: one exactly at it, which `q >= k` accepts
 * and `q > k` does not, and one just below. They are blends of two images on different sides of a threshold; where no
 * blend hits one exactly, the nearest found.
 */
export async function thresholdImages(
  bases: readonly Uint8Array[],
  { litert, inputSize, ks }: Pick<ParityContext, 'litert' | 'inputSize' | 'ks'>,
): Promise<ParityImage[]> {
  let runs = 0;
  const seen: Scored[] = [];
  const score = async (pixels: Uint8Array): Promise<Scored> => {
    runs++;
    const scored = { pixels, codes: decodeScores(await litert.run(encodePixels(pixels, litert.inputType))) };
    seen.push(scored);
    return scored;
  };
  const scored: Scored[] = [];
  for (const pixels of [...bases, ...colorFields(inputSize)]) scored.push(await score(pixels));
  const distance =
    (wanted: 0 | -1) =>
    ({ codes }: Scored): number =>
      Math.min(...ks.map((k, c) => (k > 255 || k === 0 ? 255 : Math.abs(codes[c]! - k - wanted))));
  const nearest = (wanted: 0 | -1): Scored =>
    seen.reduce((a, b) => (distance(wanted)(b) < distance(wanted)(a) ? b : a));
  const isDone = (): boolean => distance(0)(nearest(0)) === 0 && distance(-1)(nearest(-1)) === 0;
  for (const [c, k] of ks.entries()) {
    let above = scored.find(({ codes }) => codes[c]! >= k);
    let below = scored.find(({ codes }) => codes[c]! < k);
    if (above === undefined || below === undefined) continue;
    for (let step = 0; step < 10 && runs < MOST_RUNS && !isDone(); step++) {
      const middle = await score(blended(above.pixels, below.pixels));
      if (middle.codes[c]! >= k) above = middle;
      else below = middle;
    }
    if (isDone() || runs >= MOST_RUNS) break;
  }
  const image = async (name: string, { pixels }: Scored): Promise<ParityImage> => ({
    name,
    extension: 'png',
    bytes: await sharp(pixels, { raw: { width: inputSize, height: inputSize, channels: 3 } })
      .png({ compressionLevel: 9 })
      .toBuffer(),
    tolerance: 0,
  });
  return [await image('threshold-at', nearest(0)), await image('threshold-below', nearest(-1))];
}

const blended = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((value, i) => (value + b[i]! + (i % 2)) >> 1);

/** Squares of random colors, so that a search without any photo has more to start from. */
function colorFields(size: number): Uint8Array[] {
  return Array.from({ length: EXTRA_BASES }, (_, i) => {
    const draw = randomStream(1, 'parity fields', i);
    const cells = 1 + Math.floor(draw() * 7);
    const colors = Uint8Array.from({ length: cells * cells * 3 }, () => 256 * draw());
    return Uint8Array.from({ length: size * size * 3 }, (_, at) => {
      const pixel = Math.floor(at / 3);
      const [x, y] = [pixel % size, Math.floor(pixel / size)];
      const cell = Math.floor((y * cells) / size) * cells + Math.floor((x * cells) / size);
      return colors[cell * 3 + (at % 3)]!;
    });
  });
}
