import { NumberInput } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useMemo, useRef, useState } from 'react';
import { usePictureUrl } from '../stores/pictureVersions.ts';
import { useWording } from '../i18n/words.ts';
import { useDataset } from '../stores/dataset.ts';
import { openViewer } from '../stores/view.ts';
import { go, useStudio } from '../stores/studio.ts';
import type { Scored } from './images.ts';
import { flips, scored } from './images.ts';
import type { Counted } from './scores.ts';
import { f1, precision, recall } from './counts.ts';
import { dragThreshold, dropThreshold, setThreshold, useTune } from './tuneStore.ts';

/** Margins in CSS pixels; the plot fills the rest. */
const [LEFT, RIGHT, TOP] = [48, 16, 48];
const BINS = 32;
const MOST_PHOTOS = 8;

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
  const tune = useTune((state) => state.tune)!;
  const locked = useTune((state) => state.thresholds[label]!.locked);
  const svg = useRef<SVGSVGElement>(null);
  const { ref: box, width: room, height: tall } = useElementSize();
  const [W, H] = [Math.max(320, room), Math.max(240, tall)];
  const AXIS = TOP + (H - TOP) * 0.36;
  const FOOT = TOP + (H - TOP) * 0.66;
  const CURVES = { top: FOOT + 34, bottom: H - 18 };
  const { positives, negatives } = val.histograms[label]!;
  const table = val.tables[label]!;
  const bins = useMemo(
    () =>
      Array.from({ length: BINS }, (_, bin) => {
        const sum = (counts: Uint32Array): number =>
          counts.subarray((bin * 256) / BINS, ((bin + 1) * 256) / BINS).reduce((a, b) => a + b, 0);
        return { positive: sum(positives), negative: sum(negatives) };
      }),
    [positives, negatives],
  );
  const most = Math.sqrt(Math.max(1, ...bins.map(({ positive }) => positive)));
  const mostNegative = Math.sqrt(Math.max(1, ...bins.map(({ negative }) => negative)));
  const x = (q: number): number => LEFT + (q / 256) * (W - LEFT - RIGHT);
  const up = (count: number): number => (Math.sqrt(count) / most) * (AXIS - TOP - 26);
  const down = (count: number): number => (Math.sqrt(count) / mostNegative) * (FOOT - AXIS - 26);
  const confusion = table[k]!;
  const width = (W - LEFT - RIGHT) / BINS - 2;
  const kAt = (clientX: number): number => {
    const { left, width: wide } = svg.current!.getBoundingClientRect();
    return ((((clientX - left) / wide) * W - LEFT) / (W - LEFT - RIGHT)) * 256;
  };
  const curveY = (value: number): number =>
    CURVES.bottom - (Number.isNaN(value) ? 0 : value) * (CURVES.bottom - CURVES.top);
  const curve = (of: (confusion: (typeof table)[number]) => number): string =>
    table
      .flatMap((own, q) => (Number.isNaN(of(own)) ? [] : [`${x(q).toFixed(1)},${curveY(of(own)).toFixed(1)}`]))
      .join(' ');
  const images = useMemo(() => scored(val, tune.labels.length, label), [val, tune, label]);
  const changed = flips(images, before, k);
  return (
    <div className="column tune-center">
      <div ref={box} className="histogram-place">
        <svg
          ref={svg}
          viewBox={`0 0 ${W} ${H}`}
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
          <defs>
            <pattern id="errors" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <line x1="0" y1="0" x2="0" y2="5" stroke="var(--bg-1)" strokeWidth="2" />
            </pattern>
          </defs>
          {x(k) > LEFT + COUNT_ROOM && (
            <text x={LEFT} y={14}>
              {t('tune.imagesSquareRootScale')}
            </text>
          )}
          <text x={W - RIGHT} y={14} textAnchor="end" fill="var(--pos)">
            {t('tune.hasIt')}
          </text>
          <text
            x={x(k) > W / 2 ? LEFT : W - RIGHT}
            y={FOOT - 6}
            textAnchor={x(k) > W / 2 ? 'start' : 'end'}
            fill="var(--neg)"
          >
            {t('tune.not')}
          </text>
          {bins.map(({ positive, negative }, bin) => {
            const q = (bin * 256) / BINS;
            const beyond = q + 256 / BINS / 2 >= k;
            return (
              <g key={bin}>
                {positive > 0 && (
                  <Bar
                    x={x(q) + 1}
                    y={AXIS - up(positive)}
                    width={width}
                    height={up(positive)}
                    color="var(--pos)"
                    wrong={!beyond}
                  />
                )}
                {negative > 0 && (
                  <Bar
                    x={x(q) + 1}
                    y={AXIS + 1}
                    width={width}
                    height={down(negative)}
                    color="var(--neg)"
                    wrong={beyond}
                  />
                )}
              </g>
            );
          })}
          <line x1={LEFT} x2={W - RIGHT} y1={AXIS} y2={AXIS} stroke="var(--control-line)" />
          {[1, Math.round((most * most) / 2), Math.round(most * most)]
            .filter((count, i, all) => all.indexOf(count) === i)
            .map((count) => (
              <text key={`p${count}`} x={LEFT - 6} y={AXIS - up(count) + 4} textAnchor="end">
                {f.count(count)}
              </text>
            ))}
          {[Math.round((mostNegative * mostNegative) / 4), Math.round(mostNegative * mostNegative)]
            .filter((count, i, all) => count > 0 && all.indexOf(count) === i)
            .map((count) => (
              <text key={`n${count}`} x={LEFT - 6} y={AXIS + down(count)} textAnchor="end">
                {f.count(count)}
              </text>
            ))}
          {[1, 0.5, 0].map((value) => (
            <g key={value}>
              <line x1={LEFT} x2={W - RIGHT} y1={curveY(value)} y2={curveY(value)} stroke="var(--grid)" />
              <text x={LEFT - 6} y={curveY(value) + 4} textAnchor="end">
                {f.score(value, 1)}
              </text>
            </g>
          ))}
          <polyline className="curve" points={curve(precision)} stroke="var(--c2)" />
          <polyline className="curve" points={curve(recall)} stroke="var(--c3)" strokeDasharray="5 3" />
          <polyline className="curve" points={curve(f1)} stroke="var(--text-1)" strokeWidth={2} />
          <text x={W - RIGHT - 4} y={CURVES.top - 12} textAnchor="end">
            <tspan fill="var(--c2)">{t('common.precisionInline')}</tspan>
            {'  '}
            <tspan fill="var(--c3)">{t('common.recall')} - -</tspan>
            {'  '}
            <tspan fill="var(--text-1)">F1</tspan>
          </text>
          {Array.from({ length: 11 }, (_, tenth) => (
            <text key={tenth} x={x(tenth * 25.6)} y={H - 2} textAnchor="middle">
              {f.score(tenth / 10, 1)}
            </text>
          ))}
          {before !== k && (
            <g>
              <line
                x1={x(before)}
                x2={x(before)}
                y1={TOP - 14}
                y2={CURVES.bottom}
                stroke="var(--text-3)"
                strokeDasharray="2 3"
              />
              <text x={x(before) + (before < k ? -4 : 4)} y={TOP - 18} textAnchor={before < k ? 'end' : 'start'}>
                {t('tune.before')} {f.score(before / 256)}
              </text>
            </g>
          )}
          <line className="threshold" x1={x(k)} x2={x(k)} y1={30} y2={CURVES.bottom} />
          <g transform={`translate(${Math.min(W - 34, Math.max(34, x(k)))} 0)`}>
            <rect x={-27} y={8} width={54} height={22} rx={4} fill="var(--accent-fill)" />
            <text y={23} textAnchor="middle" className="handle">
              {f.score(k / 256)}
            </text>
          </g>
          <Counts
            at={x(k)}
            within={W}
            y={TOP + 20}
            below={[f.count(confusion.fn), t('tune.missedInline')]}
            beyond={[f.count(confusion.tp), t('tune.found')]}
          />
          <Counts
            at={x(k)}
            within={W}
            y={FOOT - 4}
            below={[f.count(confusion.tn), t('tune.rightlyLeftOut')]}
            beyond={[f.count(confusion.fp), t('tune.falseAlarmsInline')]}
          />
        </svg>
      </div>
      <div className="row small quiet exact-threshold">
        <label className="row">
          {t('common.threshold')}
          <ExactThreshold key={`${label} ${k}`} k={k} locked={locked} onChange={(next) => setThreshold(label, next)} />
        </label>
        <span>q ≥ {k}</span>
        <span>
          <kbd>←</kbd> <kbd>→</kbd> 1/256
        </span>
        <span>
          <kbd>{t('tune.pgup')}</kbd> <kbd>{t('tune.pgdn')}</kbd> {f.score(0.05, 2)}
        </span>
        {locked && <span className="warn">{t('tune.locked')}</span>}
      </div>
      <div className="flips line-top">
        <Flipped title={t('tune.nowFound')} hint={t('tune.hasIt')} images={changed.found} tone="ok" />
        <Flipped title={t('tune.nowMissed')} hint={t('tune.hasIt')} images={changed.lost} tone="bad" />
        <Flipped
          title={t('tune.newFalseAlarms')}
          hint={t('tune.labelWrongInline')}
          images={changed.alarms}
          tone="bad"
        />
        <Flipped title={t('tune.noLongerFalseAlarms')} hint="" images={changed.cleared} tone="ok" />
        {before === k && <p className="quiet">{t('tune.dragThresholdPhotosChangeSides')}</p>}
      </div>
    </div>
  );
}

