import { randomStream } from '../../shared/random.ts';
import type { Goal } from '../../shared/metrics/thresholds.ts';
import { confusionByK, searchClass } from '../../shared/metrics/thresholds.ts';
import { resampledAveragePrecision } from '../../shared/metrics/bootstrap.ts';
import { f1 } from '../../shared/metrics/ratios.ts';

/**
 * 95 % intervals over seeded resamples of the images (Efron & Tibshirani 1993), aside from the screen. The F1 of a tuned threshold is judged
 * with the search repeated in every resample: else the interval would forget that the threshold was chosen on the same images.
 */
export interface BootstrapRequest {
  readonly id: number;
  /** Codes and labels of one label: [images]. */
  readonly codes: Uint8Array;
  readonly labels: Int8Array;
  readonly k: number;
  /** Null: the threshold was set by hand, nothing is searched for again. */
  readonly search: Goal | null;
}
export interface BootstrapReply {
  readonly id: number;
  readonly f1: readonly [number, number];
  readonly ap: readonly [number, number];
}

const REPLICATES = 2000;
const SEED = 1;

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<BootstrapRequest>) => void) | null;
  postMessage(reply: BootstrapReply): void;
};
scope.onmessage = ({ data }) => scope.postMessage({ id: data.id, ...intervals(data) });

export function intervals(
  { codes, labels, k, search }: Omit<BootstrapRequest, 'id'>,
  replicates = REPLICATES,
): Omit<BootstrapReply, 'id'> {
  const images = codes.length;
  const counts = new Uint16Array(images);
  const precision = resampledAveragePrecision(labels, codes);
  const f1s: number[] = [];
  const aps: number[] = [];
  for (let replicate = 0; replicate < replicates; replicate++) {
    const stream = randomStream(SEED, replicate, 'bootstrap');
    counts.fill(0);
    for (let i = 0; i < images; i++) counts[Math.floor(stream() * images)]!++;
    const ap = precision(counts);
    if (!Number.isNaN(ap)) aps.push(ap);
    const resampled = resampledF1(codes, labels, counts, k, search);
    if (!Number.isNaN(resampled)) f1s.push(resampled);
  }
  return { f1: bounds(f1s), ap: bounds(aps) };
}

function resampledF1(
  codes: Uint8Array,
  labels: Int8Array,
  counts: Uint16Array,
  k: number,
  search: Goal | null,
): number {
  const positives = new Uint32Array(256);
  const negatives = new Uint32Array(256);
  let [totalPositives, totalNegatives] = [0, 0];
  for (let i = 0; i < codes.length; i++) {
    const count = counts[i]!;
    if (count === 0 || labels[i]! < 0) continue;
    if (labels[i] === 1) {
      positives[codes[i]!]! += count;
      totalPositives += count;
    } else {
      negatives[codes[i]!]! += count;
      totalNegatives += count;
    }
  }
  if (totalPositives === 0) return NaN;
  const table = confusionByK({ positives, negatives, totalPositives, totalNegatives });
  return f1(table[search === null ? k : searchClass(table, search).k]!);
}

function bounds(values: number[]): [number, number] {
  values.sort((a, b) => a - b);
  const at = (share: number): number => values[Math.round(share * (values.length - 1))] ?? NaN;
  return [at(0.025), at(0.975)];
}
