import type { GraphicsCard } from '../../../src/main/pipeline/engine/graphicsCards.ts';
import type { VulkanAdapter } from '../../../src/main/pipeline/engine/vulkanAdapters.ts';
import type { PartEnd } from './part.ts';
import type { ConformanceResult, StepsResult } from './results.ts';

export interface Finding extends Pick<PartEnd, 'state' | 'reason' | 'seconds' | 'cardBytes'> {
  readonly part: string;
  readonly imagesPerSecond?: number | null;
  readonly peakBytes?: number;
  /** The largest difference, relative to the largest value; null without a reference. */
  readonly difference?: number | null;
  /** The difference that is allowed, for the conformance cases. */
  readonly allowed?: number;
  readonly passed?: number;
  readonly cases?: number;
  readonly failures?: readonly string[];
}

export interface EngineReport {
  readonly name: string;
  /** Why it was not started; null when it was. */
  readonly reason: string | null;
  readonly findings: readonly Finding[];
}

export interface GpuReport {
  readonly at: string;
  readonly software: boolean;
  readonly cards: readonly GraphicsCard[];
  readonly adapters: readonly VulkanAdapter[];
  readonly engines: readonly EngineReport[];
}

export const conformanceFigures = ({ cases, passed, failures, worst }: ConformanceResult): Partial<Finding> => ({
  cases,
  passed,
  failures,
  ...(worst !== null && { difference: worst.found, allowed: worst.allowed }),
});

export const stepFigures = (
  { imagesPerSecond, peakBytes, loss, logits }: StepsResult,
  cpu: StepsResult | null,
): Partial<Finding> => ({
  imagesPerSecond,
  peakBytes,
  difference: cpu === null ? null : differenceFromCpu({ loss, logits }, cpu),
});

/** The larger one of loss and logits in the first step, relative to the largest value. */
export function differenceFromCpu(
  ours: Pick<StepsResult, 'loss' | 'logits'>,
  cpu: Pick<StepsResult, 'loss' | 'logits'>,
): number {
  if (ours.logits.length !== cpu.logits.length) return Infinity;
  const largest = Math.max(...cpu.logits.map(Math.abs));
  const furthest = Math.max(...cpu.logits.map((value, i) => Math.abs(value - ours.logits[i]!)));
  return Math.max(Math.abs(ours.loss / cpu.loss - 1), furthest / largest);
}

const HEAD = ['engine', 'part', 'result', 'images/s', 'peak memory', 'on the card', 'largest difference from the CPU'];
const gigabytes = (bytes: number | null | undefined): string =>
  bytes === null || bytes === undefined ? '' : `${(bytes / 1e9).toFixed(2)} GB`;

/** A Markdown table: one line per part of each engine that started, one for each that did not. */
export function reportTable({ engines }: Pick<GpuReport, 'engines'>): string {
  const rows = engines.flatMap(({ name, reason, findings }) =>
    reason === null ? findings.map((finding) => [name, ...cells(finding)]) : [[name, '', `not started: ${reason}`]],
  );
  return [HEAD, HEAD.map(() => '---'), ...rows.map((row) => HEAD.map((_, i) => row[i] ?? ''))]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '/')).join(' | ')} |`)
    .join('\n');
}

function cells(finding: Finding): string[] {
  const { part, state, reason, seconds, cardBytes, imagesPerSecond, peakBytes, difference, allowed } = finding;
  const { passed, cases, failures = [] } = finding;
  const counted = cases === undefined ? '' : `, ${passed} of ${cases} cases passed`;
  const result = `${state} in ${seconds.toFixed(1)} s${counted}`;
  return [
    part,
    [result, reason, ...failures].filter((text) => text !== '').join('; '),
    imagesPerSecond?.toFixed(1) ?? '',
    gigabytes(peakBytes),
    gigabytes(cardBytes),
    difference === null || difference === undefined
      ? ''
      : difference.toExponential(1) + (allowed === undefined ? '' : ` (allowed ${allowed})`),
  ];
}
