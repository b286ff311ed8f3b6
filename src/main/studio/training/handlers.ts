import type { Config } from '../../../shared/config.ts';
import type { Handlers, StudioServices } from '../services.ts';
import { configChoices, saveConfig } from './configChoices.ts';
import { fitToMachine } from './fitToMachine.ts';
import type { Measurement, Measurements } from './preflight.ts';
import { measureOnce, preflight } from './preflight.ts';
import { teacherCandidates } from './pretrainedPreset.ts';

type TrainingMethod =
  | 'config.choices'
  | 'config.fit'
  | 'config.save'
  | 'run.preflight'
  | 'learningRate.find'
  | 'learningRate.cancel'
  | 'learningRate.found';

/** What happens before a run: its settings, their cost, and a learning rate. */
export const trainingHandlers = ({
  activities,
  rates,
  thread,
  weights,
  folderOf,
}: StudioServices): Handlers<TrainingMethod> => {
  const measurements: Measurements = new Map();
  return {
    'config.choices': ({ project }) => configChoices(folderOf(project), weights.fileFor),
    'config.fit': ({ project, config }) =>
      activities.during('preflight', project, async ({ signal }) => {
        const { images, labels } = await thread.run('countDataset', { id: project, folder: folderOf(project) });
        const candidates = await teacherCandidates(config, weights.fileFor);
        const measure = (candidate: Config): Promise<Measurement> =>
          measureOnce({ config: candidate, classes: labels, measurements, signal });
        return (await fitToMachine(candidates, images, measure))?.config ?? null;
      }),
    'config.save': async ({ project, config }) => {
      await saveConfig(folderOf(project), config);
      return {};
    },
    'run.preflight': ({ project, config, again }) =>
      activities.during('preflight', project, async ({ signal }) => {
        const folder = folderOf(project);
        const { images, labels, labeledVal } = await thread.run('countDataset', { id: project, folder });
        if (again) measurements.clear();
        return preflight({
          folder,
          config,
          images: { ...images, labeledVal },
          classes: labels,
          measurements,
          signal,
        });
      }),
    'learningRate.find': async ({ project, config, network }) => {
      await activities.during(network === 'teacher' ? 'teacherRate' : 'studentRate', project, (watcher) =>
        rates.find({ project, folder: folderOf(project), config, network }, watcher),
      );
      return {};
    },
    'learningRate.cancel': async () => {
      rates.cancel();
      return {};
    },
    'learningRate.found': async ({ project }) => rates.found(project),
  };
};
