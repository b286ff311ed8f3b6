import { ActionIcon, Menu, UnstyledButton } from '@mantine/core';
import {
  IconAlertTriangle,
  IconChevronDown,
  IconCircleCheck,
  IconCircleDashed,
  IconLock,
  IconRefresh,
} from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { wilson } from '../../shared/metrics/wilson.ts';
import { f1, recall } from '../../shared/metrics/ratios.ts';
import type { GroupKind } from './tuneOrder.ts';
import { groupOf, tuneOrder } from './tuneOrder.ts';
import { applyGoal, resetAll, sortAgain, useTune } from './tuneStore.ts';

const ROW = 26;
export function TuneList() {
  const { t, f } = useWording();
  const { tune, val, thresholds, label, order } = useTune();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(
    () =>
      order
        .filter(({ labels }) => labels.length > 0)
        .flatMap(({ kind, labels }) => [
          { kind, head: labels.length, c: -1 },
          ...labels.map((c) => ({ kind, head: 0, c })),
        ]),
    [order],
  );
  const sorted = useMemo(
    () => JSON.stringify(tuneOrder(val!, thresholds, tune!.goal)) === JSON.stringify(order),
    [val, thresholds, tune, order],
  );
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  const at = rows.findIndex(({ c }) => c === label);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
  }, [at, virtual, thresholds]);
  const everyone = tune!.labels.map((_, c) => c);
  return (
    <aside className="panel line-right tune-list" aria-label={t('common.labels2')}>
      <div className="panel-head centered">
        <h2>{t('common.labels2')}</h2>
        <span className="quiet">{f.count(tune!.labels.length)}</span>
        {!sorted && (
          <ActionIcon
            className="push"
            variant="subtle"
            color="gray"
            aria-label={t('tune.sortAgain')}
            title={t('tune.labelsStayPlaceWhileYou')}
            onClick={sortAgain}
          >
            <IconRefresh size={14} />
          </ActionIcon>
        )}
        <Menu position="bottom-end">
          <Menu.Target>
            <UnstyledButton className={sorted ? 'push row soft goal-for-all' : 'row soft goal-for-all'}>
              {t('tune.goalAll')}
              <IconChevronDown size={14} aria-hidden="true" />
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => applyGoal(everyone, { ...tune!.goal, goal: 'max_f1' })}>
              {t('tune.bestF1')}
            </Menu.Item>
            <Menu.Item onClick={() => applyGoal(everyone, { ...tune!.goal, goal: 'precision' })}>
              {t('tune.precision2', { minprecision: f.score(tune!.goal.min_precision, 2) })}
            </Menu.Item>
            <Menu.Item onClick={() => applyGoal(everyone, { ...tune!.goal, goal: 'recall' })}>
              {t('tune.recall3', { minrecall: f.score(tune!.goal.min_recall, 2) })}
            </Menu.Item>
            <Menu.Item onClick={() => applyGoal(everyone, { goal: 'cost', missCost: 3 })}>
              {t('tune.missCosts3FalseAlarms')}
            </Menu.Item>
            <Menu.Item onClick={() => applyGoal(everyone, thresholds[label]?.goal ?? tune!.goal)}>
              {t('tune.goalOfLabel')}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item onClick={resetAll}>{t('tune.allSearchFoundThem')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      <div className="row small quiet line-bottom list-head">
        <span className="grow">{t('common.label')}</span>
        <span className="range-head cut">{t('tune.recall95')}</span>
        <span className="num f1-column">F1</span>
        <span className="num threshold-column">{t('common.threshold')}</span>
      </div>
      <div ref={scroller} className="scroll grow" role="listbox" aria-label={t('common.labels2')} tabIndex={0}>
        <div role="presentation" className="virtual" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const { kind, head, c } = rows[index]!;
            if (c < 0) return <GroupHead key={kind} kind={kind} count={head} start={start} global={tune!.globalK} />;
            const own = thresholds[c]!;
            const confusion = val!.tables[c]![own.k]!;
            const { low, high } = wilson(confusion.tp, confusion.tp + confusion.fn);
            const found = recall(confusion, 0);
            return (
              <div
                key={c}
                role="option"
                aria-selected={c === label}
                className="tune-row"
                style={{ transform: `translateY(${start}px)`, height: ROW }}
                onClick={() => useTune.setState({ label: c })}
              >
                <span className="grow cut row">
                  <Label name={tune!.labels[c]!} most={22} />
                  {own.locked && <IconLock size={12} className="quiet" aria-label={t('tune.locked')} role="img" />}
                </span>
                {kind === 'untuned' ? (
                  <span className="range-head" />
                ) : (
                  <span className="range" aria-hidden="true">
                    <i style={{ left: `${low * 100}%`, width: `${(high - low) * 100}%` }} />
                    <b data-kind={groupOf(val!, c, own, tune!.goal)} style={{ left: `${found * 100}%` }} />
                  </span>
                )}
                <span className="num f1-column">{kind === 'untuned' ? '–' : f.score(f1(confusion), 2)}</span>
                <span className="num soft threshold-column">{f.score(own.k / 256, 2)}</span>
              </div>
            );
          })}
        </div>
      </div>
    </aside>
  );
}

function GroupHead({ kind, count, start, global }: { kind: GroupKind; count: number; start: number; global: number }) {
  const { t, f } = useWording();
  const text =
    kind === 'below'
      ? t('tune.belowGoal')
      : kind === 'meets'
        ? t('tune.meetsGoal')
        : t('tune.notMeasuredNoValidationImage', { global: f.score(global / 256, 2) });
  const Icon = kind === 'below' ? IconAlertTriangle : kind === 'meets' ? IconCircleCheck : IconCircleDashed;
  return (
    <div role="presentation" className="tune-head soft" style={{ transform: `translateY(${start}px)`, height: ROW }}>
      <Icon size={14} className={kind === 'below' ? 'warn' : kind === 'meets' ? 'ok' : 'quiet'} aria-hidden="true" />
      <span className="grow cut">{text}</span>
      <span className="quiet">{f.count(count)}</span>
    </div>
  );
}
