import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Output } from '../../../shared/contract/contract.ts';
import { startJob } from '../../jobs/startJob.ts';
import type { Handlers, StudioServices } from '../services.ts';
import { cacheFolder } from '../state/places.ts';
import { projectConfig } from '../training/configChoices.ts';
import { rememberUnlabeled } from './unlabeled.ts';

type LabelMethod = 'dataset.check' | 'dataset.unlabeled' | 'import.write';

/** The methods on labels that are quick or run in a job. The others run in the studio's second thread. */
export const labelHandlers = (services: StudioServices): Handlers<LabelMethod> => ({
  'dataset.check': async ({ project }) =>
    JSON.parse(Buffer.from(await checkDataset(services, project)).toString('utf8')) as Output<'dataset.check'>,
  'dataset.unlabeled': async ({ project, answer }) => {
    await rememberUnlabeled(services.folderOf(project), answer);
    services.emit({ type: 'datasetChanged', project });
    return {};
  },
  'import.write': async (request) => {
    const { activities, projects, thread, emit } = services;
    const folder = services.folderOf(request.project);
    await activities.during('import', request.project, () => thread.run('writeImport', { folder, request }));
    await projects.open(folder);
    emit({ type: 'recent', recent: [...projects.recent()] });
    emit({ type: 'datasetChanged', project: request.project });
    return {};
  },
});

/** The result stays JSON on its way from the job to the screen, because it may describe 100,000 images. */
export function checkDataset(services: StudioServices, project: string): Promise<Uint8Array> {
  return services.activities.during('check', project, async (watcher) => {
    const folder = services.folderOf(project);
    const file = path.join(cacheFolder(), `check-${randomUUID()}.json`);
    try {
      const { data } = await projectConfig(folder);
      await startJob({ type: 'check', project: folder, config: data, cacheFolder: cacheFolder(), out: file }, watcher)
        .result;
      return await services.thread.runToJson('keepCheck', { id: project, file });
    } finally {
      await rm(file, { force: true });
    }
  });
}
