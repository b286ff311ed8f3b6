import { useMemo } from 'react';
import { useWording } from '../../i18n/words.ts';
import type { Scored } from '../images.ts';
import { flips, scored } from '../images.ts';
import { PhotoScore } from '../PhotoScore.tsx';
import type { Counted } from '../scores.ts';

const MOST_PHOTOS = 8;

interface Props {
  readonly val: Counted;
  readonly classes: number;
  readonly label: number;
  readonly k: number;
  readonly before: number;
}

/** The images whose outcome changes when the threshold moves from `before` to k. */
export function Flips({ val, classes, label, k, before }: Props) {
  const { t } = useWording();
  const images = useMemo(() => scored(val, classes, label), [val, classes, label]);
  const changed = flips(images, before, k);
  return (
    <div className="flips line-top">
      <Flipped title={t('tune.nowFound')} hint={t('tune.hasIt')} images={changed.found} tone="ok" />
      <Flipped title={t('tune.nowMissed')} hint={t('tune.hasIt')} images={changed.lost} tone="bad" />
      <Flipped title={t('tune.newFalseAlarms')} hint={t('tune.labelWrongInline')} images={changed.alarms} tone="bad" />
      <Flipped title={t('tune.noLongerFalseAlarms')} hint="" images={changed.cleared} tone="ok" />
      {before === k && <p className="quiet">{t('tune.dragThresholdPhotosChangeSides')}</p>}
    </div>
  );
}

function Flipped({
  title,
  hint,
  images,
  tone,
}: {
  readonly title: string;
  readonly hint: string;
  readonly images: readonly Scored[];
  readonly tone: 'ok' | 'bad';
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
