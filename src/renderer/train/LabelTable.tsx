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
          <span className="val-color">●</span> {t('train.now')}{' '}
          {teacher !== null && (
            <>
              <span className="teacher-color">❙</span> {t('common.teacherInline')}
            </>
          )}
        </span>
      </div>
      <div className="row small quiet ap-head">
        <span className="grow">{t('common.label')}</span>
        <span className="num ap-column">AP</span>
        <span className="num ap-change">{t('train.ep', { LOOKBACK: LOOK_BACK })}</span>
        <span className="ap-line-head">0–100</span>
        <span className="num count-column">val</span>
      </div>
      {order.length === 0 ? (
        <p className="quiet inset">{t('train.afterFirstEpoch')}</p>
      ) : (
        <div
          ref={scroller}
          className="scroll grow"
          role="table"
          aria-label={t('train.averagePrecisionLabel')}
          aria-rowcount={order.length}
          tabIndex={0}
        >
          <div role="rowgroup" className="virtual" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, start }) => {
              const c = order[index]!;
              const [ap, old] = [now[c]!, before[c] ?? now[c]!];
              const change = (ap - old) * 100;
              return (
                <div
                  key={c}
                  role="row"
                  className="train-ap-row"
                  style={{ transform: `translateY(${start}px)`, height: ROW }}
                >
                  <span role="cell" className="grow cut">
                    <Label name={history.vocabulary[c]!} most={26} />
                  </span>
                  <span role="cell" className="num ap-column">
                    {f.points(ap)}
                  </span>
                  <span role="cell" className={`num ap-change ${change < -0.05 ? 'warn' : 'soft'}`}>
                    {f.sign(change, 1)}
                  </span>
                  <span role="cell" className="ap-line" aria-hidden="true">
                    <i style={{ left: `${Math.min(ap, old) * 100}%`, width: `${Math.abs(ap - old) * 100}%` }} />
                    {teacher?.[c] != null && <u style={{ left: `${teacher[c] * 100}%` }} />}
                    <b style={{ left: `${ap * 100}%` }} />
                  </span>
                  <span role="cell" className="num quiet count-column">
                    {f.count(history.valPositives[c] ?? 0)}
                  </span>
                </div>
              );
            })}
          </div>
        </div>
      )}
      {unscored > 0 && order.length > 0 && (
        <p className="small quiet panel-note">
          {t('train.labelsWithoutValidationImagesNot', { unscored: f.count(unscored) })}
        </p>
      )}
    </section>
  );
}
