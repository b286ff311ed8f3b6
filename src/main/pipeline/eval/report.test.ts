import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../shared/random.ts';
import { bootstrapInterval, resampledAveragePrecision } from '../../../shared/metrics/bootstrap.ts';
import { averagePrecision } from '../../../shared/metrics/metrics.ts';
import { evaluateSplit, splitReportSchema } from './report.ts';

const stream = randomStream(3, 'report');
const [images, classes] = [120, 4];
const labels = Int8Array.from({ length: images * classes }, (_, i) => (i % classes < 3 && stream() < 0.3 ? 1 : 0)); // class 3 has no positive
const logits = Float32Array.from(labels, (label) => (label === 1 ? 1 : -1) + 3 * (stream() - 0.5));
const thresholds = { globalK: 100, perClassK: [90, 128, 256, 128] };
const report = evaluateSplit({ labels, codes: null, logits, classes, thresholds, seed: 1 });

describe('the report of a split', () => {
  test('judges floats by 256 sigmoid(logit) >= k and integers by q >= k', () => {
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

  test('names undefined figures null and leaves such classes out of the mean', () => {
    expect(report.perClass[3]).toEqual({ averagePrecision: null, rocAuc: null, support: 0 });
    expect(report.classesLeftOut).toBe(1);
    expect(report.macroAp).toBeCloseTo(
      [0, 1, 2].reduce((sum, c) => sum + report.perClass[c]!.averagePrecision! / 3, 0),
      9,
    );
  });

  test('has an interval around macro AP that is the same each time', () => {
    const { low, high } = report.macroApInterval;
    expect(low! < report.macroAp! && report.macroAp! < high!).toBe(true);
    expect(evaluateSplit({ labels, codes: null, logits, classes, thresholds, seed: 1 })).toEqual(report);
    expect(evaluateSplit({ labels, codes: null, logits, classes, thresholds, seed: 2 }).macroApInterval).not.toEqual(
      report.macroApInterval,
    );
  });

  test('survives being JSON', () => {
    expect(splitReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });
});

describe('the bootstrap', () => {
  test('gives the interval that the mean of a known distribution has', () => {
    const values = Float64Array.from({ length: 400 }, () => stream());
    const { low, high } = bootstrapInterval(400, (drawn) => drawn.reduce((sum, i) => sum + values[i]!, 0) / 400, {
      seed: 4,
    });
    // The standard error of the mean of 400 uniform draws is sqrt(1 / 12 / 400) = 0.0144.
    expect((high - low) / (2 * 1.96 * Math.sqrt(1 / 12 / 400))).toBeCloseTo(1, 0);
    expect(Math.abs((high - low) / (2 * 1.96 * 0.01443) - 1)).toBeLessThan(0.12);
  });

  test('of average precision is that of the drawn images, ties and unknown labels included', () => {
    const truth = Int8Array.from({ length: 40 }, (_, i) => (i % 9 === 0 ? -1 : stream() < 0.4 ? 1 : 0));
    const scored = Float64Array.from({ length: 40 }, () => Math.floor(8 * stream()));
    const fast = resampledAveragePrecision(truth, scored);
    for (let replicate = 0; replicate < 20; replicate++) {
      const drawn = Array.from({ length: 40 }, () => Math.floor(40 * stream()));
      const counts = new Uint16Array(40);
      for (const i of drawn) counts[i]!++;
      expect(fast(counts)).toBeCloseTo(
        averagePrecision(
          drawn.map((i) => truth[i]!),
          drawn.map((i) => scored[i]!),
        ),
        12,
      );
    }
    expect(fast(new Uint16Array(40))).toBeNaN();
  });

  test('leaves out resamples in which nothing is defined', () => {
    const { low, high } = bootstrapInterval(2, (drawn) => (drawn[0] === drawn[1] ? NaN : 5), {});
    expect([low, high]).toEqual([5, 5]);
  });
});
