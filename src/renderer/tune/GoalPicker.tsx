import { NumberInput, SegmentedControl } from '@mantine/core';
import type { LabelGoal } from '../../shared/metrics/goal.ts';
import { useWording } from '../i18n/words.ts';
import type { Counted } from './scores.ts';
import { applyGoal, useTune } from './tuneStore.ts';

type Kind = LabelGoal['goal'];

/** The goal that a label's threshold is chosen for. */
export function GoalPicker({ label }: { label: number }) {
  const { t } = useWording();
  const { tune, thresholds } = useTune();
  const goal: LabelGoal = thresholds[label]?.goal ?? tune!.goal;
  const choose = (kind: Kind): void =>
    applyGoal(
      [label],
      kind === 'cost'
        ? { goal: 'cost', missCost: 3 }
        : { goal: kind, min_precision: tune!.goal.min_precision, min_recall: tune!.goal.min_recall },
    );
  return (
    <span className="row goal-picker">
      <SegmentedControl
        aria-label={t('tune.goal')}
        value={goal.goal}
        onChange={(kind) => choose(kind)}
        data={[
          { value: 'max_f1', label: t('tune.bestF1') },
          { value: 'precision', label: t('tune.precision') },
          { value: 'recall', label: t('tune.recall') },
          { value: 'cost', label: t('tune.cost') },
        ]}
      />
      {goal.goal === 'precision' && (
        <NumberInput
          w={72}
          aria-label={t('tune.precisionLeast')}
          min={0}
          max={1}
          step={0.05}
          decimalScale={2}
          value={goal.min_precision}
          onChange={(value) => applyGoal([label], { ...goal, min_precision: within(value, 0, 1) })}
        />
      )}
      {goal.goal === 'recall' && (
        <NumberInput
          w={72}
          aria-label={t('tune.recallLeast')}
          min={0}
          max={1}
          step={0.05}
          decimalScale={2}
          value={goal.min_recall}
          onChange={(value) => applyGoal([label], { ...goal, min_recall: within(value, 0, 1) })}
        />
      )}
      {goal.goal === 'cost' && (
        <NumberInput
          w={72}
          aria-label={t('tune.falseAlarmsOneMissWorth')}
          min={0.1}
          max={100}
          step={1}
          decimalScale={1}
          value={goal.missCost}
          onChange={(value) => applyGoal([label], { goal: 'cost', missCost: within(value, 0.1, 100) })}
        />
      )}
      {goal.goal === 'cost' && <span className="small quiet wide-only">{t('tune.falseAlarmsMiss')}</span>}
    </span>
  );
}

/** While typing, a number may be missing or out of range. */
const within = (value: number | string, least: number, most: number): number =>
  Math.min(most, Math.max(least, Number(value) || 0));

/** Labels with half to twice as many positives, which are similarly hard to tune. */
export function similarLabels({ histograms }: Counted, label: number): number[] {
  const own = histograms[label]!.totalPositives;
  return histograms.flatMap(({ totalPositives }, c) =>
    c !== label && totalPositives >= own / 2 && totalPositives <= own * 2 ? [c] : [],
  );
}