function Bar({
  wrong,
  color,
  ...box
}: {
  x: number;
  y: number;
  width: number;
  height: number;
  color: string;
  wrong: boolean;
}) {
  return (
    <>
      <rect {...box} rx={1} fill={color} opacity={wrong ? 1 : 0.5} />
      {wrong && <rect {...box} fill="url(#errors)" />}
    </>
  );
}

/** Width in pixels of the longest caption. */
const COUNT_ROOM = 150;

/** The counts on both sides of the threshold; near an edge, both are stacked on the side with space. */
function Counts({
  at,
  within,
  y,
  below,
  beyond,
}: {
  at: number;
  within: number;
  y: number;
  below: readonly [string, string];
  beyond: readonly [string, string];
}) {
  const [crowdedLeft, crowdedRight] = [at < COUNT_ROOM, at > within - COUNT_ROOM];
  return (
    <>
      <Count
        x={crowdedLeft ? at + 10 : at - 10}
        y={crowdedLeft ? y - 20 : y}
        anchor={crowdedLeft ? 'start' : 'end'}
        value={below[0]}
        text={below[1]}
      />
      <Count
        x={crowdedRight ? at - 10 : at + 10}
        y={crowdedRight ? y - 20 : y}
        anchor={crowdedRight ? 'end' : 'start'}
        value={beyond[0]}
        text={beyond[1]}
      />
    </>
  );
}

