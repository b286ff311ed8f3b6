import path from 'node:path';
import type { Output } from '../../../shared/contract/contract.ts';
import { requireMeasurableMonitors } from '../../pipeline/stages/monitors.ts';
import type { Handlers, StudioServices } from '../services.ts';
import { onThisMachine } from '../system/machine.ts';
import { requireWeights } from '../training/preflight.ts';
import { changeRun, cleanProject, cleanRun, deleteRun, diskUse, newRun, takeOverRun } from './runs.ts';
import { nameOfRun, summarizeRun, summarizeRuns } from './runSummary.ts';
import { occlusionMap } from './tuning.ts';

type RunMethod =
  | 'runs.list'
  | 'runs.start'
  | 'runs.resume'
  | 'runs.takeOver'
  | 'runs.command'
  | 'runs.cancel'
  | 'runs.change'
  | 'runs.delete'
  | 'runs.clean'
  | 'disk.usage'
  | 'disk.clean'
  | 'tune.occlusionMap';

export function runHandlers(services: StudioServices): Handlers<RunMethod> {
  const { projects, activities, queue, thread, emit, folderOf, runFolder } = services;
  const changed = (project: string): void => emit({ type: 'runsChanged', project });
  return {
    'runs.list': ({ project }) => summarizeRuns(project, folderOf(project)),
    'runs.start': (request) => start(services, request),
    'runs.resume': async ({ project, run }) => {
      const folder = runFolder({ project, run });
      await queue.add({ project, run, name: await nameOfRun(folder), folder });
      return {};
    },
    'runs.takeOver': async ({ project, run }) => {
      await takeOverRun(runFolder({ project, run }));
      changed(project);
      return {};
    },
    'runs.command': async ({ run, command }) => {
      await queue.command(run, command);
      return {};
    },
    'runs.cancel': async ({ run }) => {
      await queue.cancel(run);
      return {};
    },
    'runs.change': async ({ project, run, ...change }) => {
      await changeRun(runFolder({ project, run }), change);
      changed(project);
      return summarizeRun(project, runFolder({ project, run }));
    },
    'runs.delete': async ({ project, run }) => {
      await deleteRun(runFolder({ project, run }));
      changed(project);
      return {};
    },
    'runs.clean': async ({ project, run }) => {
      const freedBytes = await cleanRun(runFolder({ project, run }));
      changed(project);
      return { freedBytes };
    },
    'disk.usage': async () => {
      const found = projects.recent().filter((project) => project.found);
      const uses = await Promise.all(
        found.map(async ({ id, name, folder }) => ({ project: id, name, ...(await diskUse(folder)) })),
      );
      return uses.filter(({ runs }) => runs > 0).sort((a, b) => b.bytes - a.bytes);
    },
    'disk.clean': async ({ project }) => {
      const freedBytes = await cleanProject(folderOf(project));
      changed(project);
      return { freedBytes };
    },
    'tune.occlusionMap': ({ project, run, path: image, label }) =>
      activities.during('occlusion', project, async ({ signal }) => {
        const folder = runFolder({ project, run });
        return occlusionMap(folder, await thread.run('imageOfRun', { folder, path: image }), label, signal);
      }),
  };
}

async function start(
  { settings, queue, thread, emit, folderOf }: StudioServices,
  { project, config: chosen, preset, expected }: Parameters<Handlers<'runs.start'>['runs.start']>[0],
): Promise<Output<'runs.start'>> {
  const folder = folderOf(project);
  await requireWeights(chosen);
  const { images, labeledVal } = await thread.run('countDataset', { id: project, folder });
  // The run's own check gives a better message for an empty validation split.
  if (images.val > 0) requireMeasurableMonitors(chosen, labeledVal > 0);
  const config = onThisMachine(chosen, settings.current());
  const created = await newRun({ project: folder, config, preset, runsFolder: null, expected });
  const summary = await summarizeRun(project, created);
  await queue.add({ project, run: path.basename(created), name: summary.name, folder: created });
  emit({ type: 'runsChanged', project });
  return summary;
}
