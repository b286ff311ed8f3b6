import { useEffect, useState } from 'react';
import type { RunHistory, RunSummary } from '../../shared/contract/runs.ts';
import type { RunEvent } from '../../shared/events.ts';
import { call } from '../api/client.ts';
import { onRunEvent, useStudio } from '../stores/studio.ts';

/** A run's curves, live: steps are added as they come, each epoch brings the whole anew. */
export function useHistory({ id, project, state }: RunSummary): RunHistory | null {
  const [history, setHistory] = useState<RunHistory | null>(null);
  const connected = useStudio((store) => store.connected);
  useEffect(() => {
    let current = true;
    const read = (): void => void call('runs.history', { project, run: id }).then((found) => { if (current) setHistory(found); }, () => undefined);
    read();
    const stop = onRunEvent((run, event) => {
      if (run !== id) return;
      if (event.type === 'epoch' || event.type === 'stageFinished' || event.type === 'note' || event.type === 'finished') read();
      if (event.type === 'step') setHistory((before) => (before === null ? null : withStep(before, event)));
    });
    return () => {
      current = false;
      stop();
    };
  }, [id, project, state, connected]);
  return history;
}

function withStep(history: RunHistory, { stage, phase, epoch, step, metrics }: Extract<RunEvent, { type: 'step' }>): RunHistory {
  return {
    ...history,
    phases: history.phases.map((own) => {
      if (own.stage !== stage || own.phase !== phase) return own;
      const at = epoch + step / own.stepsPerEpoch;
      if (at <= (own.steps.at.at(-1) ?? -1)) return own;
      return { ...own, steps: { at: [...own.steps.at, at], loss: [...own.steps.loss, metrics.loss ?? null], learningRate: [...own.steps.learningRate, metrics.learning_rate ?? null] } };
    }),
  };
}
