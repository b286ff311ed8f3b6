import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import type { QueueEntry } from '../../shared/contract/studio.ts';
import type { RunEvent } from '../../shared/events.ts';
import type { Wording } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import { onRunEvent, useStudio } from '../stores/studio.ts';

const PRODUCT = 'Destila Studio';

type End = Extract<RunEvent, { type: 'finished' | 'failed' }>;

/** What is told when a run ends. It is done, which says nothing about how good the model is. */
export function endNotice({ w, said }: Pick<Wording, 'w' | 'said'>, event: End, run: string | null): string {
  const name = run === null ? w('The run', 'El entrenamiento') : said(run);
  return event.type === 'finished'
    ? w(`${name} is done.`, `${name} ha acabado.`)
    : `${name}: ${said(event.problem.message)}`;
}

/** The title of the tab: how far the running run is, for a tab that is not looked at. */
export function tabTitle(
  said: Wording['said'],
  entry: Pick<QueueEntry, 'name'> | null,
  progress: { readonly done: number; readonly total: number } | null,
): string {
  if (entry === null) return PRODUCT;
  const share = progress === null ? '' : `${Math.floor((100 * progress.done) / Math.max(1, progress.total))} % · `;
  return `${share}${said(entry.name)} · ${PRODUCT}`;
}

/** A run's end is told where somebody is: on the page, and by the system where the window is hidden and may do so. The desktop tells it itself. */
export function useEndNotices(): void {
  const { w, said } = useWording();
  useEffect(
    () =>
      onRunEvent((run, event) => {
        if (event.type !== 'finished' && event.type !== 'failed') return;
        const { runs, screen, hello } = useStudio.getState();
        const message = endNotice({ w, said }, event, runs.find(({ id }) => id === run)?.name ?? null);
        if (document.hidden && hello?.door === 'browser' && noticesAllowed() === 'granted')
          new Notification('Destila Studio', { body: message, icon: '/icon.svg', tag: run }).addEventListener(
            'click',
            () => window.focus(),
          );
        // The Train screen says it itself.
        if (screen !== 'train')
          notifications.show({
            message,
            color: event.type === 'finished' ? 'green' : 'red',
            closeButtonProps: { 'aria-label': w('Close', 'Cerrar') },
          });
      }),
    [w, said],
  );
}

/** Null where the browser has no notifications. */
export const noticesAllowed = (): NotificationPermission | null =>
  'Notification' in window ? Notification.permission : null;

/** How far the running run is, where a tab that is not looked at shows it too. */
export function useRunInTitle(): void {
  const { said } = useWording();
  useEffect(() => {
    const unsubscribe = useStudio.subscribe(({ queue, progress }) => {
      const entry = queue.find(({ state }) => state !== 'waiting');
      const title = tabTitle(said, entry ?? null, entry === undefined ? null : (progress[entry.run] ?? null));
      if (document.title !== title) document.title = title;
    });
    return () => {
      unsubscribe();
      document.title = PRODUCT;
    };
  }, [said]);
}
