import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../shared/random.ts';
import { evaluateSplit, splitMetricsSchema } from './splitMetrics.ts';

const stream = randomStream(3, 'report');
const [images, classes] = [120, 4];
// class 3 has no positive
const labels = Int8Array.from({ length: images * classes }, (_, i) => (i % classes < 3 && stream() < 0.3 ? 1 : 0));
const logits = Float32Array.from(labels, (label) => (label === 1 ? 1 : -1) + 3 * (stream() - 0.5));
const thresholds = { globalK: 100, perClassK: [90, 128, 256, 128] };
const report = evaluateSplit({ labels, codes: null, logits, classes, thresholds, seed: 1 });

describe('the metrics of a split', () => {
  test('decide for floats by 256 sigmoid(logit) >= k and for integers by q >= k', () => {
    const codes = Uint8Array.from(logits, (logit) => Math.floor(256 / (1 + Math.exp(-logit))));
    const integer = evaluateSplit({ labels, codes, logits: null, classes, thresholds, seed: 1 });
    expect(integer.at).toEqual(report.at);
    expect(report.at.per_class.perClass[2]).toMatchObject({ recall: 0 }); // k = 256: never
    const positives = Array.from(logits).filter(
      (logit, i) => i % classes === 0 && 256 / (1 + Math.exp(-logit)) >= 90,
    ).length;
    const { tp, fp } = report.at.per_class.perClass[0]!.confusion;
    expect(tp + fp).toBe(positives);
  });

  test('have null for undefined figures, and such classes do not count in the mean', () => {
    expect(report.perClass[3]).toEqual({ averagePrecision: null, rocAuc: null, support: 0 });
    expect(report.classesLeftOut).toBe(1);
    expect(report.macroAp).toBeCloseTo(
      [0, 1, 2].reduce((sum, c) => sum + report.perClass[c]!.averagePrecision! / 3, 0),
      9,
    );
  });

  test('have an interval around the mAP that is the same each time', () => {
    const { low, high } = report.macroApInterval;
    expect(low! < report.macroAp! && report.macroAp! < high!).toBe(true);
    expect(evaluateSplit({ labels, codes: null, logits, classes, thresholds, seed: 1 })).toEqual(report);
    expect(evaluateSplit({ labels, codes: null, logits, classes, thresholds, seed: 2 }).macroApInterval).not.toEqual(
      report.macroApInterval,
    );
  });

  test('survive a round trip through JSON', () => {
    expect(splitMetricsSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });
});
