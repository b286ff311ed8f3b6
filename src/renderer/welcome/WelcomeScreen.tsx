import { Button } from '@mantine/core';
import { IconFolder, IconPhotoDown, IconPlayerPlay } from '@tabler/icons-react';
import { useWording } from '../i18n/words.ts';
import { openSample, useStudio } from '../stores/studio.ts';
import { chooseAndOpen } from './openFolder.ts';
import { RecentProjects } from './RecentProjects.tsx';
import { ThisMachine } from './ThisMachine.tsx';
import './welcome.css';

/** Start screen: drop or open a folder, try the sample, recent projects, and what this machine can do. */
export default function WelcomeScreen() {
  const { t } = useWording();
  const activities = useStudio((state) => state.activities);
  const sampling = activities.find(({ kind }) => kind === 'sample');
  return (
    <div className="welcome">
      <div className="welcome-main scroll">
        <div className="welcome-column">
          <h1>{t('welcome.folderOfPhotosModelPhone')}</h1>
          <p className="soft">{t('welcome.youSeeHereShipsSame')}</p>
          <section className="welcome-drop" aria-label={t('welcome.openProject')}>
            <IconPhotoDown size={56} stroke={1.1} color="var(--brand)" aria-hidden="true" />
            <div>
              <h2>{t('welcome.dropFolderHere')}</h2>
              <p className="soft">{t('welcome.photosLabelFilesFolderPer')}</p>
              <div className="row welcome-actions">
                <Button leftSection={<IconFolder size={16} />} onClick={() => void chooseAndOpen()}>
                  {t('common.openFolder2')}
                  <kbd>Ctrl O</kbd>
                </Button>
                <Button
                  variant="default"
                  leftSection={<IconPlayerPlay size={16} />}
                  loading={sampling !== undefined}
                  onClick={() => void openSample()}
                >
                  {t('common.trySample')}&nbsp;
                  <span className="quiet">{t('welcome.someMinutes')}</span>
                </Button>
              </div>
            </div>
          </section>
          <RecentProjects />
        </div>
      </div>
      <ThisMachine />
    </div>
  );
}
