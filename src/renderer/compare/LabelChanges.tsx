import { useVirtualizer } from '@tanstack/react-virtual';
import { SegmentedControl } from '@mantine/core';
import type { CSSProperties } from 'react';
import { useMemo, useRef, useState } from 'react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { shortLabels, notMeasuredText } from '../../shared/metrics/verdictTexts.ts';
import { runName } from '../../shared/runName.ts';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import type { Measure } from './differences.ts';
import type { Compared } from './useComparison.ts';

const ROW = 28;

/** The change per label, largest first; faint where the change is within chance. */
export function LabelChanges({
  before,
  after,
  compared,
  colors,
}: {
  before: RunSummary | null;
  after: RunSummary | null;
  compared: Compared;
  /** Color tokens of the two runs, as in the table and the curves. */ colors: {
    readonly before: string;
    readonly after: string;
  };
}) {
  const { t, f, said } = useWording();
  const scroller = useRef<HTMLDivElement>(null);
  const [measure, setMeasure] = useState<Measure>('ap');
  const rows = useMemo(
    () =>
      compared.state === 'done'
        ? [...compared.comparisons[measure].labels].sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from))
        : [],
    [compared, measure],
  );
  const notMeasured = compared.state === 'done' ? compared.comparisons[measure].notMeasured : [];
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  return (
    <aside className="panel line-left" aria-label={t('compare.perLabel')}>
      <div className="panel-head centered">
        <h2>{t('compare.perLabel')}</h2>
        <span className="quiet cut grow">{t('compare.int8LargestChangeFirst')}</span>
        <SegmentedControl
          aria-label={t('compare.measureLabel')}
          data={[
            { value: 'ap', label: 'AP' },
            { value: 'f1', label: 'F1' },
          ]}
          value={measure}
          onChange={(value) => setMeasure(value)}
        />
      </div>
      {before !== null && after !== null && rows.length > 0 && (
        <div className="row wrap nowrap small soft list-head">
          <span style={{ color: `var(${colors.before})` }}>○</span>
          {said(runName(before.name))}
          <span style={{ color: `var(${colors.after})` }}>●</span>
          {said(runName(after.name))}
          <span className="grow" />
          <span className="quiet">{t('compare.valImages')}</span>
        </div>
      )}
      {rows.length === 0 && (
        <p className="quiet inset">
          {compared.state === 'working'
            ? t('compare.comparing1000ResamplesOf')
            : compared.state === 'refused'
              ? t('compare.otherImagesLabelsFiguresWould')
              : t('compare.twoScoredRunsShowHere')}
        </p>
      )}
      <div ref={scroller} className="scroll grow" role="table" aria-label={t('compare.changeLabel')} tabIndex={0}>
        <div role="rowgroup" className="virtual" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const { label, from, to, clear, positives, low, high } = rows[index]!;
            const change = (to - from) * 100;
            return (
              <div
                key={label}
                role="row"
                className="compare-ap-row"
                data-clear={clear}
                style={{ transform: `translateY(${start}px)`, height: ROW }}
                title={t('compare.n95Range', { low: f.sign(low * 100, 1), high: f.sign(high * 100, 1) })}
              >
                <span role="cell" className="grow cut">
                  <Label name={label} most={20} />
                </span>
                <span
                  role="cell"
                  className="dumbbell"
                  style={{ '--from': `var(${colors.before})`, '--to': `var(${colors.after})` } as CSSProperties}
                  aria-hidden="true"
                >
                  <i style={{ left: `${Math.min(from, to) * 100}%`, width: `${Math.abs(to - from) * 100}%` }} />
                  <b className="hollow second" style={{ left: `${from * 100}%` }} />
                  <b style={{ left: `${to * 100}%` }} />
                </span>
                <span role="cell" className={`num change-column ${!clear ? 'quiet' : change > 0 ? 'ok' : 'warn'}`}>
                  {f.sign(change, 1)}
                </span>
                <span role="cell" className="num quiet count-column">
                  {f.count(positives)}
                </span>
              </div>
            );
          })}
        </div>
      </div>
      {notMeasured.length > 0 && (
        <p className="small warn line-top not-compared" title={notMeasured.join(', ')}>
          {t('compare.noValidationImage', {
            notMeasuredCount: notMeasuredText(notMeasured.length, t),
            notMeasured: shortLabels(notMeasured, t),
          })}
        </p>
      )}
      {rows.length > 0 && <p className="small quiet line-top panel-foot">{t('compare.faintChangeWithinChanceFew')}</p>}
    </aside>
  );
}
