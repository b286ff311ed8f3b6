import { useEffect, useMemo, useState } from 'react';
import type { PhaseHistory, RunHistory, RunSummary } from '../../shared/contract/runs.ts';
import type { RunEvent } from '../../shared/events.ts';
import { call } from '../api/client.ts';
import { onRunEvent, useStudio } from '../stores/studio.ts';
import type { StepEvent } from './curves.ts';
import { withSteps } from './curves.ts';

/** True when an event changes a run's history. Single steps do not; they come through `useLivePhases`. */
export const changesHistory = (event: RunEvent): boolean =>
  ['epoch', 'stageStarted', 'stageFinished', 'note', 'finished'].includes(event.type);

/** Steps reported since a history was read. */
export interface Since {
  readonly of: RunHistory;
  readonly steps: readonly StepEvent[];
}

/** Adds an event, ignoring steps of other runs and starting over when a new history was read. */
export function withEvent(since: Since, history: RunHistory, run: string, event: RunEvent): Since {
  if (run !== history.run || event.type !== 'step') return since;
  return { of: history, steps: [...(since.of === history ? since.steps : []), event] };
}

/** A run's history, reread after each epoch. Charts add single steps with `useLivePhases`. */
export function useHistory({ id, project, state }: RunSummary): RunHistory | null {
  const [history, setHistory] = useState<RunHistory | null>(null);
  const connected = useStudio((store) => store.connection === 'there');
  useEffect(() => {
    let current = true;
    let [asked, shown] = [0, 0];
    const read = (): void => {
      const own = ++asked;
      void call('runs.history', { project, run: id }).then(
        (found) => {
          // Ignore an older answer that arrives after a newer one.
          if (!current || own < shown) return;
          shown = own;
          setHistory(found);
        },
        () => undefined,
      );
    };
    read();
    const stop = onRunEvent((run, event) => {
      if (run === id && changesHistory(event)) read();
    });
    return () => {
      current = false;
      stop();
    };
  }, [id, project, state, connected]);
  return history;
}

/** The phases of a history plus the steps reported since. */
export function useLivePhases(history: RunHistory): readonly PhaseHistory[] {
  const [since, setSince] = useState<Since>({ of: history, steps: [] });
  useEffect(() => onRunEvent((run, event) => setSince((before) => withEvent(before, history, run, event))), [history]);
  return useMemo(
    () => (since.of === history ? withSteps(history.phases, since.steps) : history.phases),
    [history, since],
  );
}
