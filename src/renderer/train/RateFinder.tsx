import { ActionIcon, Button } from '@mantine/core';
import { IconChartLine, IconCheck, IconX } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import type { FoundRate, NetworkName } from '../../shared/contract/runs.ts';
import type { Activity } from '../../shared/contract/studio.ts';
import { LineChart } from '../components/LineChart.tsx';
import type { Series } from '../components/LineChart.tsx';
import { useWording } from '../i18n/words.ts';
import { useParts } from '../stores/studio.ts';
import { setValue, useConfig } from './configStore.ts';
import { findRate, readRates, searchedNetwork, stillHolds, stopSearch, useRates } from './rates.ts';

/** Beside a learning rate: looks for one, and says how far it is. */
export function FindRate({ network }: { network: NetworkName }) {
  const { w } = useWording();
  const { queue, activities } = useParts('queue', 'activities');
  const { measuring, project } = useConfig();
  const search = activities.find((activity) => searchedNetwork(activity) !== null);
  const idle = search === undefined;
  // Also what another window found, and what was found before a reload.
  useEffect(() => {
    if (idle && project !== null) void readRates(project);
  }, [idle, project]);
  if (search !== undefined && searchedNetwork(search) === network && search.project === project)
    return <Searching search={search} />;
  const hindrance =
    queue.length > 0
      ? w('Not while a run is on', 'No durante un entrenamiento')
      : measuring
        ? w('When the measuring is done', 'Cuando acabe la medición')
        : !idle
          ? w('One search at a time', 'Una búsqueda a la vez')
          : null;
  return (
    <button
      type="button"
      className="link row"
      disabled={hindrance !== null || project === null}
      title={
        hindrance ??
        w('A few steps at rising rates; nothing is kept', 'Unos pasos con tasas crecientes; no se guarda nada')
      }
      onClick={() => void findRate(network)}
    >
      <IconChartLine size={14} aria-hidden="true" />
      {network === 'teacher'
        ? w('Find a rate for the teacher', 'Buscar tasa para el maestro')
        : w('Find a rate for the student', 'Buscar tasa para el alumno')}
    </button>
  );
}

function Searching({ search: { done, total, secondsLeft } }: { search: Activity }) {
  const { w, f } = useWording();
  return (
    <span className="row rate-search" role="status">
      <span className="bar">
        <i style={{ width: `${(100 * done) / Math.max(1, total)}%` }} />
      </span>
      <span className="soft">
        {total === 0
          ? w('Reading the photos…', 'Leyendo las fotos…')
          : w(`step ${done} of ${total}`, `paso ${done} de ${total}`)}
        {secondsLeft !== null &&
          w(` · at most ${f.duration(secondsLeft)} left`, ` · quedan como mucho ${f.duration(secondsLeft)}`)}
      </span>
      <button type="button" className="link" onClick={stopSearch}>
        {w('Stop', 'Parar')}
      </button>
    </span>
  );
}

/** Loss against learning rate, the suggestion marked. */
export function RateCurve({ network }: { network: NetworkName }) {
  const found = useRates((state) => state[network]);
  const [closed, setClosed] = useState<FoundRate | null>(null);
  return found === null || found.points.length < 2 || found === closed ? null : (
    <Curve found={found} onClose={() => setClosed(found)} />
  );
}

function Curve({ found, onClose }: { found: FoundRate; onClose(): void }) {
  const { w, f } = useWording();
  const { config } = useConfig();
  const { network, points, suggested, stoppedEarly } = found;
  const now = config[network].lr_finetune;
  const series = useMemo((): Series[] => {
    const nearest =
      suggested === null
        ? null
        : points.reduce((a, b) =>
            Math.abs(Math.log(b.learningRate / suggested)) < Math.abs(Math.log(a.learningRate / suggested)) ? b : a,
          );
    return [
      {
        name: w('each step', 'cada paso'),
        color: '--train',
        points: points.map(({ learningRate: x, loss: y }) => ({ x, y })),
        faint: true,
        width: 1,
      },
      {
        name: w('loss', 'pérdida'),
        color: '--c1',
        points: points.map(({ learningRate: x, smoothed: y }) => ({ x, y })),
        ...(nearest !== null && {
          mark: { x: nearest.learningRate, y: nearest.smoothed, text: f.number(suggested!), above: true },
        }),
      },
    ];
  }, [points, suggested, w, f]);
  const losses = points.map(({ smoothed }) => smoothed);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const room = 0.15 * (high - low || 1);
  const [first, last] = [points[0]!.learningRate, points.at(-1)!.learningRate];
  return (
    <section
      className="rate-curve"
      aria-label={
        network === 'teacher'
          ? w('Learning rates of the teacher', 'Tasas del maestro')
          : w('Learning rates of the student', 'Tasas del alumno')
      }
    >
      <div className="row">
        <span className="grow">
          <strong>
            {suggested === null
              ? w('The loss never fell.', 'La pérdida no bajó.')
              : w(
                  `The loss falls fastest near ${f.number(suggested)}.`,
                  `La pérdida baja más deprisa cerca de ${f.number(suggested)}.`,
                )}
          </strong>{' '}
          <span className="soft">
            {suggested === null
              ? w('Look at the labels, or at the other settings.', 'Mira las etiquetas o los demás ajustes.')
              : stoppedEarly
                ? w(
                    `Beyond ${f.number(Number(last.toPrecision(1)))} it falls apart.`,
                    `Más allá de ${f.number(Number(last.toPrecision(1)))} se dispara.`,
                  )
                : w('It holds up to the highest rate.', 'Aguanta hasta la tasa más alta.')}
          </span>
          {!stillHolds(found, config) && (
            <span className="warn"> {w('Found with other settings.', 'Hallada con otros ajustes.')}</span>
          )}
        </span>
        {suggested !== null &&
          (now === suggested ? (
            <span className="row soft">
              <IconCheck size={14} className="ok" aria-hidden="true" />
              {w('In use', 'En uso')}
            </span>
          ) : (
            <Button variant="default" onClick={() => setValue(`${network}.lr_finetune`, suggested)}>
              {w('Use it', 'Usarla')}
            </Button>
          ))}
        <ActionIcon variant="subtle" color="gray" aria-label={w('Close', 'Cerrar')} onClick={onClose}>
          <IconX size={15} />
        </ActionIcon>
      </div>
      <div className="rate-chart">
        <LineChart
          series={series}
          logarithmic
          xMin={first}
          xMax={last}
          yMin={Math.max(0, low - room)}
          yMax={high + room}
          label={w('Loss by learning rate', 'Pérdida por tasa de aprendizaje')}
          {...(now >= first &&
            now <= last &&
            now !== suggested && { tick: { x: now, text: w(`set: ${f.number(now)}`, `puesta: ${f.number(now)}`) } })}
        />
      </div>
    </section>
  );
}
