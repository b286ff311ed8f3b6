import { useWording } from '../../i18n/words.ts';
import type { Layout } from './layout.ts';

const handle = { width: 54, height: 22, top: 8 };
/** The handle stays this far from the edges, so that its value can be read. */
const INSET = 34;

/** The threshold k as a line, with its value in a handle on top. */
export function ThresholdHandle({ k, layout }: { readonly k: number; readonly layout: Layout }) {
  const { f } = useWording();
  const { x, width, curves } = layout;
  const center = Math.min(width - INSET, Math.max(INSET, x(k)));
  return (
    <>
      <line className="threshold" x1={x(k)} x2={x(k)} y1={handle.top + handle.height} y2={curves.bottom} />
      <g transform={`translate(${center} 0)`}>
        <rect
          x={-handle.width / 2}
          y={handle.top}
          width={handle.width}
          height={handle.height}
          rx={4}
          fill="var(--accent-fill)"
        />
        <text y={23} textAnchor="middle" className="handle">
          {f.score(k / 256)}
        </text>
      </g>
    </>
  );
}

/** Where the threshold was before it was moved to k. */
export function ThresholdBefore({
  before,
  k,
  layout,
}: {
  readonly before: number;
  readonly k: number;
  readonly layout: Layout;
}) {
  const { t, f } = useWording();
  const { x, top, curves } = layout;
  if (before === k) return null;
  const onLeft = before < k;
  return (
    <g>
      <line
        x1={x(before)}
        x2={x(before)}
        y1={top - 14}
        y2={curves.bottom}
        stroke="var(--text-3)"
        strokeDasharray="2 3"
      />
      <text x={x(before) + (onLeft ? -4 : 4)} y={top - 18} textAnchor={onLeft ? 'end' : 'start'}>
        {t('tune.before')} {f.score(before / 256)}
      </text>
    </g>
  );
}
