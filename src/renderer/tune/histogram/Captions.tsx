import type { Confusion } from '../../../shared/metrics/metrics.ts';
import { useWording } from '../../i18n/words.ts';
import type { Layout } from './layout.ts';

/** Width in pixels of the longest caption. */
const CAPTION_WIDTH = 150;

/** What the two sides of the axis are. Captions give way to the handle and the counts at the threshold k. */
export function SideCaptions({ k, layout }: { readonly k: number; readonly layout: Layout }) {
  const { t } = useWording();
  const { x, width, left, right, foot } = layout;
  const thresholdOnRight = x(k) > width / 2;
  return (
    <>
      {x(k) > left + CAPTION_WIDTH && (
        <text x={left} y={14}>
          {t('tune.imagesSquareRootScale')}
        </text>
      )}
      <text x={right} y={14} textAnchor="end" fill="var(--pos)">
        {t('tune.hasIt')}
      </text>
      <text
        x={thresholdOnRight ? left : right}
        y={foot - 6}
        textAnchor={thresholdOnRight ? 'start' : 'end'}
        fill="var(--neg)"
      >
        {t('tune.not')}
      </text>
    </>
  );
}

/** The four cells of the confusion matrix, beside the threshold k: positives above the axis, negatives below. */
export function Outcomes({
  confusion,
  k,
  layout,
}: {
  readonly confusion: Confusion;
  readonly k: number;
  readonly layout: Layout;
}) {
  const { t } = useWording();
  const { x, width, top, foot } = layout;
  const place = { at: x(k), within: width };
  return (
    <>
      <Counts
        {...place}
        y={top + 20}
        below={{ count: confusion.fn, text: t('tune.missedInline') }}
        beyond={{ count: confusion.tp, text: t('tune.found') }}
      />
      <Counts
        {...place}
        y={foot - 4}
        below={{ count: confusion.tn, text: t('tune.rightlyLeftOut') }}
        beyond={{ count: confusion.fp, text: t('tune.falseAlarmsInline') }}
      />
    </>
  );
}

interface Outcome {
  readonly count: number;
  readonly text: string;
}

/** The counts on both sides of the threshold; near an edge, both are stacked on the side with space. */
function Counts({
  at,
  within,
  y,
  below,
  beyond,
}: {
  readonly at: number;
  readonly within: number;
  readonly y: number;
  readonly below: Outcome;
  readonly beyond: Outcome;
}) {
  const [crowdedLeft, crowdedRight] = [at < CAPTION_WIDTH, at > within - CAPTION_WIDTH];
  return (
    <>
      <Count at={at} y={crowdedLeft ? y - 20 : y} side={crowdedLeft ? 'right' : 'left'} {...below} />
      <Count at={at} y={crowdedRight ? y - 20 : y} side={crowdedRight ? 'left' : 'right'} {...beyond} />
    </>
  );
}

function Count({
  at,
  y,
  side,
  count,
  text,
}: Outcome & { readonly at: number; readonly y: number; readonly side: 'left' | 'right' }) {
  const { f } = useWording();
  return (
    <text
      x={side === 'left' ? at - 10 : at + 10}
      y={y}
      textAnchor={side === 'left' ? 'end' : 'start'}
      className="count"
    >
      <tspan className="big">{f.count(count)}</tspan> {text}
    </text>
  );
}
