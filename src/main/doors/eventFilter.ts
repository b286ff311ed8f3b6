import type { StudioEvent } from '../../shared/contract/studio.ts';

/** What a window that nobody sees is still told: that something began, ended or went wrong. It catches up when it is shown. */
export function matters(event: StudioEvent): boolean {
  if (event.type === 'activity' || event.type === 'load' || event.type === 'weightsChanged') return false;
  return (
    event.type !== 'run' ||
    event.event.type === 'finished' ||
    event.event.type === 'failed' ||
    event.event.type === 'stopped'
  );
}
