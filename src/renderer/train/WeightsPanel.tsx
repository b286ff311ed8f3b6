import { Button, CopyButton, Progress, Select } from '@mantine/core';
import { IconCircleCheck, IconDownload } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { Output } from '../../shared/contract/contract.ts';
import type { WeightsEntry } from '../../shared/contract/weights.ts';
import { runName } from '../../shared/runName.ts';
import { call } from '../api/client.ts';
import type { Wording } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, onWeightsChanged, useStudio } from '../stores/studio.ts';
import { adoptWeights, choosesTeacher, setValue, useConfig, waitsForImageNet } from './configStore.ts';
import { largerTeacher, runsFor, weightsFor } from './weightsChoice.ts';

type Listing = Output<'weights.list'>;

/**
 * What each network starts from. It matters more than any other setting, so it comes first. While a preset waits for its
 * ImageNet weights, their download is offered above and not here once more.
 */
export function WeightsPanel() {
  const { t } = useWording();
  const door = useStudio((state) => state.hello?.door);
  const project = useStudio((state) => state.project?.id ?? null);
  const runs = useStudio((state) => state.runs);
  const [listing, setListing] = useState<Listing | null>(null);
  useEffect(() => {
    const read = (): void => void call('weights.list', { project }).then(setListing, () => undefined);
    read();
    return onWeightsChanged(read);
  }, [project, runs]);
  // Presets take over weights that were downloaded while this is on screen.
  const installed = listing?.entries.filter(({ host, path }) => host !== null && path !== null).length;
  const before = useRef(installed);
  useEffect(() => {
    const arrived = before.current !== undefined && before.current !== installed;
    before.current = installed;
    if (arrived && project !== null) void adoptWeights(project);
  }, [installed, project]);
  const { teacher, student } = useConfig((state) => state.config);
  const waiting = useConfig(waitsForImageNet);
  const scratch = teacher.weights === null || student.weights === null;
  if (listing === null || waiting) return null;
  return (
    <section className="setting-section weights" aria-label={t('common.pretrainedWeights')} data-scratch={scratch}>
      <div className="row">
        <h2>{t('common.pretrainedWeights')}</h2>
        <span className="quiet">{t('train.networksKnowBeforeSeeYour')}</span>
      </div>
      {scratch && <p className="small soft">{t('train.nothingElseHereWorthMuch')}</p>}
      <Network name={t('common.teacher')} stage="teacher" listing={listing} />
      <Network name={t('common.student2')} stage="student" listing={listing} />
      <p className="small quiet row">
        {t('train.noNetworkHerePutFile')}{' '}
        <code className="cut" title={listing.folder}>
          {listing.folder}
        </code>
        <CopyButton value={listing.folder}>
          {({ copied, copy }) => (
            <button type="button" className="link" onClick={copy}>
              {copied ? t('common.copied') : t('common.copy')}
            </button>
          )}
        </CopyButton>
        {door === 'desktop' && (
          <button
            type="button"
            className="link"
            onClick={() => void call('files.reveal', { project: null, path: 'weights' })}
          >
            {t('common.show')}
          </button>
        )}
      </p>
    </section>
  );
}

function Network({ name, stage, listing }: { name: string; stage: 'teacher' | 'student'; listing: Listing }) {
  const { t, said } = useWording();
  const { architecture, weights } = useConfig((state) => state.config[stage]);
  const chosen = listing.entries.find(({ path }) => path !== null && path === weights);
  const larger = useConfig(choosesTeacher) ? largerTeacher(listing.entries) : null;
  const use = (file: string): void => setValue(`${stage}.weights`, file);
  const goOn = (entry: WeightsEntry): void => {
    setValue(`${stage}.architecture`, entry.architecture);
    use(entry.path!);
  };
  return (
    <div className="weights-network">
      <strong>{name}</strong>
      {weights === null ? (
        <div className="column">
          {weightsFor(architecture, listing.entries).map((entry) => (
            <Offer key={entry.id} entry={entry} use={use} />
          ))}
          <FromRun entries={runsFor(stage, listing.entries)} network={name} use={goOn} />
        </div>
      ) : (
        <span className="row">
          <IconCircleCheck size={15} className="ok" aria-hidden="true" />
          <span className="cut" title={weights}>
            {chosen === undefined
              ? weights
              : chosen.stage === null
                ? chosen.name
                : t('train.labelsOfSameNameKeep', {
                    chosen: said(runName(chosen.name)),
                    chosen2: stageOfRun(chosen, t),
                  })}
          </span>
          <button type="button" className="link" onClick={() => setValue(`${stage}.weights`, null)}>
            {t('train.trainScratchInstead')}
          </button>
        </span>
      )}
      {stage === 'teacher' && weights !== null && larger !== null && (
        <div className="column larger-teacher">
          <span className="small soft">{t('train.largerTeacher')}</span>
          <Offer entry={larger} use={use} />
        </div>
      )}
    </div>
  );
}

