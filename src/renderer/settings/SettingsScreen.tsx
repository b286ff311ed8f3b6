import { Button } from '@mantine/core';
import { Answer } from '../components/Answer.tsx';
import { openShortcuts } from '../components/ShortcutSheet.tsx';
import { useWording } from '../i18n/words.ts';
import { useStudio } from '../stores/studio.ts';
import { Diagnostics } from './Diagnostics.tsx';
import { Engines } from './Engines.tsx';
import { Look } from './Look.tsx';
import { Part } from './Part.tsx';
import { Storage } from './Storage.tsx';
import './settings.css';

/** Every change takes effect immediately; there is no Save button. */
export default function SettingsScreen() {
  const { t, said } = useWording();
  const machine = useStudio((state) => state.hello?.machine ?? null);
  const works = machine?.engines
    .filter(({ state }) => state === 'works')
    .sort((a, b) => (b.imagesPerSecond ?? 0) - (a.imagesPerSecond ?? 0))[0];
  const parts = [
    ['engine', t('common.engine')],
    ['storage', t('settings.storage')],
    ['look', t('settings.languageLook')],
    ['keys', t('common.shortcuts')],
    ['help', t('settings.diagnostics')],
  ] as const;
  return (
    <>
      <Answer
        tone={machine === null ? 'plain' : works === undefined ? 'bad' : 'ok'}
        headline={
          machine === null
            ? t('settings.machineNotMeasuredYet')
            : works === undefined
              ? t('settings.noEngineWorksMachine')
              : works.device === 'cpu'
                ? t('settings.trainingRunsProcessor')
                : t('settings.graphicsCardFastestHere')
        }
        reason={works === undefined ? '' : said(works.description)}
      />
      <div className="settings">
        <nav className="line-right" aria-label={t('settings.parts')}>
          {parts.map(([id, name]) => (
            <button key={id} type="button" onClick={() => document.getElementById(id)?.scrollIntoView()}>
              {name}
            </button>
          ))}
        </nav>
        <div className="scroll settings-rows">
          <Engines />
          <Storage />
          <Look />
          <Keys />
          <Diagnostics />
        </div>
      </div>
    </>
  );
}

function Keys() {
  const { t } = useWording();
  return (
    <Part id="keys" title={t('common.shortcuts')}>
      <div>
        <Button variant="default" onClick={openShortcuts}>
          {t('settings.showAll')}
          <kbd>?</kbd>
        </Button>
      </div>
    </Part>
  );
}
