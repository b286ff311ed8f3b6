import { useEffect, useState } from 'react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { call } from '../api/client.ts';
import { scoreBytes } from '../tune/scores.ts';
import type { CompareRequest, Comparisons } from './compareWorker.ts';
import type { Refusal } from './refusal.ts';
import { refusal } from './refusal.ts';

export type Compared =
  | { readonly state: 'nothing' }
  | { readonly state: 'working' }
  | { readonly state: 'done'; readonly comparisons: Comparisons; readonly images: number }
  | { readonly state: 'refused'; readonly why: Refusal };

/** Compares per label on validation, in a worker. Runs whose images or labels differ are not comparable. */
export function useComparison(before: RunSummary | null, after: RunSummary | null): Compared {
  const [compared, setCompared] = useState<Compared>({ state: 'nothing' });
  const tuned = (run: RunSummary | null): boolean =>
    run?.stages.some(({ stage, state }) => stage === 'thresholds' && state === 'finished') ?? false;
  const ready = tuned(before) && tuned(after);
  useEffect(() => {
    if (before === null || after === null || !ready) return setCompared({ state: 'nothing' });
    const why = refusal(before, after);
    if (why !== null) return setCompared({ state: 'refused', why });
    setCompared({ state: 'working' });
    const worker = new Worker(new URL('./compareWorker.ts', import.meta.url), { type: 'module' });
    let current = true;
    void Promise.all([before, after].map((run) => call('tune.read', { project: run.project, run: run.id }))).then(
      ([a, b]) => {
        if (!current) return;
        const [first, second] = [scoreBytes(a!.val), scoreBytes(b!.val)];
        const same =
          a!.labels.join('\n') === b!.labels.join('\n') &&
          a!.val.paths.join('\n') === b!.val.paths.join('\n') &&
          first.labels.every((label, i) => label === second.labels[i]);
        if (!same) return setCompared({ state: 'refused', why: 'validation' });
        worker.onmessage = ({ data }: MessageEvent<Comparisons>) => {
          if (current) setCompared({ state: 'done', comparisons: data, images: a!.val.paths.length });
        };
        const request: CompareRequest = {
          names: a!.labels,
          before: { codes: first.codes, labels: first.labels, thresholds: a!.saved.map(({ k }) => k) },
          after: { codes: second.codes, labels: second.labels, thresholds: b!.saved.map(({ k }) => k) },
        };
        worker.postMessage(request);
      },
      () => setCompared({ state: 'nothing' }),
    );
    return () => {
      current = false;
      worker.terminate();
    };
  }, [before?.id, after?.id, ready]);
  return compared;
}
