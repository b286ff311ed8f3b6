import { NumberInput } from '@mantine/core';
import { useState } from 'react';
import { useWording } from '../../i18n/words.ts';
import { setThreshold } from '../tuneStore.ts';

/** The threshold as a number, with the keys that move it. */
export function ExactThreshold({
  label,
  k,
  locked,
}: {
  readonly label: number;
  readonly k: number;
  readonly locked: boolean;
}) {
  const { t, f } = useWording();
  return (
    <div className="row small quiet exact-threshold">
      <label className="row">
        {t('common.threshold')}
        <ThresholdInput key={`${label} ${k}`} k={k} locked={locked} onChange={(next) => setThreshold(label, next)} />
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
  );
}

/** Input is committed on Enter or blur, not per keystroke. */
function ThresholdInput({
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
