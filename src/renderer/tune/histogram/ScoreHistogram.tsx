import { useElementSize } from '@mantine/hooks';
import { useMemo, useRef } from 'react';
import { useWording } from '../../i18n/words.ts';
import type { Counted } from '../scores.ts';
import { dragThreshold, dropThreshold, useTune } from '../tuneStore.ts';
import { CountAxis, ScoreAxis } from './Axes.tsx';
import { Bars } from './Bars.tsx';
import { Outcomes, SideCaptions } from './Captions.tsx';
import { ExactThreshold } from './ExactThreshold.tsx';
import { Flips } from './Flips.tsx';
import { binsOf, countScales, layoutIn } from './layout.ts';
import { ThresholdCurves } from './ThresholdCurves.tsx';
import { ThresholdBefore, ThresholdHandle } from './ThresholdHandle.tsx';

interface Props {
  readonly val: Counted;
  readonly label: number;
  readonly k: number;
  readonly before: number;
}

/**
 * Images with the label are above the axis, images without it below. The threshold splits them into the four cells of
 * the confusion matrix.
 */
export function ScoreHistogram({ val, label, k, before }: Props) {
  const { t, f } = useWording();
  const classes = useTune((state) => state.tune!.labels.length);
  const locked = useTune((state) => state.thresholds[label]!.locked);
  const svg = useRef<SVGSVGElement>(null);
  const { ref: box, width, height } = useElementSize();
  const layout = layoutIn({ width, height });
  const histogram = val.histograms[label]!;
  const bins = useMemo(() => binsOf(histogram), [histogram]);
  const scales = countScales(bins, layout);
  const table = val.tables[label]!;
  const kAt = (clientX: number): number => {
    const drawn = svg.current!.getBoundingClientRect();
    return layout.x.invert(((clientX - drawn.left) / drawn.width) * layout.width);
  };
  return (
    <div className="column tune-center">
      <div ref={box} className="histogram-place">
        <svg
          ref={svg}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          className="histogram"
          role="slider"
          tabIndex={0}
          aria-label={t('common.threshold')}
          aria-valuemin={0}
          aria-valuemax={256}
          aria-valuenow={k}
          aria-valuetext={f.score(k / 256)}
          aria-disabled={locked}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            dragThreshold(label, kAt(event.clientX));
          }}
          onPointerMove={(event) => {
            if (event.currentTarget.hasPointerCapture(event.pointerId)) dragThreshold(label, kAt(event.clientX));
          }}
          onPointerUp={dropThreshold}
          onPointerCancel={dropThreshold}
        >
          <SideCaptions k={k} layout={layout} />
          <Bars bins={bins} scales={scales} layout={layout} k={k} />
          <CountAxis scales={scales} layout={layout} />
          <ThresholdCurves table={table} layout={layout} />
          <ScoreAxis layout={layout} />
          <ThresholdBefore before={before} k={k} layout={layout} />
          <ThresholdHandle k={k} layout={layout} />
          <Outcomes confusion={table[k]!} k={k} layout={layout} />
        </svg>
      </div>
      <ExactThreshold label={label} k={k} locked={locked} />
      <Flips val={val} classes={classes} label={label} k={k} before={before} />
    </div>
  );
}
