import { Button } from '@mantine/core';
import { useRef, useState } from 'react';
import type { Export, TryResult } from '../../shared/contract/exports.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import type { ProblemData } from '../../shared/problem.ts';
import { toProblemData } from '../../shared/problem.ts';
import { call, downloadUrl } from '../api/client.ts';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { askForFolder } from '../welcome/openFolder.ts';

const SHOWN = 10;

/** Scores an image or a whole folder with the exported file itself; a folder gives a table. */
export function TryIt({ run, bundle }: { run: RunSummary; bundle: Export }) {
  const { t, f, said } = useWording();
  const chooser = useRef<HTMLInputElement>(null);
  const [tried, setTried] = useState<{ name: string; result: TryResult } | null>(null);
  const [folder, setFolder] = useState<{ csv: string; images: number; unreadable: number } | null>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<ProblemData | null>(null);
  const place = { project: run.project, run: run.id };
  const work = async (job: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setFault(null);
    await job().catch((error: unknown) => setFault(toProblemData(error)));
    setBusy(false);
  };
  const tryFile = (file: File): Promise<void> =>
    work(async () => {
      const base64 = await base64Of(file);
      setTried({ name: file.name, result: await call('export.try', { ...place, image: { base64 } }) });
    });
  const tryFolder = async (): Promise<void> => {
    const chosen = await askForFolder();
    if (chosen !== null) await work(async () => setFolder(await call('export.folder', { ...place, folder: chosen })));
  };
  const order =
    tried === null
      ? []
      : [...tried.result.codes.keys()].sort((a, b) => tried.result.codes[b]! - tried.result.codes[a]!).slice(0, SHOWN);
  return (
    <div
      className="try line-top scroll"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        const file = event.dataTransfer.files[0];
        if (file !== undefined && file.type.startsWith('image/')) {
          event.preventDefault();
          event.stopPropagation();
          void tryFile(file);
        }
      }}
    >
      <div className="row">
        <h2>{t('export.try')}</h2>
        <span className="quiet cut">{t('export.runsExportedFileItself')}</span>
      </div>
      {fault !== null && (
        <p className="small bad" role="alert">
          {said(fault)}
        </p>
      )}
      {tried !== null && (
        <div className="tried">
          <figure>
            <img src={`data:image/png;base64,${tried.result.input}`} alt={t('export.modelSaw')} />
            <figcaption className="small quiet cut">
              {tried.name}, {f.decimal(tried.result.milliseconds, 0)} ms
            </figcaption>
          </figure>
          <div className="grow">
            {order.map((c) => {
              const [q, k] = [tried.result.codes[c]!, tried.result.thresholds[c]!];
              return (
                <div key={c} className="row tried-label">
                  <span className={`grow cut ${q >= k ? 'strong' : 'soft'}`}>
                    <Label name={tried.result.labels[c]!} most={18} />
                  </span>
                  <span className="tried-score" aria-hidden="true">
                    <i data-on={q >= k} style={{ width: `${(100 * q) / 256}%` }} />
                    <b style={{ left: `${(100 * k) / 256}%` }} />
                  </span>
                  <span className="num">{f.score(q / 256, 2)}</span>
                  <span className="ok tried-mark">{q >= k ? '✓' : ''}</span>
                </div>
              );
            })}
          </div>
        </div>
      )}
      <div className="try-drop">
        <span className="soft">{t('export.dropAnyPhotoHere')}</span>
        <input
          ref={chooser}
          type="file"
          accept="image/*"
          hidden
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file !== undefined) void tryFile(file);
            event.currentTarget.value = '';
          }}
        />
        <Button variant="subtle" loading={busy} onClick={() => chooser.current?.click()}>
          {t('export.chooseOne')}
        </Button>
        <Button variant="subtle" disabled={busy} onClick={() => void tryFolder()}>
          {t('export.wholeFolder')}
        </Button>
      </div>
      {folder !== null && (
        <p className="small" role="status">
          {t('export.imagesScored', { count: folder.images, number: f.count(folder.images) })}
          {folder.unreadable > 0 &&
            ` ${t('export.imagesUnreadable', { count: folder.unreadable, number: f.count(folder.unreadable) })}`}{' '}
          <a
            className="link"
            href={downloadUrl(run.project, run.id, `predictions/${folder.csv.split(/[\\/]/).at(-1)}`)}
            download
          >
            {t('export.downloadTableCsv')}
          </a>
        </p>
      )}
      <p className="small quiet">
        {t('export.scoresOut', {
          inputSize: bundle.inputSize,
          inputType: bundle.inputType,
          labelCount: bundle.labels.length,
          outputType: bundle.outputType,
        })}
      </p>
    </div>
  );
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
