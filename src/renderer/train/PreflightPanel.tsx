import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { recipeWarnings } from '../../shared/recipeWarnings.ts';
import { noFilter } from '../data/filter.ts';
import type { Readiness } from '../data/readiness.ts';
import { incomplete } from '../data/readiness.ts';
import { useWording } from '../i18n/words.ts';
import { useDataset } from '../stores/dataset.ts';
import { go, useStudio } from '../stores/studio.ts';
import { measure, useConfig } from './configStore.ts';
import { stageName } from './stageNames.ts';

/** Facts with numbers, each doubt with a way to it. */
export function PreflightPanel({ checking, readiness }: { checking: boolean; readiness: Readiness | null }) {
  const wording = useWording();
  const { w, f, said } = wording;
  const { preflight, measuring, config } = useConfig();
  const { index, check } = useDataset();
  const busy = useStudio((state) => state.queue.length > 0);
  const problems = check?.problems ?? index?.problems ?? [];
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const speed = (rate: number | null): string => (rate === null ? '–' : f.decimal(rate, rate < 10 ? 1 : 0));
  const total = preflight?.stageSeconds.reduce((sum, { seconds }) => sum + seconds, 0) ?? 0;
  return (
    <section style={{ padding: '0 16px 12px' }}>
      <div className="panel-head" style={{ paddingInline: 0 }}>
        <h2>{w('Before you start', 'Antes de empezar')}</h2>
        <span className="push small quiet">
          {measuring
            ? w('measuring…', 'midiendo…')
            : preflight === null
              ? busy
                ? w('not while a run is on', 'no durante un entrenamiento')
                : ''
              : w(`measured ${f.date(preflight.measuredAt)}`, `medido ${f.date(preflight.measuredAt)}`)}
        </span>
      </div>
      {preflight === null ? (
        <div className="skeleton" style={{ height: 84 }} aria-busy={measuring} />
      ) : (
        <>
          <Fact
            state={
              preflight.memoryBytes === null
                ? 'warn'
                : preflight.memoryBytes > 0.9 * preflight.memoryTotalBytes
                  ? 'bad'
                  : 'ok'
            }
            name={w('Memory', 'Memoria')}
            value={w(
              `${f.bytes(preflight.memoryBytes)} of ${f.bytes(preflight.memoryTotalBytes)}`,
              `${f.bytes(preflight.memoryBytes)} de ${f.bytes(preflight.memoryTotalBytes)}`,
            )}
          />
          <Fact
            state={
              preflight.diskFreeBytes !== null && preflight.diskFreeBytes < preflight.diskNeededBytes ? 'bad' : 'ok'
            }
            name={w('Disk for the run', 'Disco')}
            value={w(
              `${f.bytes(preflight.diskNeededBytes)} of ${f.bytes(preflight.diskFreeBytes)}`,
              `${f.bytes(preflight.diskNeededBytes)} de ${f.bytes(preflight.diskFreeBytes)}`,
            )}
          />
          <Fact
            state="ok"
            name={w('Speed, teacher / student', 'Velocidad, maestro / alumno')}
            value={`${speed(preflight.teacherImagesPerSecond)} / ${speed(preflight.studentImagesPerSecond)} ${w('images/s', 'imágenes/s')}`}
          />
          <Fact
            state="ok"
            name={w('An epoch, teacher / student', 'Una época, maestro / alumno')}
            value={`${f.duration(preflight.teacherEpochSeconds)} / ${f.duration(preflight.studentEpochSeconds)}`}
          />
        </>
      )}
      {config.teacher.weights === null && config.student.weights === null && (
        <Fact
          state="warn"
          name={w('Trains from nothing: needs many photos', 'Entrena desde cero: pide muchas fotos')}
          value=""
        />
      )}
      {recipeWarnings(config).map(({ key, message }) => (
        <Fact key={key} state="warn" name={said(message)} value="" />
      ))}
      {errors > 0 && (
        <Fact state="bad" name={w('Problems that stop training', 'Problemas que lo impiden')} value={f.count(errors)}>
          <button type="button" className="link" onClick={() => go('data')}>
            {w('Show', 'Ver')}
          </button>
        </Fact>
      )}
      {readiness !== null && <LabelFacts readiness={readiness} />}
      {check === null && !checking && (
        <Fact state="warn" name={w('Images not checked yet', 'Imágenes sin comprobar')} value="">
          <button type="button" className="link" onClick={() => go('data')}>
            {w('Check', 'Comprobar')}
          </button>
        </Fact>
      )}
      {total > 0 && (
        <>
          <div className="stage-share" aria-hidden="true">
            {preflight!.stageSeconds.map(({ stage, seconds }) => (
              <i key={stage} data-stage={stage} style={{ flexGrow: seconds }} />
            ))}
          </div>
          <div className="stage-times small">
            {preflight!.stageSeconds
              .filter(({ seconds }) => seconds >= 1)
              .map(({ stage, seconds }) => (
                <span key={stage} className="row">
                  <i className="dot" data-stage={stage} />
                  <span className="grow">{stageName(stage, w)}</span>
                  <span>{f.duration(seconds)}</span>
                </span>
              ))}
          </div>
          <p className="small quiet">{w('Early stopping only makes it shorter.', 'Parar antes solo lo acorta.')}</p>
        </>
      )}
      {!busy && (
        <Button variant="subtle" ml={-10} loading={measuring} onClick={() => void measure()}>
          {w('Measure again', 'Medir de nuevo')}
        </Button>
      )}
    </section>
  );
}

