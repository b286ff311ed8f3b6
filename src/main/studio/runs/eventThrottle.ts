import type { StudioEvent } from '../../../shared/contract/studio.ts';
import type { RunEvent } from '../../../shared/events.ts';

/**
 * Steps and progress come dozens of times a second: of each kind only the last one goes out, once a second. A curve grows by less
 * than a pixel in that time, and every redraw takes time from the training beside it.
 */
const EVERY_MS = 1000;

export function createEventThrottle(emit: (event: StudioEvent) => void): {
  send(project: string, run: string, event: RunEvent): void;
  dispose(): void;
} {
  const pending = new Map<string, StudioEvent>();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    for (const event of pending.values()) emit(event);
    pending.clear();
  };
  return {
    send: (project, run, event) => {
      if (event.type === 'step' || event.type === 'progress') {
        pending.set(`${run}/${event.type}`, { type: 'run', project, run, event });
        timer ??= setTimeout(flush, EVERY_MS);
        return;
      }
      // What waits came before this.
      clearTimeout(timer);
      flush();
      emit({ type: 'run', project, run, event });
    },
    dispose: () => {
      clearTimeout(timer);
    },
  };
}
