import { SegmentedControl } from '@mantine/core';
import { useWording } from '../i18n/words.ts';

/** Measures of an epoch on validation that charts can show. */
export type Measure = 'macro_ap' | 'macro_f1' | 'val_loss';

interface Props {
  readonly measure: Measure;
  readonly onMeasure: (measure: Measure) => void;
}

/** Chooses the measure that a chart shows. */
export function MeasureControl({ measure, onMeasure }: Props) {
  const { t } = useWording();
  return (
    <SegmentedControl<Measure>
      aria-label={t('common.measure')}
      data={[
        { value: 'macro_ap', label: 'mAP' },
        { value: 'macro_f1', label: 'F1' },
        { value: 'val_loss', label: t('common.loss') },
      ]}
      value={measure}
      onChange={onMeasure}
    />
  );
}
