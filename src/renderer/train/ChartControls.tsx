import { Select } from '@mantine/core';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { runName } from '../../shared/runName.ts';
import { useWording } from '../i18n/words.ts';
import { go, useStudio } from '../stores/studio.ts';
import type { Measure } from './MeasureControl.tsx';
import { MeasureControl } from './MeasureControl.tsx';

export const smoothings = [0, 0.6, 0.9] as const;
export type Smoothing = (typeof smoothings)[number];

interface Props {
  readonly run: RunSummary;
  readonly smoothing: Smoothing;
  readonly onSmoothing: (smoothing: Smoothing) => void;
  readonly metric: Measure;
  readonly onMetric: (metric: Measure) => void;
}

/** Which run is shown, and how its curves are drawn. */
export function ChartControls({ run, smoothing, onSmoothing, metric, onMetric }: Props) {
  const { t, f, said } = useWording();
  const runs = useStudio((state) => state.runs);
  return (
    <>
      {runs.length > 1 && (
        <Select
          aria-label={t('common.run')}
          w={150}
          data={runs
            .filter(({ trashed }) => !trashed)
            .map(({ id, name }) => ({ value: id, label: said(runName(name)) }))
            .reverse()}
          value={run.id}
          onChange={(id) => {
            if (id !== null) go('train', id);
            useStudio.setState({ run: id });
          }}
        />
      )}
      <Select
        aria-label={t('train.smoothing')}
        w={118}
        data={smoothings.map((value) => ({
          value: String(value),
          label: value === 0 ? t('train.raw') : t('train.smooth', { value: f.decimal(value, 1) }),
        }))}
        value={String(smoothing)}
        onChange={(value) => onSmoothing(Number(value) as Smoothing)}
      />
      <MeasureControl measure={metric} onMeasure={onMetric} />
    </>
  );
}
