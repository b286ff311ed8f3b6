import { useEffect, useMemo, useState } from 'react';
import type { PhaseHistory, RunHistory, RunSummary } from '../../shared/contract/runs.ts';
import { call } from '../api/client.ts';
import { onRunEvent, useStudio } from '../stores/studio.ts';
import type { StepEvent } from './curves.ts';
import { withSteps } from './curves.ts';

/** What a run has learned so far: each epoch brings the whole anew. Single steps come through `useLivePhases`, to the charts that show them. */
export function useHistory({ id, project, state }: RunSummary): RunHistory | null {
  const [history, setHistory] = useState<RunHistory | null>(null);
  const connected = useStudio((store) => store.connection === 'there');
  useEffect(() => {
    let current = true;
    const read = (): void =>
      void call('runs.history', { project, run: id }).then(
        (found) => {
          if (current) setHistory(found);
        },
        () => undefined,
      );
    read();
    const stop = onRunEvent((run, event) => {
      if (
        run === id &&
        (event.type === 'epoch' ||
          event.type === 'stageStarted' ||
          event.type === 'stageFinished' ||
          event.type === 'note' ||
          event.type === 'finished')
      )
        read();
    });
    return () => {
      current = false;
      stop();
    };
  }, [id, project, state, connected]);
  return history;
}

/** The phases of a history with the steps that came since it was read. */
export function useLivePhases(history: RunHistory): readonly PhaseHistory[] {
  const [since, setSince] = useState<{ readonly of: RunHistory; readonly steps: readonly StepEvent[] }>({
    of: history,
    steps: [],
  });
  useEffect(
    () =>
      onRunEvent((run, event) => {
        if (run === history.run && event.type === 'step')
          setSince((before) => ({ of: history, steps: [...(before.of === history ? before.steps : []), event] }));
      }),
    [history],
  );
  return useMemo(
    () => (since.of === history ? withSteps(history.phases, since.steps) : history.phases),
    [history, since],
  );
}
