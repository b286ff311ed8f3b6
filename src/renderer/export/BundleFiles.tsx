import { Button } from '@mantine/core';
import { IconFile, IconLock } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Export } from '../../shared/contract/exports.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { attempt } from '../stores/studio.ts';
import { filePurpose, grouped } from './exportWords.ts';

/** The files of the bundle with their purpose, and the text of the selected one. Test figures stay sealed here too. */
export function BundleFiles({ bundle, run }: { bundle: Export; run: RunSummary }) {
  const { t, f } = useWording();
  const [file, setFile] = useState('inference_config.json');
  const [shown, setShown] = useState<{ text: string | null; sealed: boolean } | null>(null);
  useEffect(() => {
    let current = true;
    setShown(null);
    void call('export.file', { project: run.project, run: run.id, name: file }).then(
      (found) => {
        if (current) setShown(found);
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [file, run.id, run.testOpened, bundle.writtenAt]);
  return (
    <section className="panel line-right" aria-label={t('export.inside')}>
      <div className="panel-head">
        <h2>{t('export.inside')}</h2>
        <span className="quiet">{t('export.files', { fileCount: bundle.files.length })}</span>
      </div>
      <div className="scroll grow">
        {grouped(bundle.files).map(({ name, bytes, files, shown: opened }) => (
          <button
            key={name}
            type="button"
            className="bundle-file"
            aria-pressed={file === opened}
            onClick={() => setFile(opened)}
          >
            <IconFile size={15} className="quiet" aria-hidden="true" />
            <span className="grow column">
              <code className="cut">{name}</code>
              <span className="small quiet cut">
                {files > 1 ? `${f.count(files)} · ` : ''}
                {filePurpose(name, t)}
              </span>
            </span>
            <span className="quiet num">{f.bytes(bytes)}</span>
          </button>
        ))}
      </div>
      {shown?.sealed === true && (
        <div className="row line-top sealed-file">
          <IconLock size={15} className="quiet" aria-hidden="true" />
          <span className="small soft grow">{t('export.figuresTestClosedOpeningNoted', { file })}</span>
          <Button
            variant="default"
            onClick={() => void attempt(() => call('tune.openTest', { project: run.project, run: run.id }))}
          >
            {t('common.openTest')}
          </Button>
        </div>
      )}
      {shown?.text != null && (
        <pre className="file-text" tabIndex={0} aria-label={file}>
          {shown.text.slice(0, 6000)}
        </pre>
      )}
    </section>
  );
}
