import { Button, CopyButton, Select, Tabs } from '@mantine/core';
import { IconDownload, IconFolder } from '@tabler/icons-react';
import { useEffect, useMemo } from 'react';
import type { Export } from '../../shared/contract/exports.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { call, downloadUrl } from '../api/client.ts';
import { Answer } from '../components/Answer.tsx';
import { ErrorNote } from '../components/ErrorNote.tsx';
import { useWording } from '../i18n/words.ts';
import { useCommands } from '../stores/commands.ts';
import { useKeys } from '../stores/keys.ts';
import { go, useParts, useStudio } from '../stores/studio.ts';
import { BundleFiles } from './BundleFiles.tsx';
import { FinishedChecks, RunningChecks } from './Checks.tsx';
import { exportAnswer } from './exportAnswer.ts';
import { dismissFault, showExport, startExport, useExport } from './exportStore.ts';
import type { LiveChecks } from './liveChecks.ts';
import { useLiveChecks } from './liveChecks.ts';
import { QualityPanel } from './QualityPanel.tsx';
import { TryIt } from './TryIt.tsx';
import './export.css';

/** Is the file the same model, and is the model good enough? */
export default function ExportScreen() {
  const wording = useWording();
  const { w, said } = wording;
  const { runs, run, hello } = useParts('runs', 'run', 'hello');
  const exportable = useMemo(
    () =>
      runs.filter(
        ({ trashed, stages }) =>
          !trashed && stages.some(({ stage, state }) => stage === 'thresholds' && state === 'finished'),
      ),
    [runs],
  );
  const chosen = exportable.find(({ id }) => id === run) ?? exportable.at(-1);
  const { bundle, read, fault, works } = useExport();
  useEffect(() => {
    if (chosen !== undefined) void showExport(chosen);
  }, [chosen?.id, chosen?.state]);
  const work = works[chosen?.id ?? ''] ?? null;
  const start = (): void => {
    if (chosen !== undefined) void startExport(chosen);
  };
  const live = useLiveChecks(chosen?.id ?? null, work, chosen === undefined ? null : comparedImages(chosen));
  useKeys({ 'mod+e': start });
  useCommands(() =>
    chosen === undefined
      ? []
      : [
          {
            id: 'export',
            text: w(`Export ${said(chosen.name)}`, `Exportar ${said(chosen.name)}`),
            hint: 'Ctrl E',
            run: start,
          },
        ],
  );
  if (chosen === undefined) return <NothingToExport />;
  const { says, because, tone } = exportAnswer(wording, { bundle, read, work, failed: fault !== null, run: chosen });
  return (
    <>
      <Answer tone={tone} says={says} because={because}>
        {exportable.length > 1 && (
          <Select
            aria-label={w('Run', 'Entrenamiento')}
            w={150}
            data={exportable.map((one) => ({ value: one.id, label: said(one.name) })).reverse()}
            value={chosen.id}
            onChange={(id) => {
              if (id !== null) useStudio.setState({ run: id });
            }}
          />
        )}
        {bundle !== null && hello?.door === 'desktop' && (
          <Button
            variant="default"
            leftSection={<IconFolder size={15} />}
            onClick={() => void call('files.reveal', { project: chosen.project, path: bundle.zip })}
          >
            {w('Show in folder', 'Ver en carpeta')}
          </Button>
        )}
        {bundle !== null && !bundle.stale && (
          <Button
            component="a"
            href={downloadUrl(chosen.project, chosen.id, `export/${bundle.zip.split(/[\\/]/).at(-1)}`)}
            download
            leftSection={<IconDownload size={15} />}
            variant="default"
          >
            {w('Download', 'Descargar')}
          </Button>
        )}
        <Button loading={work !== null} onClick={start}>
          {bundle === null ? w('Export', 'Exportar') : w('Export again', 'Exportar de nuevo')}
          <kbd>Ctrl E</kbd>
        </Button>
      </Answer>
      {fault !== null && <ErrorNote problem={fault} onDismiss={dismissFault} />}
      {bundle === null && live !== null ? (
        <div className="export">
          <section className="panel line-right">
            <RunningChecks live={live} />
          </section>
        </div>
      ) : bundle === null ? (
        <div className="empty">
          {read && work === null && (
            <>
              <h2>{w('One button, then every check.', 'Un botón, y luego cada comprobación.')}</h2>
              <p>
                {w(
                  'The model is written, run as phones run it, and compared value by value. If a check fails nothing is written.',
                  'El modelo se escribe, se ejecuta como en un móvil y se compara valor a valor. Si una comprobación falla no se escribe nada.',
                )}
              </p>
            </>
          )}
        </div>
      ) : (
        <Bundle bundle={bundle} run={chosen} live={live} />
      )}
    </>
  );
}

/** How many images the integer reference was compared with LiteRT on, before the bundle was written. */
const comparedImages = (run: RunSummary): number | null =>
  run.stages.find(({ stage }) => stage === 'export')?.summary.compared ?? null;

