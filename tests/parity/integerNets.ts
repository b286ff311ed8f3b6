import { describe, expect, test } from 'vitest';
import type { IntegerModel } from '../../src/main/pipeline/quant/integerModel.ts';
import { runIntegerReference } from '../../src/main/pipeline/quant/integerReference.ts';
import { createIntegerScorer } from '../../src/main/pipeline/quant/integerScorer.ts';
import { createLitert } from '../../src/main/pipeline/tflite/litert.ts';
import { writeTflite } from '../../src/main/pipeline/tflite/write.ts';
import { randomStream } from '../../src/shared/random.ts';
import { smallIntegerModel, smallReluModel } from './tfliteModel.ts';

export interface SmallNetwork {
  readonly kind: 'ReLU6' | 'ReLU';
  readonly seed: number;
  readonly side: number;
  /** Whether scales and zero points vary. */
  readonly wild: boolean;
}

/** Varied images: noise, plain ones at both ends of the range, and one in between. */
export function pictures(side: number, count: number, seed: number): Uint8Array[] {
  const stream = randomStream(seed, 'pictures');
  return Array.from({ length: count }, (_, i) => {
    if (i < 2) return new Uint8Array(side * side * 3).fill(255 * i);
    const [low, high] = i === 2 ? [120, 135] : [0, 256];
    return Uint8Array.from({ length: side * side * 3 }, () => low + (high - low) * stream());
  });
}

export const codesOf = (model: IntegerModel, pixels: Uint8Array): number[] =>
  Array.from(runIntegerReference(model, pixels).get(model.output)!, (code) => code + 128);

const kinds = { ReLU6: smallIntegerModel, ReLU: smallReluModel };
export const modelOf = ({ kind, seed, side, wild }: SmallNetwork): IntegerModel => kinds[kind](seed, side, 7, wild);

/** Compares the integer reference with LiteRT, and the fast scorer with the integer reference. */
export function compareIntegerNets(nets: readonly SmallNetwork[]): void {
  describe.each(nets)('$kind net $seed at $side px (scales of all kinds: $wild)', (net) => {
    const { seed, side } = net;
    const model = modelOf(net);

    test('the integer reference equals LiteRT, tensor by tensor', async () => {
      const litert = await createLitert(
        writeTflite(model, {
          inputType: 'int8',
          outputType: 'int8',
          labels: 'abcdefg'.split(''),
          name: 'small',
          exposeActivations: true,
        }),
      );
      for (const pixels of pictures(side, 4, seed)) {
        const ours = runIntegerReference(model, pixels);
        const theirs = await litert.runAll(Int8Array.from(pixels, (pixel) => pixel - 128));
        for (const { output } of model.ops) {
          const found = theirs.get(output) ?? (output === model.output ? theirs.get('scores') : undefined);
          expect({
            output,
            equal:
              Buffer.compare(
                Buffer.from((found as Int8Array).slice().buffer),
                Buffer.from(ours.get(output)!.slice().buffer),
              ) === 0,
          }).toEqual({ output, equal: true });
        }
      }
      litert.dispose();
    });

    test('the fast scorer equals the integer reference', async () => {
      const images = pictures(side, 6, seed + 100);
      const scorer = await createIntegerScorer(model, { batchSize: images.length, threads: 2 });
      const codes = await scorer.run(Uint8Array.from(images.flatMap((pixels) => [...pixels])));
      await scorer.dispose();
      expect([...codes]).toEqual(images.flatMap((pixels) => codesOf(model, pixels)));
    });
  });
}