const Count = ({
  x,
  y,
  anchor,
  value,
  text,
}: {
  x: number;
  y: number;
  anchor: 'start' | 'end';
  value: string;
  text: string;
}) => (
  <text x={x} y={y} textAnchor={anchor} className="count">
    <tspan className="big">{value}</tspan> {text}
  </text>
);

function Flipped({
  title,
  hint,
  images,
  tone,
}: {
  title: string;
  hint: string;
  images: readonly Scored[];
  tone: 'ok' | 'bad';
}) {
  const { f } = useWording();
  if (images.length === 0) return null;
  return (
    <section>
      <div className="row">
        <strong className={tone}>{f.count(images.length)}</strong>
        <strong>{title}</strong>
        <span className="quiet cut">{hint}</span>
      </div>
      <div className="flip-photos">
        {images.slice(0, MOST_PHOTOS).map((one) => (
          <PhotoScore key={one.path} one={one} />
        ))}
      </div>
    </section>
  );
}

export function PhotoScore({
  one,
  chosen = false,
  corrected = false,
  mark,
  onChoose,
}: {
  one: Scored;
  chosen?: boolean;
  corrected?: boolean;
  /** A short note on what is special about this image. */
  mark?: string | undefined;
  onChoose?: () => void;
}) {
  const { t, f } = useWording();
  const pictureUrl = usePictureUrl();
  const project = useStudio((state) => state.project)!;
  return (
    <button
      type="button"
      className="photo-score"
      aria-pressed={chosen}
      title={one.path}
      onClick={onChoose ?? (() => editLabels(one.path))}
    >
      <img src={pictureUrl(project.id, one.path, { kind: 'thumbnail', edge: 128 })} alt={one.path} />
      {mark !== undefined && <span className="photo-leaving small cut">{mark}</span>}
      {corrected && <span className="corrected">{t('tune.corrected')}</span>}
      <span className="row small">
        <span className="grow cut soft">
          {one.path
            .split('/')
            .at(-1)
            ?.replace(/\.\w+$/, '')}
        </span>
        <span>{f.score(one.q / 256, 2)}</span>
      </span>
    </button>
  );
}

/** Opens the image on the Data screen, where labels are corrected. */
export function editLabels(path: string): void {
  const { index } = useDataset.getState();
  const image = index?.paths.indexOf(path) ?? -1;
  if (image >= 0) openViewer(image);
  go('data');
}

/** The threshold as a number. Input is committed on Enter or blur, not per keystroke. */
function ExactThreshold({
  k,
  locked,
  onChange,
}: {
  readonly k: number;
  readonly locked: boolean;
  readonly onChange: (k: number) => void;
}) {
  const [typed, setTyped] = useState<number | string>(Number((k / 256).toFixed(3)));
  const take = (): void => {
    const next = Math.round(Number(typed) * 256);
    if (typed !== '' && next !== k) onChange(next);
  };
  return (
    <NumberInput
      w={74}
      hideControls
      disabled={locked}
      min={0}
      max={1}
      decimalScale={3}
      fixedDecimalScale
      value={typed}
      onChange={setTyped}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
      }}
    />
  );
}
