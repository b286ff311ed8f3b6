import type { StudioEvent } from '../../shared/contract/studio.ts';

/** True when a hidden window receives an event: only when something starts, ends or fails. It catches up when shown. */
export function isForHiddenWindow(event: StudioEvent): boolean {
  if (event.type === 'activity' || event.type === 'load' || event.type === 'weightsChanged') return false;
  return (
    event.type !== 'run' ||
    event.event.type === 'finished' ||
    event.event.type === 'failed' ||
    event.event.type === 'stopped'
  );
}
