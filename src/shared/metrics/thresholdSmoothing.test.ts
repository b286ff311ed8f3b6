import { expect, test } from 'vitest';
import type { RandomStream } from '../random.ts';
import { normal, randomStream } from '../random.ts';
import { decisionMetrics } from './metrics.ts';
import { decide, searchThresholds } from './thresholds.ts';

const maxF1 = { goal: 'max_f1', min_precision: 0.9, min_recall: 0.9 } as const;

/** Codes of a long-tailed problem, like those of the INT8 model: classes get rarer and have the same calibration. */
function longTail(stream: RandomStream, images: number, classes: number): { codes: Uint8Array; labels: Int8Array } {
  const codes = new Uint8Array(images * classes);
  const labels = new Int8Array(images * classes);
  for (let n = 0; n < images; n++) {
    for (let c = 0; c < classes; c++) {
      const rate = 0.15 / (1 + c);
      const present = stream() < Math.max(rate, 0.008);
      const logit = (present ? 1.2 : -2.8) + 1.4 * normal(stream);
      labels[n * classes + c] = present ? 1 : 0;
      codes[n * classes + c] = Math.min(255, Math.floor(256 / (1 + Math.exp(-logit))));
    }
  }
  return { codes, labels };
}

test('with rare classes, smoothed thresholds beat raw ones on unseen images, over seeded splits', () => {
  const classes = 30;
  const gains = Array.from({ length: 12 }, (_, seed) => {
    const val = longTail(randomStream(seed, 'val'), 300, classes);
    const heldOut = longTail(randomStream(seed, 'held out'), 3000, classes);
    const f1 = (smoothing: number): number => {
      const { perClass } = searchThresholds(val.codes, val.labels, classes, { ...maxF1, smoothing });
      return decisionMetrics(
        heldOut.labels,
        decide(
          heldOut.codes,
          perClass.map(({ k }) => k),
        ),
        classes,
      ).macroF1;
    };
    return f1(10) - f1(0);
  });
  const mean = gains.reduce((a, b) => a + b, 0) / gains.length;
  expect(mean).toBeGreaterThan(0.01);
  expect(gains.filter((gain) => gain > 0).length).toBeGreaterThanOrEqual(10);
});
