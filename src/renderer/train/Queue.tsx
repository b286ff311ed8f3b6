import { Switch } from '@mantine/core';
import { useState } from 'react';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, changeSettings, go, useParts } from '../stores/studio.ts';
import { noticesAllowed } from './notices.ts';

/** What trains after this one, through the night. */
export function Queue({ project }: { project: string }) {
  const { w, said } = useWording();
  const { queue, settings, hello } = useParts('queue', 'settings', 'hello');
  const [allowed, setAllowed] = useState(noticesAllowed);
  if (queue.length === 0) return null;
  return (
    <section className="line-top" style={{ padding: '0 16px 12px' }} aria-label={w('Queue', 'Cola')}>
      <div className="panel-head" style={{ paddingInline: 0 }}>
        <h2>{w('Queue', 'Cola')}</h2>
        <span className="quiet">{queue.length}</span>
      </div>
      {queue.map((entry) => (
        <div key={entry.run} className="row" style={{ minHeight: 26 }}>
          <button
            type="button"
            className="link grow cut"
            disabled={entry.project !== project}
            onClick={() => go('train', entry.run)}
          >
            {said(entry.name)}
          </button>
          <span className="quiet small">
            {entry.state === 'running'
              ? w('running', 'en marcha')
              : entry.state === 'paused'
                ? w('paused', 'en pausa')
                : w('waiting', 'en espera')}
          </span>
          {entry.state === 'waiting' && (
            <button
              type="button"
              className="link"
              onClick={() => void attempt(() => call('runs.cancel', { project: entry.project, run: entry.run }))}
            >
              {w('Remove', 'Quitar')}
            </button>
          )}
        </div>
      ))}
      <Switch
        mt={6}
        label={w('Leave cores free for other programs (from the next run)', 'Dejar núcleos libres (desde el próximo)')}
        checked={settings?.polite ?? false}
        onChange={(event) => void changeSettings({ polite: event.currentTarget.checked })}
      />
      {hello?.door === 'browser' && allowed === 'default' && (
        <button
          type="button"
          className="link small"
          style={{ marginTop: 6 }}
          onClick={() => void Notification.requestPermission().then(setAllowed)}
        >
          {w('Tell me when it ends, even in another window', 'Avísame al acabar, aunque esté en otra ventana')}
        </button>
      )}
    </section>
  );
}
