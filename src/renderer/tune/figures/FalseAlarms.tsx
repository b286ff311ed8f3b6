import { useMemo } from 'react';
import { Label } from '../../components/Label.tsx';
import { useWording } from '../../i18n/words.ts';
import { mistakes, scored, takenFor } from '../images.ts';
import type { Counted } from '../scores.ts';
import { useTune } from '../tuneStore.ts';

const MOST_LABELS = 6;
const BAR_WIDTH = 60;

/** Which labels the images have that are false alarms of this label. */
export function FalseAlarms({ val, label, k }: { readonly val: Counted; readonly label: number; readonly k: number }) {
  const { t, f } = useWording();
  const labels = useTune((state) => state.tune!.labels);
  const classes = labels.length;
  const taken = useMemo(
    () => takenFor(val, classes, mistakes(scored(val, classes, label), k).falseAlarms).slice(0, MOST_LABELS),
    [val, classes, label, k],
  );
  const most = taken[0];
  if (most === undefined) return null;
  return (
    <section className="line-top panel-part">
      <div className="panel-head flush">
        <h2 className="cut">{t('tune.falseAlarms2')}</h2>
      </div>
      {taken.map(({ label: other, count }) => (
        <div key={other} className="row taken-row">
          <button type="button" className="link grow cut" onClick={() => useTune.setState({ label: other })}>
            <Label name={labels[other]!} most={20} />
          </button>
          <i className="taken" style={{ width: `${(BAR_WIDTH * count) / most.count}px` }} />
          <span className="num taken-count">{f.count(count)}</span>
        </div>
      ))}
    </section>
  );
}
