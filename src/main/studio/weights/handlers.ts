import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { startJob } from '../../jobs/startJob.ts';
import type { Handlers, StudioServices } from '../services.ts';
import { networksOfRuns } from './networksOfRuns.ts';

type WeightsMethod = 'weights.list' | 'weights.write' | 'weights.download' | 'weights.cancel';

export const weightsHandlers = ({
  weights,
  activities,
  folderOf,
  runFolder,
}: StudioServices): Handlers<WeightsMethod> => ({
  'weights.list': async ({ project }) => ({
    folder: weights.folder,
    entries: [...(project === null ? [] : await networksOfRuns(folderOf(project))), ...(await weights.list())],
  }),
  'weights.write': async ({ project, run, stage, format }) => {
    const folder = runFolder({ project, run });
    const written = await activities.during(
      'weights',
      project,
      (watcher) => startJob({ type: 'writeNetwork', runFolder: folder, stage, format, out: null }, watcher).result,
    );
    const file = z.string().parse(written);
    return { file: path.relative(folder, file).split(path.sep).join('/'), bytes: (await stat(file)).size };
  },
  'weights.download': async ({ id }) => {
    // Returns at once: the list of weights reports the progress, the end and any problem.
    void weights.download(id).catch(() => undefined);
    return {};
  },
  'weights.cancel': async ({ id }) => {
    weights.cancel(id);
    return {};
  },
});