/** Whether every label can be learned and measured, and what becomes of the images without labels. */
function LabelFacts({ readiness }: { readiness: Readiness }) {
  const { w, f } = useWording();
  const show = (any: readonly number[]): void => {
    useDataset.setState({ filter: { ...noFilter, any }, viewer: null });
    go('data');
  };
  const names = [
    w('Labels without training images', 'Etiquetas sin imagen de entrenamiento'),
    w('Labels without validation images', 'Etiquetas sin imagen de validación'),
    w('Labels without test images', 'Etiquetas sin imagen de prueba'),
  ];
  const meanings = {
    ask: w('Without labels: not decided', 'Sin etiquetas: por decidir'),
    none_of_these: w('Without labels: none of these', 'Sin etiquetas: ninguna de estas'),
    not_labeled_yet: w('Not labeled yet: left out', 'Aún sin etiquetar: fuera'),
  };
  return (
    <>
      {incomplete(readiness).length === 0 && (
        <Fact
          state="ok"
          name={w('Labels in train, val and test', 'Etiquetas en train, val y test')}
          value={f.count(readiness.labels)}
        />
      )}
      {readiness.missing.map((labels, split) =>
        labels.length === 0 ? null : (
          <Fact
            key={split}
            state="warn"
            name={names[split]!}
            value={w(
              `${f.count(labels.length)} of ${f.count(readiness.labels)}`,
              `${f.count(labels.length)} de ${f.count(readiness.labels)}`,
            )}
          >
            <button type="button" className="link" onClick={() => show(labels)}>
              {w('Show', 'Ver')}
            </button>
          </Fact>
        ),
      )}
      {readiness.unlabeled > 0 && (
        <Fact
          state={readiness.meaning === 'ask' ? 'warn' : 'ok'}
          name={meanings[readiness.meaning]}
          value={f.count(readiness.unlabeled)}
        >
          <button
            type="button"
            className="link"
            onClick={() => {
              useDataset.setState({ filter: { ...noFilter, view: 'unlabelled' }, viewer: null });
              go('data');
            }}
          >
            {readiness.meaning === 'ask' ? w('Decide', 'Decidir') : w('Show', 'Ver')}
          </button>
        </Fact>
      )}
    </>
  );
}

function Fact({
  state,
  name,
  value,
  children,
}: {
  state: 'ok' | 'warn' | 'bad';
  name: string;
  value: string;
  children?: ReactNode;
}) {
  const Icon = state === 'ok' ? IconCircleCheck : state === 'warn' ? IconAlertTriangle : IconCircleX;
  return (
    <div className="row" style={{ minHeight: 27 }}>
      <Icon size={16} className={state} aria-hidden="true" />
      <span className="grow cut" title={name}>
        {name}
      </span>
      <span className="num">{value}</span>
      {children}
    </div>
  );
}