const stageOfRun = ({ stage }: WeightsEntry, t: Wording['t']): string =>
  stage === 'student' ? t('common.student') : t('common.teacherInline');

/**
 * Continues from a run of this project, even if labels were added or removed since. The architecture becomes the run's.
 */
function FromRun({
  entries,
  network,
  use,
}: {
  entries: readonly WeightsEntry[];
  network: string;
  use: (entry: WeightsEntry) => void;
}) {
  const { t, said } = useWording();
  if (entries.length === 0) return null;
  const data = entries.map((entry) => ({
    value: entry.path!,
    label: `${said(runName(entry.name))}, ${stageOfRun(entry, t)} · ${entry.architecture}`,
  }));
  const text = t('train.goRun');
  return (
    <Select
      aria-label={`${network}: ${text}`}
      placeholder={text}
      w={320}
      maw="100%"
      data={data}
      value={null}
      onChange={(file) => {
        const entry = entries.find(({ path }) => path === file);
        if (entry !== undefined) use(entry);
      }}
      searchable={data.length > 8}
    />
  );
}

/** One set of weights: installed, available or downloading. */
export function Offer({ entry, use }: { entry: WeightsEntry; use: (file: string) => void }) {
  const { t, f, said } = useWording();
  const { id, name, path, progress, problem, license, page, host, megabytes } = entry;
  const start = (): void => void attempt(() => call('weights.download', { id }));
  const share = progress === null || progress.total === null ? 0 : (100 * progress.done) / progress.total;
  const size = t('train.aboutMb', { megabytes: f.decimal(megabytes, 0) });
  return (
    <div className="column">
      <span className="row">
        <span className="cut grow" title={name}>
          {name}
        </span>
        {path === null && host !== null && <span className="small quiet">{t('train.fromHost', { host })}</span>}
        {license !== null && <span className="small quiet">{license}</span>}
        {page !== null && <Source page={page} />}
        {path !== null && (
          <Button variant="default" onClick={() => use(path)}>
            {t('train.use3')}
          </Button>
        )}
        {path === null && progress === null && (
          <Button
            variant="default"
            leftSection={<IconDownload size={14} />}
            onClick={start}
            aria-label={t('train.download', { name, size })}
          >
            {size}
          </Button>
        )}
        {progress !== null && (
          <button type="button" className="link" onClick={() => void attempt(() => call('weights.cancel', { id }))}>
            {t('train.stop')}
          </button>
        )}
      </span>
      {progress !== null && (
        <span className="row small quiet">
          <Progress className="grow" value={share} aria-label={t('train.downloadOf', { name })} />
          <span className="num">
            {f.bytes(progress.done)}
            {progress.total === null ? '' : ` / ${f.bytes(progress.total)}`}
            {progress.secondsLeft === null
              ? ''
              : ` · ${t('train.left2', { secondsLeft: f.duration(progress.secondsLeft) })}`}
          </span>
        </span>
      )}
      {problem !== null && (
        <span className="small bad" role="alert">
          {said(problem)}
        </span>
      )}
    </div>
  );
}

/** The desktop window opens no external pages, so the address is copied there. */
function Source({ page }: { page: string }) {
  const { t } = useWording();
  const desktop = useStudio((state) => state.hello?.door === 'desktop');
  if (!desktop)
    return (
      <a className="link small" href={page} target="_blank" rel="noreferrer">
        {t('train.source')}
      </a>
    );
  return (
    <CopyButton value={page}>
      {({ copied, copy }) => (
        <button type="button" className="link" title={page} onClick={copy}>
          {copied ? t('common.copied') : t('train.copySource')}
        </button>
      )}
    </CopyButton>
  );
}
