import { Button, CopyButton, Select, Tabs } from '@mantine/core';
import { IconDownload, IconFolder } from '@tabler/icons-react';
import { useEffect, useMemo } from 'react';
import type { Export } from '../../shared/contract/exports.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { int8Warning } from '../../shared/int8Ends.ts';
import { runName } from '../../shared/runName.ts';
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

/** Answers whether the file is faithful to the model, and whether the model is good enough. */
export default function ExportScreen() {
  const wording = useWording();
  const { t, said } = wording;
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
            text: t('export.export', { chosen: said(runName(chosen.name)) }),
            hint: 'Ctrl E',
            run: start,
          },
        ],
  );
  if (chosen === undefined) return <NothingToExport />;
  const { headline, reason, tone } = exportAnswer(wording, { bundle, read, work, failed: fault !== null, run: chosen });
  return (
    <>
      <Answer tone={tone} headline={headline} reason={reason}>
        {exportable.length > 1 && (
          <Select
            aria-label={t('common.run')}
            w={150}
            data={exportable.map((one) => ({ value: one.id, label: said(runName(one.name)) })).reverse()}
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
            {t('common.showFolder')}
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
            {t('common.download')}
          </Button>
        )}
        <Button loading={work !== null} onClick={start}>
          {bundle === null ? t('common.export') : t('export.exportAgain')}
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
              <h2>{t('export.oneButtonThenEveryCheck')}</h2>
              <p>{t('export.modelWrittenRunPhonesRun')}</p>
            </>
          )}
        </div>
      ) : (
        <Bundle bundle={bundle} run={chosen} live={live} />
      )}
    </>
  );
}

/** Images on which the integer reference was compared with LiteRT before the bundle was written. */
const comparedImages = (run: RunSummary): number | null =>
  run.stages.find(({ stage }) => stage === 'export')?.summary.compared ?? null;

function Bundle({ bundle, run, live }: { bundle: Export; run: RunSummary; live: LiveChecks | null }) {
  const { t, f, said } = useWording();
  const lost = bundle.floatAp === null || bundle.int8Ap === null ? null : (bundle.floatAp - bundle.int8Ap) * 100;
  const snippets = [
    ['kotlin', 'Android', bundle.snippets.kotlin],
    ['swift', 'iOS', bundle.snippets.swift],
    ['python', 'Python', bundle.snippets.python],
  ] as const;
  const compared = comparedImages(run);
  const warning = int8Warning(bundle.inputType, bundle.outputType);
  return (
    <>
      <div className="toolbar">
        <code className="cut" title={bundle.zip}>
          {bundle.zip.split(/[\\/]/).at(-1)}
        </code>
        <span className="quiet cut">
          {f.bytes(bundle.zipBytes)},{' '}
          {t('export.written', { run: said(runName(run.name)), writtenAt: f.date(bundle.writtenAt) })}
        </span>
        <span className="grow" />
        <ReportButton run={run} bundle={bundle} />
        <CopyButton value={bundle.zip}>
          {({ copied, copy }) => (
            <Button variant="subtle" onClick={copy}>
              {copied ? t('common.copied') : t('export.copyPath')}
            </Button>
          )}
        </CopyButton>
      </div>
      {warning !== null && (
        <p className="warn line-bottom export-warning" role="note">
          {said(warning)}
        </p>
      )}
      <div className="export">
        <section className="panel line-right" aria-label={t('export.fidelityQuality')}>
          {live !== null ? (
            <RunningChecks live={live} />
          ) : (
            <FinishedChecks compared={compared} checks={bundle.checks} />
          )}
          <QualityPanel bundle={bundle} run={run} />
          {lost !== null && (
            <div className="cost line-top">
              <div className="row">
                <h2 className="grow">{t('export.int8Costs')}</h2>
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
                <span>{t('export.n1Good')}</span>
                <span>{t('export.n12LookCloser')}</span>
                <span>{t('export.over2LikelyFault')}</span>
              </div>
            </div>
          )}
        </section>
        <BundleFiles bundle={bundle} run={run} />
        <section className="panel" aria-label={t('export.yourApp')}>
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
                        aria-label={t('export.copyCode', { name })}
                      >
                        {copied ? t('common.copied') : t('common.copy')}
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

/** The report shows test figures, so opening it counts as opening the test split. */
function ReportButton({ run, bundle }: { run: RunSummary; bundle: Export }) {
  const { t, language } = useWording();
  const hello = useStudio((state) => state.hello);
  const name = language === 'es' ? 'report.es.html' : 'report.html';
  if (!bundle.files.some((file) => file.name === name)) return null;
  const title = t('export.figuresTestOpeningCounted');
  const count = (): void => void call('tune.openTest', { project: run.project, run: run.id });
  const reveal = (): void => {
    count();
    void call('files.reveal', { project: run.project, path: `${bundle.folder}/${name}` });
  };
  const words = t('export.report');
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
  const { t } = useWording();
  return (
    <>
      <Answer tone="warn" headline={t('export.thereNoTrainedModelExport')} />
      <div className="empty">
        <h2>{t('export.modelFirst')}</h2>
        <p>{t('export.trainOneLookThresholdsHand')}</p>
        <div>
          <Button onClick={() => go('train')}>{t('common.goTraining')}</Button>
        </div>
      </div>
    </>
  );
}
