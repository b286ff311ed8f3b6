import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import type { QueueEntry } from '../../shared/contract/studio.ts';
import type { RunEvent } from '../../shared/events.ts';
import { runName } from '../../shared/runName.ts';
import type { Wording } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import type { Progress, Screen } from '../stores/studio.ts';
import { onRunEvent, useStudio } from '../stores/studio.ts';

export interface EndNotice {
  readonly message: string;
  readonly color: 'green' | 'red';
  /** Also send a system notification, as nobody sees the page. The desktop shell sends its own. */
  readonly bySystem: boolean;
  /** Show a notification on the page, except on Train, which shows the result itself. */
  readonly onPage: boolean;
}

interface Surroundings {
  /** The name of the run, or null if it is not in the list. */
  readonly name: string | null;
  readonly screen: Screen;
  readonly hidden: boolean;
  readonly door: 'browser' | 'desktop' | null;
  readonly allowed: NotificationPermission | null;
}

/** The notification at the end of a run; null for all other events. */
export function endNotice(
  { t, said }: Pick<Wording, 't' | 'said'>,
  event: RunEvent,
  { name, screen, hidden, door, allowed }: Surroundings,
): EndNotice | null {
  if (event.type !== 'finished' && event.type !== 'failed') return null;
  const run = name === null ? t('train.run') : said(runName(name));
  return {
    message: event.type === 'finished' ? t('train.done2', { run }) : `${run}: ${said(event.problem)}`,
    color: event.type === 'finished' ? 'green' : 'red',
    bySystem: hidden && door === 'browser' && allowed === 'granted',
    onPage: screen !== 'train',
  };
}

/** Notifies about the end of a run. */
export function useEndNotices(): void {
  const { t, said } = useWording();
  useEffect(
    () =>
      onRunEvent((run, event) => {
        const { runs, screen, hello } = useStudio.getState();
        const notice = endNotice({ t, said }, event, {
          name: runs.find(({ id }) => id === run)?.name ?? null,
          screen,
          hidden: document.hidden,
          door: hello?.door ?? null,
          allowed: noticesAllowed(),
        });
        if (notice === null) return;
        const { message, color } = notice;
        if (notice.bySystem)
          new Notification('Destila Studio', { body: message, icon: '/icon.svg', tag: run }).addEventListener(
            'click',
            () => window.focus(),
          );
        if (notice.onPage)
          notifications.show({ message, color, closeButtonProps: { 'aria-label': t('common.close') } });
      }),
    [t, said],
  );
}

/** Null if the browser has no notifications. */
export const noticesAllowed = (): NotificationPermission | null =>
  'Notification' in window ? Notification.permission : null;

const PRODUCT = 'Destila Studio';

/** The window's title: the progress of the running run, its name, and the product. */
export function titleOf(
  queue: readonly Pick<QueueEntry, 'run' | 'name' | 'state'>[],
  progress: Readonly<Record<string, Pick<Progress, 'done' | 'total'>>>,
  { said, f }: Pick<Wording, 'said' | 'f'>,
): string {
  const entry = queue.find(({ state }) => state !== 'waiting');
  if (entry === undefined) return PRODUCT;
  const now = progress[entry.run];
  const share = now === undefined ? [] : [f.percent(Math.floor((100 * now.done) / Math.max(1, now.total)) / 100)];
  return [...share, said(runName(entry.name)), PRODUCT].join(' · ');
}

/** Shows the progress of a run in the title, which is also visible for a tab in the background. */
export function useRunInTitle(): void {
  const wording = useWording();
  useEffect(() => {
    const unsubscribe = useStudio.subscribe(({ queue, progress }) => {
      const title = titleOf(queue, progress, wording);
      if (document.title !== title) document.title = title;
    });
    return () => {
      unsubscribe();
      document.title = PRODUCT;
    };
  }, [wording]);
}
