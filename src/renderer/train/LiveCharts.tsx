import { useMemo } from 'react';
import type { RunHistory, RunSummary } from '../../shared/contract/runs.ts';
import type { Stage } from '../../shared/events.ts';
import type { Series } from '../components/LineChart.tsx';
import { LineChart } from '../components/LineChart.tsx';
import { useWording } from '../i18n/words.ts';
import type { StageEpochs } from './curves.ts';
import { metricPoints, smoothed, smoothedSteps, stageEpochs, stageSteps } from './curves.ts';
import type { Measure } from './MeasureControl.tsx';
import { useLivePhases } from './useHistory.ts';

interface Props {
  readonly run: RunSummary;
  readonly history: RunHistory;
  readonly stage: Stage;
  readonly metric: Measure;
  readonly smoothing: number;
  /** True while this stage is training: the axis then includes its remaining epochs. */
  readonly running: boolean;
}

export function LiveCharts({ run, history, stage, metric, smoothing, running }: Props) {
  const { t, f } = useWording();
  const curves = useMemo(() => stageEpochs(history.phases, stage), [history, stage]);
  const teacher = useMemo(
    () => (stage === 'teacher' ? null : (run.val.teacherAp ?? highest(stageEpochs(history.phases, 'teacher')))),
    [history, stage, run.val.teacherAp],
  );
  const xMax = running ? curves.planned : null;
  const series = useMemo((): Series[] => {
    const points = metricPoints(curves, metric);
    const better = (a: number, b: number): boolean => (metric === 'val_loss' ? a < b : a > b);
    const best = points.reduce<(typeof points)[number] | null>(
      (top, point) => (top === null || better(point.y, top.y) ? point : top),
      null,
    );
    const last = xMax ?? Math.max(points.at(-1)?.x ?? 1, 1);
    const text =
      best === null
        ? ''
        : t('train.bestAtEpoch', {
            value: metric === 'val_loss' ? f.decimal(best.y, 3) : f.points(best.y),
            epoch: best.x,
          });
    return [
      ...(smoothing > 0 && points.length > 2
        ? [{ name: t('train.raw'), color: '--val', points, faint: true, width: 1.5 }]
        : []),
      {
        name: t('common.validationInline'),
        color: '--val',
        points: smoothed(points, smoothing),
        width: 2.5,
        ...(best !== null && { mark: { ...best, text } }),
      },
      ...(metric === 'macro_ap'
        ? []
        : [
            {
              name: t('common.trainInline'),
              color: '--train',
              points: smoothed(metricPoints(curves, metric === 'val_loss' ? 'hard_loss' : 'train_macro_f1'), smoothing),
              direct: true,
            },
          ]),
      ...(metric === 'macro_ap' && teacher !== null
        ? [
            {
              name: t('train.teacher', { teacher: f.points(teacher) }),
              color: '--test',
              dashed: true,
              width: 1.5,
              direct: true,
              points: [
                { x: 0, y: teacher },
                { x: last, y: teacher },
              ],
            },
          ]
        : []),
    ];
  }, [curves, metric, smoothing, teacher, xMax, t, f]);
  const stop = running ? earlyEnd(curves, run, stage) : null;
  return (
    <>
      <div className="live-chart">
        {curves.epochs.length === 0 && (
          <p className="quiet live-empty">
            <span>{t('train.firstPointComesAfterFirst')}</span>
          </p>
        )}
        <LineChart
          series={series}
          label={t('train.validationMeasureEpoch')}
          percent={metric !== 'val_loss'}
          {...(xMax !== null && { xMax })}
          {...(stop !== null && { tick: { x: stop, text: t('train.stopsHereIfNoBetter') } })}
        />
      </div>
      <StepCharts history={history} stage={stage} smoothing={smoothing} curves={curves} xMax={xMax} />
    </>
  );
}

const highest = (curves: StageEpochs): number | null =>
  metricPoints(curves, 'macro_ap').reduce<number | null>((best, { y }) => (best === null || y > best ? y : best), null);

/** The epoch at which early stopping acts unless there is an improvement; null when that is after the end. */
function earlyEnd({ epochs, planned }: StageEpochs, { config }: RunSummary, stage: Stage): number | null {
  const patience = stage === 'teacher' || stage === 'student' ? config[stage].early_stopping_patience : 0;
  const best = epochs.findLast((epoch) => epoch.best);
  return patience === 0 || best === undefined || planned === null || best.x + patience >= planned
    ? null
    : best.x + patience;
}

/** Only these charts subscribe to single steps. */
function StepCharts({
  history,
  stage,
  smoothing,
  curves,
  xMax,
}: {
  history: RunHistory;
  stage: Stage;
  smoothing: number;
  curves: StageEpochs;
  xMax: number | null;
}) {
  const { t, f } = useWording();
  const phases = useLivePhases(history);
  const steps = useMemo(() => stageSteps(phases, stage), [phases, stage]);
  const loss = useMemo(
    (): Series[] => [
      { name: t('train.raw'), color: '--train', points: steps.loss.raw, faint: true, width: 1 },
      {
        name: t('common.trainInline'),
        color: '--train',
        points: smoothedSteps(steps.loss, Math.max(smoothing, 0.95)),
        width: 1.5,
      },
      { name: t('common.validationInline'), color: '--val', points: metricPoints(curves, 'val_loss'), width: 2 },
    ],
    [steps, curves, smoothing, t],
  );
  // Rates are between 1e-6 and 1e-2: the heading shows the power of ten.
  const power = Math.floor(Math.log10(Math.max(1e-9, ...steps.learningRate.means.map(({ y }) => y)))) || 0;
  const rate = useMemo(
    (): Series[] => [
      {
        name: t('train.learningRate'),
        color: '--c2',
        points: steps.learningRate.means.map(({ x, y }) => ({ x, y: y / 10 ** power })),
      },
    ],
    [steps, power, t],
  );
  const val = curves.epochs.at(-1)?.metrics;
  const axis = xMax !== null && { xMax };
  const now = steps.learningRate.means.at(-1)?.y;
  return (
    <div className="live-small">
      <section>
        <div className="row">
          <h2 className="grow">{t('common.loss')}</h2>
          {val?.val_loss != null && (
            <span className="small soft">
              <span className="val-color">{f.decimal(val.val_loss, 3)}</span> val
              {val.loss != null && ` · ${f.decimal(val.hard_loss ?? val.loss, 3)} train`}
            </span>
          )}
        </div>
        <div className="small-chart">
          <LineChart series={loss} label={t('train.lossStep')} {...axis} />
        </div>
      </section>
      <section>
        <div className="row">
          <h2 className="grow">
            {t('train.learningRate2')}
            {now !== undefined && (
              <>
                {' '}
                × 10<sup>{f.sign(power, 0)}</sup>
              </>
            )}
          </h2>
          {now !== undefined && <span className="small soft">{f.decimal(now / 10 ** power, 2)}</span>}
        </div>
        <div className="small-chart">
          <LineChart series={rate} label={t('train.learningRateStep')} yMin={0} digits={2} {...axis} />
        </div>
      </section>
    </div>
  );
}
