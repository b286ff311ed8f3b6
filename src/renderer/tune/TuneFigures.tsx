import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useMemo } from 'react';
import { averagePrecision, isMeasured } from '../../shared/metrics/metrics.ts';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { useStudio } from '../stores/studio.ts';
import { column, mistakes, scored, takenFor } from './images.ts';
import { wilson } from '../../shared/metrics/wilson.ts';
import { f1, precision, recall } from './counts.ts';
import { openTest, useTune } from './tuneStore.ts';
import { useIntervals } from './useIntervals.ts';

const SIZE = 250;
const PAD = 28;
const TAKEN = 6;

interface Row {
  readonly name: string;
  readonly val: number | null;
  readonly range: string;
  readonly test: number | null;
  readonly testRange: string;
}

/** The label's curve, its figures with intervals, validation beside test, and what it is confused with. */
export function TuneFigures({ label, k }: { label: number; k: number }) {
  const { t, f } = useWording();
  const { tune, val, test } = useTune();
  const project = useStudio((state) => state.project)!;
  const reply = useIntervals(val, label, k, true);
  const classes = tune!.labels.length;
  const table = val!.tables[label]!;
  const now = table[k]!;
  const ap = useMemo(
    () => averagePrecision(column(val!.bytes.labels, classes, label), column(val!.bytes.codes, classes, label)),
    [val, classes, label],
  );
  const taken = useMemo(
    () => takenFor(val!, classes, mistakes(scored(val!, classes, label), k).falseAlarms).slice(0, TAKEN),
    [val, classes, label, k],
  );
  const points = table.flatMap((own) =>
    Number.isNaN(precision(own)) || Number.isNaN(recall(own)) ? [] : [[recall(own), precision(own)] as const],
  );
  const place = ([x, y]: readonly [number, number]): string =>
    `${(PAD + x * (SIZE - PAD - 8)).toFixed(1)},${(SIZE - PAD - y * (SIZE - PAD - 8)).toFixed(1)}`;
  const range = (low: number, high: number): string =>
    Number.isNaN(low) ? '–' : `${f.score(low, 2)} – ${f.score(high, 2)}`;
  const p = wilson(now.tp, now.tp + now.fp);
  const r = wilson(now.tp, now.tp + now.fn);
  const tested = test?.tables[label]?.[k] ?? null;
  const onTest = useIntervals(test, label, k, false);
  const [tp, tr] =
    tested === null
      ? [null, null]
      : [wilson(tested.tp, tested.tp + tested.fp), wilson(tested.tp, tested.tp + tested.fn)];
  const testAp = useMemo(
    () =>
      test === null
        ? null
        : averagePrecision(column(test.bytes.labels, classes, label), column(test.bytes.codes, classes, label)),
    [test, classes, label],
  );
  const measured = isMeasured(now);
  const testMeasured = tested === null || isMeasured(tested);
  const allRows: readonly Row[] = [
    {
      name: t('common.precision'),
      val: precision(now),
      range: range(p.low, p.high),
      test: tested === null ? null : precision(tested),
      testRange: tp === null ? '' : range(tp.low, tp.high),
    },
    {
      name: t('tune.recall2'),
      val: recall(now),
      range: range(r.low, r.high),
      test: tested === null ? null : recall(tested),
      testRange: tr === null ? '' : range(tr.low, tr.high),
    },
    {
      name: 'F1',
      val: f1(now),
      range: reply === null ? '…' : range(...reply.f1),
      test: tested === null ? null : f1(tested),
      testRange: onTest === null ? '…' : range(...onTest.f1),
    },
    {
      name: t('tune.avgPrecision'),
      val: ap,
      range: reply === null ? '…' : range(...reply.ap),
      test: testAp,
      testRange: onTest === null ? '…' : range(...onTest.ap),
    },
  ];
  // Without a positive image nothing of the label is measured, not even precision.
  const rows = allRows.map((row) => ({
    ...row,
    ...(!measured && { val: null, range: '–' }),
    ...(!testMeasured && { test: null, testRange: '–' }),
  }));
  return (
    <aside className="panel line-left tune-right scroll" aria-label={t('tune.figures')}>
      <div className="panel-head">
        <h2>{t('tune.precisionRecall')}</h2>
      </div>
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} className="pr-curve" role="img" aria-label={t('tune.precisionOverRecall')}>
        {[0, 0.5, 1].map((value) => (
          <g key={value}>
            <line
              x1={PAD}
              x2={SIZE - 8}
              y1={SIZE - PAD - value * (SIZE - PAD - 8)}
              y2={SIZE - PAD - value * (SIZE - PAD - 8)}
              stroke="var(--grid)"
            />
            <text x={PAD - 5} y={SIZE - PAD - value * (SIZE - PAD - 8) + 4} textAnchor="end">
              {f.score(value, 1)}
            </text>
            <text x={PAD + value * (SIZE - PAD - 8)} y={SIZE - PAD + 14} textAnchor="middle">
              {f.score(value, 1)}
            </text>
          </g>
        ))}
        {[0.6, 0.8].map((level) => (
          <polyline
            key={level}
            className="iso"
            points={Array.from({ length: 60 }, (_, i) => level / 2 + ((1 - level / 2) * (i + 1)) / 60)
              .filter((x) => (level * x) / (2 * x - level) <= 1)
              .map((x) => place([x, (level * x) / (2 * x - level)]))
              .join(' ')}
          />
        ))}
        <text x={SIZE / 2} y={SIZE - 1} textAnchor="middle">
          {t('common.recall')}
        </text>
        <text x={SIZE - 10} y={22} textAnchor="end">
          ↑ {t('common.precisionInline')}
        </text>
        <polyline points={points.map(place).join(' ')} fill="none" stroke="var(--pos)" strokeWidth={2} />
        {!Number.isNaN(precision(now)) && !Number.isNaN(recall(now)) && (
          <circle
            cx={place([recall(now), precision(now)]).split(',')[0]}
            cy={place([recall(now), precision(now)]).split(',')[1]}
            r={5}
            fill="var(--accent-fill)"
            stroke="var(--text-on-fill)"
            strokeWidth={1.5}
          />
        )}
      </svg>
      <table className="figures label-figures">
        <thead>
          <tr>
            <td />
            <th className="num">{t('common.validation')}</th>
            {test === null && <th className="num">95 %</th>}
            <th className="num">{t('common.test')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <td>{row.name}</td>
              {test === null ? (
                <>
                  <td className="num">
                    <strong>{f.score(row.val, 2)}</strong>
                  </td>
                  <td className="num soft">{row.range}</td>
                  <td className="num quiet">
                    <IconLock size={13} role="img" aria-label={t('tune.closed')} />
                  </td>
                </>
              ) : (
                <>
                  <td className="num">
                    <strong>{f.score(row.val, 2)}</strong>
                    <div className="small quiet">{row.range}</div>
                  </td>
                  <td className="num">
                    <strong>{f.score(row.test, 2)}</strong>
                    <div className="small quiet">{row.testRange}</div>
                  </td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small quiet panel-note">{t('tune.validationOptimisticThresholdsChosen95')}</p>
      {(!measured || !testMeasured) && (
        <p className="small warn not-measured">
          {t('tune.notMeasuredNoImageLabel')}{' '}
          {[
            ...(measured ? [] : [t('common.validationInline')]),
            ...(testMeasured ? [] : [t('common.testInline')]),
          ].join(', ')}
          .
        </p>
      )}
      {test === null ? (
        <div className="row test-closed">
          <IconLock size={15} className="quiet" aria-hidden="true" />
          <span className="small soft grow">{t('tune.testStaysClosedUntilYou')}</span>
          <Button variant="default" onClick={() => void openTest(project.id, tune!.run)}>
            {t('common.openTest')}
          </Button>
        </div>
      ) : (
        <p className="small soft test-opened">{t('tune.testOpened', { count: tune!.testOpened })}</p>
      )}
      {taken.length > 0 && (
        <section className="line-top panel-part">
          <div className="panel-head flush">
            <h2 className="cut">{t('tune.falseAlarms2')}</h2>
          </div>
          {taken.map(({ label: other, count }) => (
            <div key={other} className="row taken-row">
              <button type="button" className="link grow cut" onClick={() => useTune.setState({ label: other })}>
                <Label name={tune!.labels[other]!} most={20} />
              </button>
              <i className="taken" style={{ width: `${(60 * count) / taken[0]!.count}px` }} />
              <span className="num taken-count">{f.count(count)}</span>
            </div>
          ))}
        </section>
      )}
    </aside>
  );
}
