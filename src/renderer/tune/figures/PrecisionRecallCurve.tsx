import type { Confusion } from '../../../shared/metrics/metrics.ts';
import { useWording } from '../../i18n/words.ts';
import { precision, recall } from '../../../shared/metrics/ratios.ts';
import { linearScale } from '../scale.ts';

const SIZE = 250;
const [LEFT, RIGHT] = [28, SIZE - 8];
const [TOP, BOTTOM] = [8, SIZE - 28];
const x = linearScale([0, 1], [LEFT, RIGHT]);
const y = linearScale([0, 1], [BOTTOM, TOP]);

interface Point {
  readonly recall: number;
  readonly precision: number;
}

/** Precision over recall at each threshold; a dot marks the current one. */
export function PrecisionRecallCurve({ table, k }: { readonly table: readonly Confusion[]; readonly k: number }) {
  const { t } = useWording();
  const current = pointOf(table[k]!);
  return (
    <svg viewBox={`0 0 ${SIZE} ${SIZE}`} className="pr-curve" role="img" aria-label={t('tune.precisionOverRecall')}>
      <Grid />
      {[0.6, 0.8].map((level) => (
        <polyline key={level} className="iso" points={lineThrough(pointsOfF1(level))} />
      ))}
      <text x={SIZE / 2} y={SIZE - 1} textAnchor="middle">
        {t('common.recall')}
      </text>
      <text x={RIGHT - 2} y={TOP + 14} textAnchor="end">
        ↑ {t('common.precisionInline')}
      </text>
      <polyline
        points={lineThrough(table.map(pointOf).filter(isDefined))}
        fill="none"
        stroke="var(--pos)"
        strokeWidth={2}
      />
      {isDefined(current) && (
        <circle
          cx={x(current.recall)}
          cy={y(current.precision)}
          r={5}
          fill="var(--accent-fill)"
          stroke="var(--text-on-fill)"
          strokeWidth={1.5}
        />
      )}
    </svg>
  );
}

function Grid() {
  const { f } = useWording();
  return [0, 0.5, 1].map((value) => (
    <g key={value}>
      <line x1={LEFT} x2={RIGHT} y1={y(value)} y2={y(value)} stroke="var(--grid)" />
      <text x={LEFT - 5} y={y(value) + 4} textAnchor="end">
        {f.score(value, 1)}
      </text>
      <text x={x(value)} y={BOTTOM + 14} textAnchor="middle">
        {f.score(value, 1)}
      </text>
    </g>
  ));
}

const pointOf = (confusion: Confusion): Point => ({ recall: recall(confusion), precision: precision(confusion) });

/** Precision is undefined when nothing is predicted, recall when no image has the label. */
const isDefined = (point: Point): boolean => !Number.isNaN(point.precision) && !Number.isNaN(point.recall);

const lineThrough = (points: readonly Point[]): string =>
  points.map((point) => `${x(point.recall).toFixed(1)},${y(point.precision).toFixed(1)}`).join(' ');

/** Where F1 is this high: its formula solved for precision, over the recalls that reach it. */
const pointsOfF1 = (f1: number): Point[] =>
  Array.from({ length: 60 }, (_, i) => linearScale([0, 60], [f1 / 2, 1])(i + 1))
    .map((recall) => ({ recall, precision: (f1 * recall) / (2 * recall - f1) }))
    .filter(({ precision }) => precision <= 1);
