import { writeSync } from 'node:fs';
import { Problem } from '../../../src/shared/problem.ts';

/** What the conformance part reports. */
export interface ConformanceResult {
  readonly cases: number;
  readonly passed: number;
  readonly failures: readonly string[];
  /** The comparison that used the largest share of its tolerance. */
  readonly worst: { readonly what: string; readonly found: number; readonly allowed: number } | null;
}

/** What the step part reports. */
export interface StepsResult {
  /** Of the median step, without the first two, which compile kernels. */
  readonly imagesPerSecond: number | null;
  readonly firstStepSeconds: number;
  /** Of the process, in main memory. */
  readonly peakBytes: number;
  /** Of the first step, for the comparison with the CPU. */
  readonly loss: number;
  readonly logits: readonly number[];
}

/** Prints why a part failed, without the stack that Node would print. */
export function explainErrors(): void {
  process.on('uncaughtException', (error) => {
    const detail = error instanceof Problem ? (error.detail ?? '') : '';
    writeSync(2, `${error.message} ${detail}\n`);
    process.exit(1);
  });
}

const MARK = 'RESULT ';

/** Writes at once, because a process that is killed loses what is buffered. */
export function printResult(result: object): void {
  // JSON has no Infinity and no NaN, with which a comparison fails.
  const text = JSON.stringify(result, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? Number.MAX_VALUE : value,
  );
  writeSync(1, `${MARK}${text}\n`);
}

/** The last complete result in a process's output, and null when there is none. */
export function lastResult(output: string): unknown {
  const line = output
    .split('\n')
    .slice(0, -1)
    .findLast((text) => text.startsWith(MARK));
  return line === undefined ? null : JSON.parse(line.slice(MARK.length));
}
