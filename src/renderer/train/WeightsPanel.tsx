import { Button, CopyButton, Progress, Select } from '@mantine/core';
import { IconCircleCheck, IconDownload } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Output } from '../../shared/contract/contract.ts';
import type { WeightsEntry } from '../../shared/contract/weights.ts';
import { call } from '../api/client.ts';
import type { Wording } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, onWeightsChanged, useStudio } from '../stores/studio.ts';
import { setValue, useConfig } from './configStore.ts';
import { runsFor, weightsFor } from './weightsChoice.ts';

type Listing = Output<'weights.list'>;

/** Where a training starts from: worth more than any other setting, so it stands before them all. */
export function WeightsPanel() {
  const { w } = useWording();
  const door = useStudio((state) => state.hello?.door);
  const project = useStudio((state) => state.project?.id ?? null);
  const runs = useStudio((state) => state.runs);
  const [listing, setListing] = useState<Listing | null>(null);
  useEffect(() => {
    const read = (): void => void call('weights.list', { project }).then(setListing, () => undefined);
    read();
    return onWeightsChanged(read);
  }, [project, runs]);
  const { teacher, student } = useConfig((state) => state.config);
  const scratch = teacher.weights === null || student.weights === null;
  if (listing === null) return null;
  return (
    <section
      className="setting-section weights"
      aria-label={w('Pretrained weights', 'Pesos preentrenados')}
      data-scratch={scratch}
    >
      <div className="row">
        <h2>{w('Pretrained weights', 'Pesos preentrenados')}</h2>
        <span className="quiet">
          {w('what the networks know before they see your photos', 'lo que las redes saben antes de ver tus fotos')}
        </span>
      </div>
      {scratch && (
        <p className="small soft">
          {w(
            'Nothing else here is worth as much: 2,640 photos of groceries gave a mean average precision of .89 with ImageNet weights, and .60 at best from scratch.',
            'Nada vale tanto aquí: 2640 fotos de supermercado dieron una precisión media de 0,89 con pesos de ImageNet y 0,60 como mucho desde cero.',
          )}
        </p>
      )}
      <Network name={w('Teacher', 'Maestro')} stage="teacher" listing={listing} />
      <Network name={w('Student', 'Alumno')} stage="student" listing={listing} />
      <p className="small quiet row">
        {w('No network here? Put a file into', '¿Sin red? Pon un archivo en')}{' '}
        <code className="cut" title={listing.folder}>
          {listing.folder}
        </code>
        <CopyButton value={listing.folder}>
          {({ copied, copy }) => (
            <button type="button" className="link" onClick={copy}>
              {copied ? w('Copied', 'Copiado') : w('Copy', 'Copiar')}
            </button>
          )}
        </CopyButton>
        {door === 'desktop' && (
          <button
            type="button"
            className="link"
            onClick={() => void call('files.reveal', { project: null, path: 'weights' })}
          >
            {w('Show', 'Ver')}
          </button>
        )}
      </p>
    </section>
  );
}

function Network({ name, stage, listing }: { name: string; stage: 'teacher' | 'student'; listing: Listing }) {
  const { w, said } = useWording();
  const { architecture, weights } = useConfig((state) => state.config[stage]);
  const chosen = listing.entries.find(({ path }) => path !== null && path === weights);
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
                : w(
                    `${said(chosen.name)}, ${stageOfRun(chosen, w)}: labels of the same name keep what it learned`,
                    `${said(chosen.name)}, ${stageOfRun(chosen, w)}: las etiquetas del mismo nombre conservan lo aprendido`,
                  )}
          </span>
          <button type="button" className="link" onClick={() => setValue(`${stage}.weights`, null)}>
            {w('Train from scratch instead', 'Mejor desde cero')}
          </button>
        </span>
      )}
    </div>
  );
}

const stageOfRun = ({ stage }: WeightsEntry, w: Wording['w']): string =>
  stage === 'student' ? w('student', 'alumno') : w('teacher', 'maestro');

/** Goes on from what a run of this project learned, labels added or removed meanwhile or not; the network becomes the run's. */
function FromRun({
  entries,
  network,
  use,
}: {
  entries: readonly WeightsEntry[];
  network: string;
  use: (entry: WeightsEntry) => void;
}) {
  const { w, said } = useWording();
  if (entries.length === 0) return null;
  const data = entries.map((entry) => ({
    value: entry.path!,
    label: `${said(entry.name)}, ${stageOfRun(entry, w)} · ${entry.architecture}`,
  }));
  const text = w('Or go on from a run…', 'O seguir de un entrenamiento…');
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

/** One set of weights: to be used, to be downloaded, or on its way. */
function Offer({ entry, use }: { entry: WeightsEntry; use: (file: string) => void }) {
  const { w, f, said } = useWording();
  const { id, name, path, progress, problem, licence, page, megabytes } = entry;
  const start = (): void => void attempt(() => call('weights.download', { id }));
  const share = progress === null || progress.total === null ? 0 : (100 * progress.done) / progress.total;
  const size = w(`about ${f.decimal(megabytes, 0)} MB`, `unos ${f.decimal(megabytes, 0)} MB`);
  return (
    <div className="column">
      <span className="row">
        <span className="cut grow" title={name}>
          {name}
        </span>
        {licence !== null && <span className="small quiet">{licence}</span>}
        {page !== null && <Source page={page} />}
        {path !== null && (
          <Button variant="default" onClick={() => use(path)}>
            {w('Use', 'Usar')}
          </Button>
        )}
        {path === null && progress === null && (
          <Button
            variant="default"
            leftSection={<IconDownload size={14} />}
            onClick={start}
            aria-label={w(`Download ${name}, ${size}`, `Descargar ${name}, ${size}`)}
          >
            {size}
          </Button>
        )}
        {progress !== null && (
          <button type="button" className="link" onClick={() => void attempt(() => call('weights.cancel', { id }))}>
            {w('Stop', 'Parar')}
          </button>
        )}
      </span>
      {progress !== null && (
        <span className="row small quiet">
          <Progress className="grow" value={share} aria-label={w(`Download of ${name}`, `Descarga de ${name}`)} />
          <span className="num">
            {f.bytes(progress.done)}
            {progress.total === null ? '' : ` / ${f.bytes(progress.total)}`}
            {progress.secondsLeft === null
              ? ''
              : ` · ${w(`${f.duration(progress.secondsLeft)} left`, `quedan ${f.duration(progress.secondsLeft)}`)}`}
          </span>
        </span>
      )}
      {problem !== null && (
        <span className="small bad" role="alert">
          {said(problem.message)}
        </span>
      )}
    </div>
  );
}

/** A desktop window opens no other address: there it is copied. */
function Source({ page }: { page: string }) {
  const { w } = useWording();
  const desktop = useStudio((state) => state.hello?.door === 'desktop');
  if (!desktop)
    return (
      <a className="link small" href={page} target="_blank" rel="noreferrer">
        {w('Source', 'Origen')}
      </a>
    );
  return (
    <CopyButton value={page}>
      {({ copied, copy }) => (
        <button type="button" className="link" title={page} onClick={copy}>
          {copied ? w('Copied', 'Copiado') : w('Copy source', 'Copiar origen')}
        </button>
      )}
    </CopyButton>
  );
}
