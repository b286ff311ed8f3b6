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

/** A button beside a learning rate that searches for a good one and shows the progress. */
export function FindRate({ network }: { network: NetworkName }) {
  const { t } = useWording();
  const { queue, activities } = useParts('queue', 'activities');
  const { measuring, project } = useConfig();
  const search = activities.find((activity) => searchedNetwork(activity) !== null);
  const idle = search === undefined;
  // Includes results found by another window or before a reload.
  useEffect(() => {
    if (idle && project !== null) void readRates(project);
  }, [idle, project]);
  if (search !== undefined && searchedNetwork(search) === network && search.project === project)
    return <Searching search={search} />;
  const hindrance =
    queue.length > 0
      ? t('common.notWhileRun')
      : measuring
        ? t('train.whenMeasuringDone')
        : !idle
          ? t('train.oneSearchTime')
          : null;
  return (
    <button
      type="button"
      className="link row"
      disabled={hindrance !== null || project === null}
      title={hindrance ?? t('train.fewStepsRisingRatesNothing')}
      onClick={() => void findRate(network)}
    >
      <IconChartLine size={14} aria-hidden="true" />
      {network === 'teacher' ? t('train.findRateTeacher') : t('train.findRateStudent')}
    </button>
  );
}

function Searching({ search: { done, total, secondsLeft } }: { search: Activity }) {
  const { t, f } = useWording();
  return (
    <span className="row rate-search" role="status">
      <span className="bar">
        <i style={{ width: `${(100 * done) / Math.max(1, total)}%` }} />
      </span>
      <span className="soft">
        {total === 0 ? t('train.readingPhotos') : t('train.stepOf', { done, total })}
        {secondsLeft !== null && t('train.mostLeft', { secondsLeft: f.duration(secondsLeft) })}
      </span>
      <button type="button" className="link" onClick={stopSearch}>
        {t('train.stop')}
      </button>
    </span>
  );
}

/** Loss against learning rate, with the suggestion marked. */
export function RateCurve({ network }: { network: NetworkName }) {
  const found = useRates((state) => state[network]);
  const [closed, setClosed] = useState<FoundRate | null>(null);
  return found === null || found.points.length < 2 || found === closed ? null : (
    <Curve found={found} onClose={() => setClosed(found)} />
  );
}

function Curve({ found, onClose }: { found: FoundRate; onClose(): void }) {
  const { t, f } = useWording();
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
        name: t('train.eachStep'),
        color: '--train',
        points: points.map(({ learningRate: x, loss: y }) => ({ x, y })),
        faint: true,
        width: 1,
      },
      {
        name: t('train.loss'),
        color: '--c1',
        points: points.map(({ learningRate: x, smoothed: y }) => ({ x, y })),
        ...(nearest !== null && {
          mark: { x: nearest.learningRate, y: nearest.smoothed, text: f.number(suggested!), above: true },
        }),
      },
    ];
  }, [points, suggested, t, f]);
  const losses = points.map(({ smoothed }) => smoothed);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const room = 0.15 * (high - low || 1);
  const [first, last] = [points[0]!.learningRate, points.at(-1)!.learningRate];
  return (
    <section
      className="rate-curve"
      aria-label={network === 'teacher' ? t('train.learningRatesOfTeacher') : t('train.learningRatesOfStudent')}
    >
      <div className="row">
        <span className="grow">
          <strong>
            {suggested === null
              ? t('train.lossNeverFell')
              : t('train.lossFallsFastestNear', { suggested: f.number(suggested) })}
          </strong>{' '}
          <span className="soft">
            {suggested === null
              ? t('train.lookLabelsOtherSettings')
              : stoppedEarly
                ? t('train.beyondFallsApart', { value: f.number(Number(last.toPrecision(1))) })
                : t('train.holdsUpHighestRate')}
          </span>
          {!stillHolds(found, config) && <span className="warn"> {t('train.foundOtherSettings')}</span>}
        </span>
        {suggested !== null &&
          (now === suggested ? (
            <span className="row soft">
              <IconCheck size={14} className="ok" aria-hidden="true" />
              {t('train.use')}
            </span>
          ) : (
            <Button variant="default" onClick={() => setValue(`${network}.lr_finetune`, suggested)}>
              {t('train.use2')}
            </Button>
          ))}
        <ActionIcon variant="subtle" color="gray" aria-label={t('common.close')} onClick={onClose}>
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
          label={t('train.lossLearningRate')}
          {...(now >= first &&
            now <= last &&
            now !== suggested && { tick: { x: now, text: t('train.set', { now: f.number(now) }) } })}
        />
      </div>
    </section>
  );
}
