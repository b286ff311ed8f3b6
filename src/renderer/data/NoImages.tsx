import { Button } from '@mantine/core';
import { Answer } from '../components/Answer.tsx';
import { useWording } from '../i18n/words.ts';
import { chooseAndOpen } from '../welcome/openFolder.ts';

/** When nothing can be imported here, says what can be done elsewhere. */
export function NoImages({ folder, onLook }: { folder: string; onLook(): void }) {
  const { t } = useWording();
  return (
    <>
      <Answer tone="warn" headline={t('data.noImageLiesFolder')} />
      <div className="empty">
        <h2>{t('data.putPhotosIntoOpenAnother')}</h2>
        <p className="long-path">
          <code>{folder}</code>
        </p>
        <p>{t('data.jpegPngWebpTiffGif')}</p>
        <div className="row">
          <Button onClick={() => void chooseAndOpen()}>
            {t('common.openFolder2')}
            <kbd>Ctrl O</kbd>
          </Button>
          <Button variant="default" onClick={onLook}>
            {t('data.lookAgain')}
          </Button>
        </div>
      </div>
    </>
  );
}
