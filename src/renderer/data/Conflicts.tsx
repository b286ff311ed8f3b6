import { Button } from '@mantine/core';
import { useWording } from '../i18n/words.ts';
import type { OpenConflict } from './conflicts.ts';
import { resolveConflict } from '../stores/dataset.ts';

const SHOWN = 5;

/** Shows lines that both the user and someone else changed, and lets the user decide. */
export function Conflicts({ conflicts }: { conflicts: readonly OpenConflict[] }) {
  const { t, f } = useWording();
  const side = (labels: readonly string[] | null): string =>
    labels === null ? t('data.noLine') : labels.length === 0 ? t('data.noLabel') : labels.join(', ');
  return (
    <section className="conflicts" role="alert" aria-label={t('data.changedBothSides')}>
      <strong>{t('data.linesChangedElsewhere', { count: conflicts.length, number: f.count(conflicts.length) })}</strong>
      {conflicts.slice(0, SHOWN).map((conflict) => (
        <div className="row" key={`${conflict.split}/${conflict.path}`}>
          <code className="cut grow">
            {conflict.split}.txt · {conflict.path}
          </code>
          <span className="small cut">
            {t('data.yours')}: <bdi>{side(conflict.yours)}</bdi>
          </span>
          <Button
            variant="default"
            disabled={conflict.disk === null}
            onClick={() => void resolveConflict(conflict, 'mine')}
          >
            {t('data.keepMine')}
          </Button>
          <span className="small cut">
            {t('data.file')}: <bdi>{side(conflict.disk)}</bdi>
          </span>
          <Button variant="default" onClick={() => void resolveConflict(conflict, 'theirs')}>
            {t('data.keepFile')}
          </Button>
        </div>
      ))}
      {conflicts.length > SHOWN && (
        <span className="small quiet">{t('data.more', { conflictCount: conflicts.length - SHOWN })}</span>
      )}
    </section>
  );
}
