import { Notification } from 'electron';
import type { StudioEvent } from '../../../shared/contract/studio.ts';
import type { Translate } from '../../../shared/locales/translate.ts';
import { say } from '../../../shared/message.ts';

/**
 * Notifications are held until they end, or else the collector takes them, and their click, before they are clicked.
 */
const held = new Set<Notification>();

export function notify(body: string, onClick: () => void): void {
  const notification = new Notification({ title: 'Destila Studio', body });
  held.add(notification);
  const release = (): void => void held.delete(notification);
  notification.on('click', () => {
    release();
    onClick();
  });
  notification.on('close', release);
  notification.on('failed', release);
  notification.show();
}

/** What a person should know about the end of a run, or null. */
export function endText(t: Translate, event: StudioEvent): string | null {
  if (event.type !== 'run') return null;
  if (event.event.type === 'finished') return t('desktop.runFinished');
  return event.event.type === 'failed' ? say(t, event.event.problem) : null;
}

/** What the taskbar or dock shows: a fraction, no bar (-1), or null for no change. */
export function taskbarProgress(event: StudioEvent): number | null {
  if (event.type === 'queue') return event.queue.some(({ state }) => state !== 'waiting') ? null : -1;
  if (event.type !== 'run' || event.event.type !== 'progress') return null;
  const { done, total } = event.event;
  return total > 0 ? Math.min(1, done / total) : null;
}
