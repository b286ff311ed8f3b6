import os from 'node:os';
import path from 'node:path';
import { startJob } from '../../jobs/startJob.ts';
import { takeOverLabels } from '../labels/labelLock.ts';
import { mapBounded } from '../../pipeline/storage/bounded.ts';
import type { Handlers, StudioServices } from '../services.ts';
import { findFolder } from './browse.ts';

type ProjectMethod =
  | 'project.open'
  | 'project.forget'
  | 'project.sample'
  | 'project.takeOver'
  | 'project.relocate'
  | 'files.find'
  | 'pictures.versions';

export function projectHandlers({
  projects,
  pictures,
  activities,
  emit,
  folderOf,
}: StudioServices): Handlers<ProjectMethod> {
  const recentChanged = (): void => emit({ type: 'recent', recent: [...projects.recent()] });
  return {
    'project.open': async ({ folder }) => {
      const project = await projects.open(folder);
      recentChanged();
      return project;
    },
    'project.forget': async ({ project }) => {
      await projects.forget(project);
      recentChanged();
      return {};
    },
    'project.sample': () =>
      activities.during('sample', null, async (watcher) => {
        const folder = process.env.DESTILA_SAMPLE ?? path.join(os.homedir(), 'Destila', 'Sample');
        await startJob({ type: 'sample', folder }, watcher).result;
        const project = await projects.open(folder);
        recentChanged();
        return project;
      }),
    'project.takeOver': async ({ project }) => {
      await takeOverLabels(folderOf(project));
      return {};
    },
    'project.relocate': async ({ project, folder }) => {
      const found = await projects.relocate(project, folder === '' ? null : folder);
      recentChanged();
      return found;
    },
    'files.find': async ({ name, files }) => ({
      folders: await findFolder(name, files, [
        os.homedir(),
        ...projects.recent().map(({ folder }) => path.dirname(folder)),
      ]),
    }),
    'pictures.versions': async ({ project, paths }) => ({
      versions: await mapBounded(paths, (image) => pictures.version(folderOf(project), image).catch(() => '')),
    }),
  };
}
