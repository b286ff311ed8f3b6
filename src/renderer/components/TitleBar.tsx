import { Button, Menu, UnstyledButton } from '@mantine/core';
import { IconCheck, IconChevronDown, IconPointFilled, IconSearch } from '@tabler/icons-react';
import { useShallow } from 'zustand/react/shallow';
import { useWording } from '../i18n/words.ts';
import { pendingCount, saveEdits, useDataset } from '../stores/dataset.ts';
import { enter, go, useParts } from '../stores/studio.ts';
import { chooseAndOpen } from '../welcome/openFolder.ts';
import { Mark } from './Mark.tsx';
import { openPalette } from './Palette.tsx';

/** The top line of the window: the project, the search, and whether everything is saved. */
export function TitleBar() {
  const { t, f } = useWording();
  const { project, hello, screen } = useParts('project', 'hello', 'screen');
  // The label files may have changed since the project was opened.
  const [images, labels] = useDataset(
    useShallow(({ index }) =>
      index !== null && index.project === project?.id
        ? [index.paths.length, index.vocabulary.length]
        : [project?.images ?? 0, project?.labels ?? 0],
    ),
  );
  return (
    <header className="title-bar">
      <UnstyledButton className="mark" aria-label={t('common.welcomeScreen')} onClick={() => go('welcome')}>
        <Mark />
      </UnstyledButton>
      {project === null || screen === 'welcome' ? (
        <strong>Destila Studio</strong>
      ) : (
        <Menu position="bottom-start" width={320}>
          <Menu.Target>
            <UnstyledButton className="row" aria-label={t('common.projectChange', { project: project.name })}>
              <strong className="cut project-name">{project.name}</strong>
              <IconChevronDown size={14} aria-hidden="true" />
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown>
            {(hello?.recent ?? [])
              .filter(({ found }) => found)
              .slice(0, 8)
              .map((recent) => (
                <Menu.Item key={recent.id} onClick={() => enter(recent)}>
                  <div>{recent.name}</div>
                  <div className="small quiet cut">{recent.folder}</div>
                </Menu.Item>
              ))}
            <Menu.Divider />
            <Menu.Item onClick={() => void chooseAndOpen()}>{t('common.openAnotherFolder')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {project !== null && screen !== 'welcome' && (
        <span className="quiet cut project-size">
          {f.count(images)} {t('common.imagesInline')} · {f.count(labels)} {t('common.labels')}
        </span>
      )}
      <UnstyledButton className="finder" onClick={openPalette}>
        <IconSearch size={14} aria-hidden="true" />
        <span className="grow cut">{t('common.searchRunCommand')}</span>
        <kbd>Ctrl</kbd>
        <kbd>K</kbd>
      </UnstyledButton>
      <span className="grow" />
      {project !== null && screen !== 'welcome' && <SavedState />}
    </header>
  );
}

function SavedState() {
  const { t } = useWording();
  const pending = useDataset(pendingCount);
  const saving = useDataset((state) => state.saving);
  if (pending === 0)
    return (
      <span className="row quiet small">
        <IconCheck size={14} aria-hidden="true" />
        {t('common.allSaved')}
      </span>
    );
  return (
    <span className="row warn small">
      <IconPointFilled size={12} aria-hidden="true" />
      {t('common.unsavedEdits', { count: pending })}
      <Button variant="default" loading={saving} onClick={() => void saveEdits()}>
        {t('common.save')}
        <kbd>Ctrl S</kbd>
      </Button>
    </span>
  );
}
