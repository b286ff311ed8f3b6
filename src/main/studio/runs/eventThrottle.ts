import type { StudioEvent } from '../../../shared/contract/studio.ts';
import type { RunEvent } from '../../../shared/events.ts';

/**
 * Steps and progress arrive dozens of times per second. Only the latest of each kind is sent, once per second: a curve
 * grows by less than a pixel in that time, and every redraw slows down the training.
 */
const EVERY_MS = 1000;

export interface EventThrottle {
  send(project: string, run: string, event: RunEvent): void;
  dispose(): void;
}

export function createEventThrottle(emit: (event: StudioEvent) => void): EventThrottle {
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
      // Pending events came before this one.
      clearTimeout(timer);
      flush();
      emit({ type: 'run', project, run, event });
    },
    dispose: () => {
      clearTimeout(timer);
    },
  };
}