function Bundle({ bundle, run, live }: { bundle: Export; run: RunSummary; live: LiveChecks | null }) {
  const { w, f, said } = useWording();
  const lost = bundle.floatAp === null || bundle.int8Ap === null ? null : (bundle.floatAp - bundle.int8Ap) * 100;
  const snippets = [
    ['kotlin', 'Android', bundle.snippets.kotlin],
    ['swift', 'iOS', bundle.snippets.swift],
    ['python', 'Python', bundle.snippets.python],
  ] as const;
  const compared = comparedImages(run);
  return (
    <>
      <div className="toolbar">
        <code className="cut" title={bundle.zip}>
          {bundle.zip.split(/[\\/]/).at(-1)}
        </code>
        <span className="quiet cut">
          {f.bytes(bundle.zipBytes)},{' '}
          {w(
            `from ${said(run.name)}, written ${f.date(bundle.writtenAt)}`,
            `de ${said(run.name)}, escrito ${f.date(bundle.writtenAt)}`,
          )}
        </span>
        <span className="grow" />
        <ReportButton run={run} bundle={bundle} />
        <CopyButton value={bundle.zip}>
          {({ copied, copy }) => (
            <Button variant="subtle" onClick={copy}>
              {copied ? w('Copied', 'Copiado') : w('Copy path', 'Copiar ruta')}
            </Button>
          )}
        </CopyButton>
      </div>
      <div className="export">
        <section className="panel line-right" aria-label={w('Fidelity and quality', 'Fidelidad y calidad')}>
          {live !== null ? (
            <RunningChecks live={live} />
          ) : (
            <FinishedChecks compared={compared} checks={bundle.checks} />
          )}
          <QualityPanel bundle={bundle} run={run} />
          {lost !== null && (
            <div className="cost line-top">
              <div className="row">
                <h2 className="grow">{w('What INT8 costs', 'Qué cuesta INT8')}</h2>
                <strong>{f.sign(-lost, 1)}</strong>
                <span className="quiet">mAP</span>
              </div>
              <div className="cost-scale" aria-hidden="true">
                <i />
                <i />
                <i />
                <b style={{ left: `${Math.min(100, Math.max(0, (lost / 3) * 100))}%` }} />
              </div>
              <div className="row small quiet cost-words">
                <span>{w('to 1, good', 'hasta 1, bien')}</span>
                <span>{w('1 to 2, look closer', '1 a 2, mirar')}</span>
                <span>{w('over 2, likely a fault', 'más de 2, fallo probable')}</span>
              </div>
            </div>
          )}
        </section>
        <BundleFiles bundle={bundle} run={run} />
        <section className="panel" aria-label={w('In your app', 'En tu app')}>
          <Tabs defaultValue="kotlin" className="snippets">
            <Tabs.List>
              {snippets.map(([key, name]) => (
                <Tabs.Tab key={key} value={key}>
                  {name}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {snippets.map(([key, name, code]) => (
              <Tabs.Panel key={key} value={key}>
                <div className="snippet">
                  <CopyButton value={code}>
                    {({ copied, copy }) => (
                      <Button
                        className="copy"
                        variant="default"
                        onClick={copy}
                        aria-label={w(`Copy the ${name} code`, `Copiar el código ${name}`)}
                      >
                        {copied ? w('Copied', 'Copiado') : w('Copy', 'Copiar')}
                      </Button>
                    )}
                  </CopyButton>
                  <pre tabIndex={0} aria-label={name}>
                    {code}
                  </pre>
                </div>
              </Tabs.Panel>
            ))}
          </Tabs>
          <TryIt run={run} bundle={bundle} />
        </section>
      </div>
    </>
  );
}

/** The report shows test figures: opening it is opening test, and counts as that. */
function ReportButton({ run, bundle }: { run: RunSummary; bundle: Export }) {
  const { w, language } = useWording();
  const hello = useStudio((state) => state.hello);
  const name = language === 'es' ? 'report.es.html' : 'report.html';
  if (!bundle.files.some((file) => file.name === name)) return null;
  const title = w('With the figures on test: opening it is counted', 'Con las cifras de prueba: abrirlo se cuenta');
  const count = (): void => void call('tune.openTest', { project: run.project, run: run.id });
  const reveal = (): void => {
    count();
    void call('files.reveal', { project: run.project, path: `${bundle.folder}/${name}` });
  };
  const words = w('Report', 'Informe');
  return hello?.door === 'desktop' ? (
    <Button variant="subtle" title={title} onClick={reveal}>
      {words}
    </Button>
  ) : (
    <Button
      variant="subtle"
      title={title}
      component="a"
      target="_blank"
      rel="noopener"
      href={downloadUrl(run.project, run.id, `report/${name}`)}
      onClick={count}
    >
      {words}
    </Button>
  );
}

function NothingToExport() {
  const { w } = useWording();
  return (
    <>
      <Answer tone="warn" says={w('There is no trained model to export yet.', 'Aún no hay modelo que exportar.')} />
      <div className="empty">
        <h2>{w('A model first.', 'Primero un modelo.')}</h2>
        <p>
          {w(
            'Train one, look at its thresholds, and hand it over from here.',
            'Entrena uno, mira sus umbrales y entrégalo desde aquí.',
          )}
        </p>
        <div>
          <Button onClick={() => go('train')}>{w('Go to training', 'Ir a entrenar')}</Button>
        </div>
      </div>
    </>
  );
}
