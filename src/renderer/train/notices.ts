import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { useWording } from '../i18n/words.ts';
import { onRunEvent, useStudio } from '../stores/studio.ts';

/** A run's end is told where somebody is: on the page, and by the system where the window is hidden and may do so. The desktop tells it itself. */
export function useEndNotices(): void {
  const { w, said } = useWording();
  useEffect(
    () =>
      onRunEvent((run, event) => {
        if (event.type !== 'finished' && event.type !== 'failed') return;
        const { runs, screen, hello } = useStudio.getState();
        const name = said(runs.find(({ id }) => id === run)?.name ?? w('The run', 'El entrenamiento'));
        const message =
          event.type === 'finished'
            ? w(`${name} is done.`, `${name} ha acabado.`)
            : `${name}: ${said(event.problem.message)}`;
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

const PRODUCT = 'Destila Studio';

/** How far the running run is, where a tab that is not looked at shows it too. */
export function useRunInTitle(): void {
  const { said } = useWording();
  useEffect(() => {
    const unsubscribe = useStudio.subscribe(({ queue, progress }) => {
      const entry = queue.find(({ state }) => state !== 'waiting');
      const now = entry === undefined ? undefined : progress[entry.run];
      const title =
        entry === undefined
          ? PRODUCT
          : `${now === undefined ? '' : `${Math.floor((100 * now.done) / Math.max(1, now.total))} % · `}${said(entry.name)} · ${PRODUCT}`;
      if (document.title !== title) document.title = title;
    });
    return () => {
      unsubscribe();
      document.title = PRODUCT;
    };
  }, [said]);
}
