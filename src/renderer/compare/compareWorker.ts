import type { Comparison, Measure, RunScores } from './differences.ts';
import { compareRuns } from './differences.ts';

export interface CompareRequest {
  readonly names: readonly string[];
  readonly before: RunScores;
  readonly after: RunScores;
}
export type Comparisons = Readonly<Record<Measure, Comparison>>;

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<CompareRequest>) => void) | null;
  postMessage(reply: Comparisons): void;
};
scope.onmessage = ({ data }) =>
  scope.postMessage({
    ap: compareRuns(data.names, data.before, data.after, 'ap'),
    f1: compareRuns(data.names, data.before, data.after, 'f1'),
  });
