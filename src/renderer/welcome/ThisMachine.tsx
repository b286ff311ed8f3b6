import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, changeSettings, useParts, useStudio } from '../stores/studio.ts';
import { MachineFacts } from './MachineFacts.tsx';

/** What this machine can do, and the language and theme. */
export function ThisMachine() {
  const { t, f } = useWording();
  const { hello, activities, queue } = useParts('hello', 'activities', 'queue');
  const machine = hello?.machine ?? null;
  const measuring = activities.some(({ kind, project }) => kind === 'measure' && project === null);
  const measure = async (): Promise<void> => {
    const found = await attempt(() => call('machine.measure', {}));
    const current = useStudio.getState().hello;
    if (found !== null && current !== null) useStudio.setState({ hello: { ...current, machine: found } });
  };
  // A measurement beside a training would be wrong, and slow it down.
  const unknown = hello !== null && machine === null && queue.length === 0;
  useEffect(() => {
    if (unknown) void measure();
  }, [unknown]);
  return (
    <aside className="machine line-left" aria-label={t('welcome.machine')}>
      <div className="panel-head">
        <h2>{t('welcome.machine')}</h2>
        <span className="push small quiet">
          {machine === null
            ? measuring
              ? t('common.measuring')
              : ''
            : t('common.measured', { measuredAt: f.date(machine.measuredAt) })}
        </span>
      </div>
      <div className="scroll machine-facts">
        {machine === null ? <div className="skeleton machine-loading" /> : <MachineFacts machine={machine} />}
        <Button variant="subtle" className="measure-again" loading={measuring} onClick={() => void measure()}>
          {t('common.measureAgain')}
        </Button>
      </div>
      <LanguageAndTheme />
    </aside>
  );
}

function LanguageAndTheme() {
  const { t } = useWording();
  const settings = useStudio((state) => state.settings);
  return (
    <div className="row line-top machine-foot">
      <button
        type="button"
        className="link"
        onClick={() => void changeSettings({ language: 'en' })}
        aria-pressed={settings?.language === 'en'}
      >
        English
      </button>
      <button
        type="button"
        className="link"
        onClick={() => void changeSettings({ language: 'es' })}
        aria-pressed={settings?.language === 'es'}
      >
        Español
      </button>
      <span className="grow" />
      <button
        type="button"
        className="link"
        onClick={() =>
          void changeSettings({
            theme: settings?.theme === 'light' ? 'dark' : settings?.theme === 'dark' ? 'system' : 'light',
          })
        }
      >
        {settings?.theme === 'light'
          ? t('common.light')
          : settings?.theme === 'dark'
            ? t('common.dark')
            : t('common.system')}
      </button>
    </div>
  );
}
