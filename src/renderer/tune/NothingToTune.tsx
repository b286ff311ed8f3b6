import { Button } from '@mantine/core';
import { Answer } from '../components/Answer.tsx';
import { useWording } from '../i18n/words.ts';
import { go } from '../stores/studio.ts';

/** Shown until a run has thresholds. */
export function NothingToTune({ training }: { training: boolean }) {
  const { t } = useWording();
  return (
    <>
      <Answer tone="warn" headline={t('tune.thereNoTrainedModelTune')} />
      <div className="empty">
        <h2>{training ? t('tune.runWay') : t('tune.thresholdsComeAfterTraining')}</h2>
        <p>{t('tune.everyRunEndsLookingScore')}</p>
        <div>
          <Button onClick={() => go('train')}>{t('common.goTraining')}</Button>
        </div>
      </div>
    </>
  );
}
