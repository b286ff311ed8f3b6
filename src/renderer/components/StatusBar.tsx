import { UnstyledButton } from '@mantine/core';
import { IconCircleCheck, IconCpu, IconPlugConnectedX, IconX } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Activity, QueueEntry } from '../../shared/contract/studio.ts';
import { STARTED_ANEW } from '../api/browser.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import type { Wording } from '../i18n/words.ts';
import { go, useParts, useProgress, useStudio } from '../stores/studio.ts';
import { stageName } from '../train/stageNames.ts';
import { secondsLeftOfRun } from '../train/timeLeft.ts';
import { deviceOf } from './device.ts';
import { openShortcuts } from './ShortcutSheet.tsx';

const LOAD_EVERY_MS = 3000;

/** The job, its time left and the device, on every screen. */
export function StatusBar() {
  const wording = useWording();
  const { w, f, said } = wording;
  const { connection, queue, activities, hello, load } = useParts('connection', 'queue', 'activities', 'hello', 'load');
  useEffect(() => {
    const ask = (): void => {
      if (!document.hidden && useStudio.getState().connection === 'there')
        void call('studio.load', {}).then(
          (found) => useStudio.setState({ load: found }),
          () => undefined,
        );
    };
    ask();
    const timer = setInterval(ask, LOAD_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const connected = connection === 'there';
  const running = queue.find(({ state }) => state !== 'waiting');
  const waiting = queue.filter(({ state }) => state === 'waiting').length;
  return (
    <footer className="status-bar" data-connected={connected}>
      {!connected && (
        <span className="row" role="status">
          <IconPlugConnectedX size={14} aria-hidden="true" />
          {connection === 'refused' ? said(STARTED_ANEW) : w('Reconnecting…', 'Reconectando…')}
        </span>
      )}
      {connected && running === undefined && activities.length === 0 && (
        <span className="row">
          <IconCircleCheck size={14} aria-hidden="true" />
          {w('Ready', 'Listo')}
        </span>
      )}
      {running !== undefined && <RunningJob entry={running} waiting={waiting} />}
      {activities.map((activity) => (
        <span className="row" key={activity.id}>
          {activityName(activity, wording)}
          {activity.total > 0 && (
            <>
              <span className="bar">
                <i style={{ width: `${(100 * activity.done) / activity.total}%` }} />
              </span>
              <span className="quiet">{leftOf(activity.secondsLeft, wording)}</span>
            </>
          )}
          {activity.kind !== 'import' && (
            <UnstyledButton
              className="row small"
              aria-label={w(
                `Cancel: ${activityName(activity, wording)}`,
                `Cancelar: ${activityName(activity, wording)}`,
              )}
              onClick={() => void call('activity.cancel', { id: activity.id }).catch(() => undefined)}
            >
              <IconX size={14} aria-hidden="true" />
            </UnstyledButton>
          )}
        </span>
      ))}
      <span className="right">
        {hello?.machine != null && (
          <span className="row">
            <IconCpu size={14} aria-hidden="true" />
            {deviceOf(hello.machine)}
          </span>
        )}
        {load !== null && (
          <span className="quiet">
            {w('processor', 'procesador')} {f.decimal(load.cpuShare * 100, 0)} %
          </span>
        )}
        {load?.gpus[0] !== undefined && (
          <span className="quiet">
            GPU {load.gpus[0].share === null ? '–' : f.decimal(load.gpus[0].share * 100, 0)} %,{' '}
            {f.bytes(load.gpus[0].memoryUsedBytes)} / {f.bytes(load.gpus[0].memoryTotalBytes)}
          </span>
        )}
        {load !== null && (
          <span className="quiet">
            {w('memory', 'memoria')} {f.bytes(load.memoryUsedBytes)} / {f.bytes(load.memoryTotalBytes)}
          </span>
        )}
        {load?.diskFreeBytes != null && (
          <span className="quiet">
            {f.bytes(load.diskFreeBytes)} {w('free', 'libres')}
          </span>
        )}
        <UnstyledButton className="row small" onClick={openShortcuts}>
          <kbd>?</kbd>
          {w('Shortcuts', 'Atajos')}
        </UnstyledButton>
      </span>
    </footer>
  );
}

function RunningJob({ entry, waiting }: { entry: QueueEntry; waiting: number }) {
  const wording = useWording();
  const { w, f, said } = wording;
  const progress = useProgress(entry.run);
  const run = useStudio(({ runs }) => runs.find(({ id }) => id === entry.run));
  const whole = run === undefined ? null : secondsLeftOfRun(run, progress);
  return (
    <UnstyledButton className="row small" onClick={() => go('train', entry.run)}>
      <span>
        {said(entry.name)}
        {entry.state === 'paused' ? w(', paused', ', en pausa') : ''}
        {progress === null ? '' : ` · ${stageName(progress.stage, w)}`}
      </span>
      {progress !== null && (
        <>
          <span className="bar">
            <i style={{ width: `${(100 * progress.done) / Math.max(1, progress.total)}%` }} />
          </span>
          <span className="quiet">
            {whole !== null
              ? leftOf(whole, wording)
              : progress.secondsLeft === null
                ? ''
                : w(
                    `${f.duration(progress.secondsLeft)} left of this stage`,
                    `quedan ${f.duration(progress.secondsLeft)} de esta etapa`,
                  )}
          </span>
        </>
      )}
      {waiting > 0 && <span className="quiet">{w(`${waiting} waiting`, `${waiting} en espera`)}</span>}
    </UnstyledButton>
  );
}

const leftOf = (seconds: number | null, { w, f }: Wording): string =>
  seconds === null ? '' : w(`${f.duration(seconds)} left`, `quedan ${f.duration(seconds)}`);

function activityName({ kind }: Activity, { w }: Wording): string {
  switch (kind) {
    case 'sample':
      return w('Drawing the sample', 'Dibujando la muestra');
    case 'check':
      return w('Checking images', 'Comprobando imágenes');
    case 'measure':
      return w('Measuring this machine', 'Midiendo este equipo');
    case 'teacherRate':
      return w("Finding the teacher's learning rate", 'Buscando la tasa del maestro');
    case 'studentRate':
      return w("Finding the student's learning rate", 'Buscando la tasa del alumno');
    case 'preflight':
      return w('Measuring these settings', 'Midiendo estos ajustes');
    case 'predict':
      return w('Scoring a folder', 'Puntuando una carpeta');
    case 'export':
      return w('Writing the bundle', 'Escribiendo el paquete');
    case 'verify':
      return w('Verifying the bundle', 'Verificando el paquete');
    case 'try':
      return w('Scoring the image', 'Puntuando la imagen');
    case 'occlusion':
      return w('Computing the occlusion map', 'Calculando el mapa de oclusión');
    case 'weights':
      return w('Writing the network', 'Escribiendo la red');
    case 'import':
      return w('Importing', 'Importando');
  }
}
