import type { Confusion } from '../../../shared/metrics/metrics.ts';
import { useWording } from '../../i18n/words.ts';
import { f1, precision, recall } from '../../../shared/metrics/ratios.ts';
import { linearScale } from '../scale.ts';
import type { Layout } from './layout.ts';

/** Precision, recall and F1 at each threshold, below the bars and over the same scores. */
export function ThresholdCurves({ table, layout }: { readonly table: readonly Confusion[]; readonly layout: Layout }) {
  const { t, f } = useWording();
  const { x, left, right, curves } = layout;
  const y = linearScale([0, 1], [curves.bottom, curves.top]);
  const points = (of: (confusion: Confusion) => number): string =>
    table
      .flatMap((confusion, q) => {
        const value = of(confusion);
        return Number.isNaN(value) ? [] : [`${x(q).toFixed(1)},${y(value).toFixed(1)}`];
      })
      .join(' ');
  return (
    <>
      {[1, 0.5, 0].map((value) => (
        <g key={value}>
          <line x1={left} x2={right} y1={y(value)} y2={y(value)} stroke="var(--grid)" />
          <text x={left - 6} y={y(value) + 4} textAnchor="end">
            {f.score(value, 1)}
          </text>
        </g>
      ))}
      <polyline className="curve" points={points(precision)} stroke="var(--c2)" />
      <polyline className="curve" points={points(recall)} stroke="var(--c3)" strokeDasharray="5 3" />
      <polyline className="curve" points={points(f1)} stroke="var(--text-1)" strokeWidth={2} />
      <text x={right - 4} y={curves.top - 12} textAnchor="end">
        <tspan fill="var(--c2)">{t('common.precisionInline')}</tspan>
        {'  '}
        <tspan fill="var(--c3)">{t('common.recall')} - -</tspan>
        {'  '}
        <tspan fill="var(--text-1)">F1</tspan>
      </text>
    </>
  );
}
