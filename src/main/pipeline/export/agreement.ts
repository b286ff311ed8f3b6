import { Problem } from '../../../shared/problem.ts';
import type { Litert } from '../tflite/litert.ts';
import { decodeScores, encodePixels } from '../tflite/io.ts';

/** An image as the model sees it, with the codes that the studio's integer model gives it. */
export interface ScoredImage {
  /** Names the image in the message when the codes differ. */
  readonly name: string;
  /** uint8 [S, S, 3] */
  readonly pixels: Uint8Array;
  /** q 0..255 of the integer model, [classes]. */
  readonly codes: Uint8Array;
}

/**
 * Runs the .tflite in LiteRT and requires every code to equal that of the integer model. Throws Problem('export') for
 * the first that differs.
 */
export async function requireAgreement(litert: Litert, { name, pixels, codes }: ScoredImage): Promise<void> {
  const found = decodeScores(await litert.run(encodePixels(pixels, litert.inputType)));
  const at = codes.findIndex((code, c) => code !== found[c]);
  if (at < 0 && found.length === codes.length) return;
  throw new Problem('export.litertDiffers', {
    image: name,
    number: at + 1,
    found: found[at] ?? NaN,
    expected: codes[at] ?? NaN,
  });
}
