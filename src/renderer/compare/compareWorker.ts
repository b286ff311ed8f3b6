import type { Comparison, RunScores } from './differences.ts';
import { compareRuns } from './differences.ts';

export interface CompareRequest { readonly names: readonly string[]; readonly before: RunScores; readonly after: RunScores }

const scope = self as unknown as { onmessage: ((event: MessageEvent<CompareRequest>) => void) | null; postMessage(reply: Comparison): void };
scope.onmessage = ({ data }) => scope.postMessage(compareRuns(data.names, data.before, data.after));
