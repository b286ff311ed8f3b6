import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import type { RunHistory } from '../../shared/contract/runs.ts';
import type { Stage } from '../../shared/events.ts';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { stageEpochs } from './curves.ts';

const ROW = 28;
const LOOK_BACK = 5;

/** Labels, weakest first: the bar spans the last epochs, the dot is the current epoch, the tick is the teacher. */
export function LabelTable({ history, stage }: { history: RunHistory; stage: Stage }) {
  const { t, f } = useWording();
  const scroller = useRef<HTMLDivElement>(null);
  const { now, before, teacher, order } = useMemo(() => {
    const scored = stageEpochs(history.phases, stage).epochs.filter(({ perClassAp }) => perClassAp !== null);
    const bestOfTeacher =
      stageEpochs(history.phases, 'teacher').epochs.findLast(({ best, perClassAp }) => best && perClassAp !== null)
        ?.perClassAp ?? null;
    const latest = scored.at(-1)?.perClassAp ?? [];
    const sorted = latest.flatMap((ap, c) => (ap === null ? [] : [c])).sort((a, b) => latest[a]! - latest[b]!);
    return {
      now: latest,
      before: scored.at(-1 - LOOK_BACK)?.perClassAp ?? scored[0]?.perClassAp ?? latest,
      teacher: stage === 'teacher' ? null : bestOfTeacher,
      order: sorted,
    };
  }, [history, stage]);
  const rows = useVirtualizer({
    count: order.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  const unscored = history.vocabulary.length - order.length;
  return (
    <section className="column grow" aria-label={t('train.labelsWeakestFirst')}>
      <div className="panel-head">
        <h2>{t('common.labels2')}</h2>
        <span className="quiet hint">{t('train.weakestFirst')}</span>
        <span className="push small soft">
          <span style={{ color: 'var(--val)' }}>●</span> {t('train.now')}{' '}
          {teacher !== null && (
            <>
              <span style={{ color: 'var(--test)' }}>❙</span> {t('common.teacherInline')}
            </>
          )}
        </span>
      </div>
      <div className="row small quiet" style={{ padding: '0 16px 4px' }}>
        <span className="grow">{t('common.label')}</span>
        <span className="num" style={{ width: 44 }}>
          AP
        </span>
        <span className="num ap-change" style={{ width: 46 }}>
          {t('train.ep', { LOOKBACK: LOOK_BACK })}
        </span>
        <span className="ap-line-head" style={{ width: 76 }}>
          0–100
        </span>
        <span className="num" style={{ width: 34 }}>
          val
        </span>
      </div>
      {order.length === 0 ? (
        <p className="quiet" style={{ padding: '4px 16px' }}>
          {t('train.afterFirstEpoch')}
        </p>
      ) : (
        <div
          ref={scroller}
          className="scroll grow"
          role="table"
          aria-label={t('train.averagePrecisionLabel')}
          aria-rowcount={order.length}
          tabIndex={0}
        >
          <div role="rowgroup" style={{ height: rows.getTotalSize(), position: 'relative' }}>
            {rows.getVirtualItems().map(({ index, start }) => {
              const c = order[index]!;
              const [ap, old] = [now[c]!, before[c] ?? now[c]!];
              const change = (ap - old) * 100;
              return (
                <div key={c} role="row" className="ap-row" style={{ transform: `translateY(${start}px)`, height: ROW }}>
                  <span role="cell" className="grow cut">
                    <Label name={history.vocabulary[c]!} most={26} />
                  </span>
                  <span role="cell" className="num" style={{ width: 44 }}>
                    {f.points(ap)}
                  </span>
                  <span
                    role="cell"
                    className={`num ap-change ${change < -0.05 ? 'warn' : 'soft'}`}
                    style={{ width: 46 }}
                  >
                    {f.sign(change, 1)}
                  </span>
                  <span role="cell" className="ap-line" aria-hidden="true">
                    <i style={{ left: `${Math.min(ap, old) * 100}%`, width: `${Math.abs(ap - old) * 100}%` }} />
                    {teacher?.[c] != null && <u style={{ left: `${teacher[c] * 100}%` }} />}
                    <b style={{ left: `${ap * 100}%` }} />
                  </span>
                  <span role="cell" className="num quiet" style={{ width: 34 }}>
                    {f.count(history.valPositives[c] ?? 0)}
                  </span>
                </div>
              );
            })}
          </div>
        </div>
      )}
      {unscored > 0 && order.length > 0 && (
        <p className="small quiet" style={{ padding: '6px 16px' }}>
          {t('train.labelsWithoutValidationImagesNot', { unscored: f.count(unscored) })}
        </p>
      )}
    </section>
  );
}
