import { UnstyledButton } from '@mantine/core';
import { IconFolder } from '@tabler/icons-react';
import { useState } from 'react';
import type { Project } from '../../shared/contract/studio.ts';
import { call } from '../api/client.ts';
import { runName } from '../../shared/runName.ts';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import { usePictureUrl } from '../stores/pictureVersions.ts';
import { attempt, enter, openProject, useStudio } from '../stores/studio.ts';
import { askForFolder } from './openFolder.ts';

/** Stable reference: a new array on each render would loop. */
const noProjects: readonly Project[] = [];

export function RecentProjects() {
  const { t, f, said } = useWording();
  const pictureUrl = usePictureUrl();
  const recent = useStudio((state) => state.hello?.recent ?? noProjects);
  const [at, setAt] = useState(0);
  useKeys({
    ArrowDown: () => setAt(Math.min(recent.length - 1, at + 1)),
    ArrowUp: () => setAt(Math.max(0, at - 1)),
    Enter: () => {
      const project = recent[at];
      if (project?.found === true) enter(project);
    },
  });
  if (recent.length === 0) return null;
  const find = async (project: Project): Promise<void> => {
    const automatic = await call('project.relocate', { project: project.id, folder: '' }).catch(() => null);
    if (automatic !== null) return enter(automatic.project);
    const folder = await askForFolder();
    const found =
      folder === null ? null : await attempt(() => call('project.relocate', { project: project.id, folder }));
    if (found !== null) enter(found.project);
  };
  return (
    <section aria-label={t('welcome.recentProjects')}>
      <div className="row recent-head">
        <h2 className="grow">{t('welcome.recent')}</h2>
        <kbd>↑</kbd>
        <kbd>↓</kbd>
        <kbd>Enter</kbd>
      </div>
      <ul className="recent">
        {recent.map((project, i) => (
          <li key={project.id} data-chosen={i === at}>
            <UnstyledButton
              className="recent-row"
              disabled={!project.found}
              onClick={() => void openProject(project.folder)}
            >
              <span className="covers">
                {project.found && project.covers.length > 0 ? (
                  project.covers.map((cover) => (
                    <img
                      key={cover}
                      src={pictureUrl(project.id, cover, { kind: 'thumbnail', edge: 96 })}
                      alt=""
                      loading="lazy"
                    />
                  ))
                ) : (
                  <span className="cover-missing">
                    <IconFolder size={16} aria-hidden="true" />
                  </span>
                )}
              </span>
              <span className="grow column">
                <strong className="cut recent-name">{project.name}</strong>
                <span className="small quiet cut">
                  {project.images === 0
                    ? t('welcome.noLabelFilesYet')
                    : t('welcome.imagesLabels', {
                        images: f.count(project.images),
                        labels: f.count(project.labels),
                      })}{' '}
                  · {project.folder}
                </span>
              </span>
              {project.lastRun !== null && project.found && (
                <span className="soft">
                  {said(runName(project.lastRun.name))}
                  {project.lastRun.macroAp === null
                    ? ''
                    : `: ${t('common.int8Map')} ${f.points(project.lastRun.macroAp)}`}
                </span>
              )}
              <span className="quiet num recent-date">{f.date(project.openedAt)}</span>
            </UnstyledButton>
            {!project.found && (
              <span className="row recent-lost">
                <span className="warn">{t('welcome.folderNotConnected')}</span>
                <button type="button" className="link" onClick={() => void find(project)}>
                  {t('welcome.find')}
                </button>
                <button
                  type="button"
                  className="link"
                  onClick={() => void attempt(() => call('project.forget', { project: project.id }))}
                >
                  {t('common.forget')}
                </button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
