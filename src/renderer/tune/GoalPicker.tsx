import { NumberInput, SegmentedControl } from '@mantine/core';
import type { LabelGoal } from '../../shared/metrics/goal.ts';
import { useWording } from '../i18n/words.ts';
import type { Counted } from './tuneStore.ts';
import { applyGoal, useTune } from './tuneStore.ts';

type Kind = LabelGoal['goal'];

/** What a label's threshold is chosen for. */
export function GoalPicker({ label }: { label: number }) {
  const { w } = useWording();
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
        aria-label={w('Goal', 'Objetivo')}
        value={goal.goal}
        onChange={(kind) => choose(kind as Kind)}
        data={[
          { value: 'max_f1', label: w('Best F1', 'Mejor F1') },
          { value: 'precision', label: w('Precision ≥', 'Precisión ≥') },
          { value: 'recall', label: w('Recall ≥', 'Exhaust. ≥') },
          { value: 'cost', label: w('Cost', 'Coste') },
        ]}
      />
      {goal.goal === 'precision' && (
        <NumberInput
          w={72}
          aria-label={w('Precision at least', 'Precisión mínima')}
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
          aria-label={w('Recall at least', 'Exhaustividad mínima')}
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
          aria-label={w('False alarms that one miss is worth', 'Falsas alarmas que vale un fallo')}
          min={0.1}
          max={100}
          step={1}
          decimalScale={1}
          value={goal.missCost}
          onChange={(value) => applyGoal([label], { goal: 'cost', missCost: within(value, 0.1, 100) })}
        />
      )}
      {goal.goal === 'cost' && (
        <span className="small quiet wide-only">{w('false alarms a miss', 'falsas alarmas por fallo')}</span>
      )}
    </span>
  );
}

/** While it is typed a number may be none, or out of range. */
const within = (value: number | string, least: number, most: number): number =>
  Math.min(most, Math.max(least, Number(value) || 0));

/** Labels with between half and twice as many positives: they are as hard to tune. */
export function similarLabels({ histograms }: Counted, label: number): number[] {
  const own = histograms[label]!.totalPositives;
  return histograms.flatMap(({ totalPositives }, c) =>
    c !== label && totalPositives >= own / 2 && totalPositives <= own * 2 ? [c] : [],
  );
}
