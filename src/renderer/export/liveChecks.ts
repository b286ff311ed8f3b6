import { useEffect, useState } from 'react';
import type { ExportCheck } from '../../shared/contract/exports.ts';
import type { RunEvent } from '../../shared/events.ts';
import { onRunEvent } from '../stores/studio.ts';
import type { ExportWork } from './exportStore.ts';

/** A running export: images compared with LiteRT so far, then each check of the written bundle as it is made. */
export interface LiveChecks {
  readonly compared: { readonly done: number; readonly total: number } | null;
  readonly written: boolean;
  readonly checks: readonly ExportCheck[];
}

export const noChecks: LiveChecks = { compared: null, written: false, checks: [] };

/** For an existing bundle: `compared` images were compared with LiteRT before it was written. */
export const checksOfBundle = (compared: number | null): LiveChecks => ({
  compared: compared === null ? null : { done: compared, total: compared },
  written: true,
  checks: [],
});

export function withEvent(live: LiveChecks, event: RunEvent): LiveChecks {
  switch (event.type) {
    case 'progress':
      return event.stage === 'export' && !live.written
        ? { ...live, compared: { done: event.done, total: event.total } }
        : live;
    case 'stageFinished':
      return event.stage === 'export' ? { ...live, written: true } : live;
    case 'check':
      return {
        ...live,
        checks: [...live.checks, { name: event.name, ok: event.fault === null, detail: event.fault ?? event.note }],
      };
    default:
      return live;
  }
}

/** Null when nothing is being exported or checked. */
export function useLiveChecks(run: string | null, work: ExportWork | null, compared: number | null): LiveChecks | null {
  const [live, setLive] = useState(noChecks);
  useEffect(() => {
    setLive(work === 'check' ? checksOfBundle(compared) : noChecks);
    return work === null
      ? undefined
      : onRunEvent((other, event) => {
          if (other === run) setLive((before) => withEvent(before, event));
        });
  }, [run, work]);
  return work === null ? null : live;
}
