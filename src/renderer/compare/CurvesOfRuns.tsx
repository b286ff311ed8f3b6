import { useEffect, useMemo, useState } from 'react';
import type { RunHistory, RunSummary } from '../../shared/contract/runs.ts';
import { runName } from '../../shared/runName.ts';
import { call } from '../api/client.ts';
import type { Series } from '../components/LineChart.tsx';
import { LineChart } from '../components/LineChart.tsx';
import { useWording } from '../i18n/words.ts';
import { metricPoints, smoothed, stageEpochs } from '../train/curves.ts';
import type { Measure } from '../train/MeasureControl.tsx';
import { MeasureControl } from '../train/MeasureControl.tsx';
import { runColor } from './RunTable.tsx';

/** Overlays the learning curves of the selected runs' students. */
export function CurvesOfRuns({ runs }: { runs: readonly RunSummary[] }) {
  const { t, f, said } = useWording();
  const [metric, setMetric] = useState<Measure>('macro_ap');
  const [histories, setHistories] = useState<readonly RunHistory[]>([]);
  const ids = runs.map(({ id }) => id).join();
  useEffect(() => {
    let current = true;
    void Promise.all(runs.map((run) => call('runs.history', { project: run.project, run: run.id }))).then(
      (found) => {
        if (current) setHistories(found);
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [ids]);
  const series = useMemo(
    (): Series[] =>
      histories.flatMap((history) => {
        const at = runs.findIndex(({ id }) => id === history.run);
        if (at < 0) return [];
        const points = metricPoints(stageEpochs(history.phases, 'student'), metric);
        const last = points.at(-1);
        const value = last === undefined ? [] : [metric === 'val_loss' ? f.decimal(last.y, 3) : f.points(last.y)];
        const name = [said(runName(runs[at]!.name)), ...value].join(', ');
        return [
          { name: 'raw', color: runColor(at), points, faint: true, width: 1.5 },
          { name, color: runColor(at), points: smoothed(points, 0.6), direct: true, dashed: at % 2 === 1 },
        ];
      }),
    [histories, runs, metric, f],
  );
  return (
    <section className="compare-curves" aria-label={t('compare.howLearned')}>
      <div className="row">
        <h2>{t('compare.howLearned')}</h2>
        <span className="quiet cut grow">{t('compare.studentValidationPerEpoch')}</span>
        <MeasureControl measure={metric} onMeasure={setMetric} />
      </div>
      <div className="compare-chart">
        <LineChart series={series} label={t('compare.validationMeasureOfRunsEpoch')} percent={metric !== 'val_loss'} />
      </div>
    </section>
  );
}
