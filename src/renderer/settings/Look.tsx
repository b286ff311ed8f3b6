import { Select } from '@mantine/core';
import { useWording } from '../i18n/words.ts';
import { changeSettings, useStudio } from '../stores/studio.ts';
import { Part, Row } from './Part.tsx';

export function Look() {
  const { t } = useWording();
  const settings = useStudio((state) => state.settings);
  return (
    <Part id="look" title={t('settings.languageLook')}>
      <Row name={t('settings.language')} hint="">
        <Select
          aria-label={t('settings.language')}
          value={settings?.language ?? 'system'}
          data={[
            { value: 'system', label: t('common.system') },
            { value: 'en', label: 'English' },
            { value: 'es', label: 'Español' },
          ]}
          onChange={(language) => void changeSettings({ language: language as 'system' | 'en' | 'es' })}
        />
      </Row>
      <Row name={t('settings.theme')} hint="">
        <Select
          aria-label={t('settings.theme')}
          value={settings?.theme ?? 'system'}
          data={[
            { value: 'system', label: t('common.system') },
            { value: 'light', label: t('common.light') },
            { value: 'dark', label: t('common.dark') },
          ]}
          onChange={(theme) => void changeSettings({ theme: theme as 'system' | 'light' | 'dark' })}
        />
      </Row>
      <Row name={t('settings.rows')} hint={t('settings.largeSuitsTouchScreens')}>
        <Select
          aria-label={t('settings.rows')}
          value={settings?.rows ?? 'normal'}
          data={[
            { value: 'compact', label: t('settings.compact') },
            { value: 'normal', label: t('settings.normal') },
            { value: 'large', label: t('settings.large') },
          ]}
          onChange={(rows) => void changeSettings({ rows: rows as 'compact' | 'normal' | 'large' })}
        />
      </Row>
    </Part>
  );
}
