import { Problem } from '../../../shared/problem.ts';
import type { Litert } from '../tflite/litert.ts';
import { decodeScores, encodePixels } from '../tflite/io.ts';

/** A picture as the model sees it and what our integers say of it. */
export interface Judged {
  /** For the message when they differ. */
  readonly name: string;
  /** uint8 [S, S, 3] */
  readonly pixels: Uint8Array;
  /** q 0..255 [classes] of the integer model. */
  readonly codes: Uint8Array;
}

/** Runs the .tflite in LiteRT and compares every score with ours, bit for bit. Throws Problem('export') at the first that differs. */
export async function requireAgreement(litert: Litert, { name, pixels, codes }: Judged): Promise<void> {
  const found = decodeScores(await litert.run(encodePixels(pixels, litert.inputType)));
  const at = codes.findIndex((code, c) => code !== found[c]);
  if (at < 0 && found.length === codes.length) return;
  throw new Problem(
    'export',
    `LiteRT and the studio's integer model differ on ${name} (class ${at + 1}: ${found[at]} against ${codes[at]}). Nothing was exported. Please report this with the run's folder.`,
  );
}
