import { Switch } from '@mantine/core';
import { useState } from 'react';
import { runName } from '../../shared/runName.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, changeSettings, go, useParts } from '../stores/studio.ts';
import { noticesAllowed } from './notices.ts';

/** The runs that train after this one. */
export function Queue({ project }: { project: string }) {
  const { t, said } = useWording();
  const { queue, settings, hello } = useParts('queue', 'settings', 'hello');
  const [allowed, setAllowed] = useState(noticesAllowed);
  if (queue.length === 0) return null;
  return (
    <section className="line-top panel-part" aria-label={t('train.queue')}>
      <div className="panel-head flush">
        <h2>{t('train.queue')}</h2>
        <span className="quiet">{queue.length}</span>
      </div>
      {queue.map((entry) => (
        <div key={entry.run} className="row queue-entry">
          <button
            type="button"
            className="link grow cut"
            disabled={entry.project !== project}
            onClick={() => go('train', entry.run)}
          >
            {said(runName(entry.name))}
          </button>
          <span className="quiet small">
            {entry.state === 'running'
              ? t('common.running')
              : entry.state === 'paused'
                ? t('train.paused')
                : t('common.waiting')}
          </span>
          {entry.state === 'waiting' && (
            <button
              type="button"
              className="link"
              onClick={() => void attempt(() => call('runs.cancel', { project: entry.project, run: entry.run }))}
            >
              {t('train.remove')}
            </button>
          )}
        </div>
      ))}
      <Switch
        mt={6}
        label={t('train.leaveCoresFreeOtherPrograms')}
        checked={settings?.polite ?? false}
        onChange={(event) => void changeSettings({ polite: event.currentTarget.checked })}
      />
      {hello?.door === 'browser' && allowed === 'default' && (
        <button
          type="button"
          className="link small queue-notices"
          onClick={() => void Notification.requestPermission().then(setAllowed)}
        >
          {t('train.tellMeWhenEndsEven')}
        </button>
      )}
    </section>
  );
}
