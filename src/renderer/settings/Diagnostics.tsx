import { Button, CopyButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { useStudio } from '../stores/studio.ts';
import { Part } from './Part.tsx';

export function Diagnostics() {
  const { t } = useWording();
  const hello = useStudio((state) => state.hello);
  const [{ text, logFile }, setFound] = useState<{ text: string | null; logFile: string }>({ text: null, logFile: '' });
  useEffect(() => {
    void call('studio.diagnostics', {}).then(setFound, () => undefined);
  }, []);
  return (
    <Part id="help" title={t('settings.diagnostics')}>
      <p className="soft">{t('settings.developerNeedsHelpYouVersions')}</p>
      <div className="row">
        <CopyButton value={text ?? ''}>
          {({ copied, copy }) => (
            <Button variant="default" disabled={text === null} onClick={copy}>
              {copied ? t('common.copied') : t('settings.copyDiagnostics')}
            </Button>
          )}
        </CopyButton>
        {hello?.door === 'desktop' && (
          <Button variant="default" onClick={() => void call('files.reveal', { project: null, path: 'log' })}>
            {t('settings.showLog')}
          </Button>
        )}
        <span className="quiet">Destila Studio {hello?.version}</span>
      </div>
      {hello?.door === 'browser' && logFile !== '' && (
        <p className="small quiet long-path">
          {t('settings.logLies')} <code>{logFile}</code>{' '}
          <CopyButton value={logFile}>
            {({ copied, copy }) => (
              <button type="button" className="link" onClick={copy}>
                {copied ? t('common.copied') : t('common.copy')}
              </button>
            )}
          </CopyButton>
        </p>
      )}
      {text !== null && (
        <pre className="diagnostics" tabIndex={0} aria-label={t('settings.diagnostics')}>
          {text}
        </pre>
      )}
    </Part>
  );
}
