import { NumberInput, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, changeSettings, useParts, useStudio } from '../stores/studio.ts';
import { DiskUseOfProjects, DiskUseOfRuns } from './DiskUse.tsx';
import { Part, Row } from './Part.tsx';

/** What the studio keeps on disk, and where it downloads from. */
export function Storage() {
  const { t } = useWording();
  const { settings, runs, project, hello } = useParts('settings', 'runs', 'project', 'hello');
  const [usage, setUsage] = useState<{ thumbnails: number; pixels: number } | null>(null);
  const read = (): void => void call('cache.usage', {}).then(setUsage, () => undefined);
  useEffect(read, []);
  return (
    <Part id="storage" title={t('settings.storage')}>
      <Row name={t('settings.thumbnails')} hint={t('settings.madeBackgroundOldestGoFirst')}>
        <span className="row">
          <NumberInput
            w={90}
            aria-label={t('settings.mostGigabytesThumbnails')}
            min={0.1}
            max={1000}
            step={1}
            value={settings?.thumbnailGigabytes ?? 4}
            onChange={(value) => {
              if (Number(value) >= 0.1) void changeSettings({ thumbnailGigabytes: Number(value) });
            }}
          />
          GB
          <Used what="thumbnails" bytes={usage?.thumbnails ?? null} onCleared={read} />
        </span>
      </Row>
      <Row name={t('settings.decodedPixels')} hint={t('settings.makeTrainingFasterDataCache')}>
        <Used what="pixels" bytes={usage?.pixels ?? null} onCleared={read} />
      </Row>
      <Row name={t('settings.proxyDownloads')} hint={t('settings.ofPretrainedWeightsEmptyTakes')}>
        <Proxy />
      </Row>
      {project !== null && runs.length > 0 && <DiskUseOfRuns project={project.name} />}
      <DiskUseOfProjects open={project?.id ?? null} />
      <p className="small quiet">
        {t('settings.nothingLeavesMachineNoTelemetry')}{' '}
        {hello?.door === 'browser' ? t('settings.windowAnswers12700') : ''}
      </p>
    </Part>
  );
}

/** The size of one part of the cache, with a button to empty it. */
function Used({ what, bytes, onCleared }: { what: 'thumbnails' | 'pixels'; bytes: number | null; onCleared(): void }) {
  const { t, f } = useWording();
  return (
    <span className="row">
      <span className="num">{f.bytes(bytes)}</span>
      <button
        type="button"
        className="link"
        disabled={(bytes ?? 0) === 0}
        aria-label={what === 'thumbnails' ? t('settings.clearThumbnails') : t('settings.clearDecodedPixels')}
        onClick={() => void attempt(() => call('cache.clear', { what })).then(onCleared)}
      >
        {t('settings.clear')}
      </button>
    </span>
  );
}

/** Commit on blur; partial URLs are invalid. */
function Proxy() {
  const { t } = useWording();
  const proxy = useStudio((state) => state.settings?.proxy ?? '');
  const [text, setText] = useState(proxy);
  useEffect(() => setText(proxy), [proxy]);
  const wrong = text !== '' && !/^https?:\/\/\S+$/.test(text);
  return (
    <TextInput
      w={210}
      aria-label={t('settings.proxyDownloads')}
      placeholder="http://proxy:8080"
      spellCheck={false}
      value={text}
      error={wrong ? t('settings.httpHostPort') : undefined}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => {
        if (!wrong && text !== proxy) void changeSettings({ proxy: text });
      }}
    />
  );
}
