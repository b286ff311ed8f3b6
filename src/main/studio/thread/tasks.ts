import { readFile } from 'node:fs/promises';
import type { Output } from '../../../shared/contract/contract.ts';
import type { StudioEvent } from '../../../shared/contract/studio.ts';
import type { ImportRequest } from '../../../shared/contract/dataset.ts';
import type { Parsed } from '../contractInput.ts';
import { contractInput } from '../contractInput.ts';
import { Problem } from '../../../shared/problem.ts';
import { readSnapshot, snapshotFolder } from '../../pipeline/data/snapshot.ts';
import type { FolderCheck } from '../../pipeline/tasks/check.ts';
import { readRun } from '../../pipeline/storage/runFolder.ts';
import { listFolder } from '../projects/browse.ts';
import { importOffers } from '../imports/offers.ts';
import { planImport, writeImport } from '../imports/plan.ts';
import type { Datasets } from '../labels/datasets.ts';
import { openDatasets } from '../labels/datasets.ts';
import type { ProjectSummary } from '../labels/projectSummary.ts';
import { summarizeProject } from '../labels/projectSummary.ts';
import { runPlace } from '../runs/runs.ts';
import { openHistories } from '../runs/history.ts';
import { nameOfRun } from '../runs/runSummary.ts';
import { openTest, readTune, saveThresholds } from '../runs/tuning.ts';
import { shrinkFolder } from '../../pipeline/storage/shrinkFolder.ts';
import type { ThreadMethod } from './protocol.ts';

/** Tasks that the studio itself starts. Their input and result are small. */
export interface InnerTasks {
  summarizeProject(input: { id: string; folder: string }): Promise<ProjectSummary>;
  /** Counts the images of each split, the labels, and the labeled validation images. */
  countDataset(input: { id: string; folder: string }): Promise<DatasetCounts>;
  keepCheck(input: { id: string; file: string }): Promise<Output<'dataset.check'>>;
  writeImport(input: { folder: string; request: ImportRequest }): Promise<null>;
  moveDataset(input: { from: string; to: string }): Promise<null>;
  shrinkFolder(input: { folder: string; maxBytes: number }): Promise<null>;
  /** Returns the absolute path of an image in the snapshot of a run. */
  imageOfRun(input: { folder: string; path: string }): Promise<string>;
}

export interface DatasetCounts {
  readonly images: { readonly train: number; readonly val: number; readonly test: number };
  readonly labels: number;
  readonly labeledVal: number;
}

type Handlers = {
  readonly [M in ThreadMethod]: (input: Parsed<M>, folderOf: (project: string) => string) => Promise<Output<M>>;
};

export interface Tasks {
  run(name: string, input: unknown, folders: Readonly<Record<string, string>>): Promise<unknown>;
}

export function createTasks(stateFolder: string, emit: (event: StudioEvent) => void): Tasks {
  const datasets: Datasets = openDatasets(stateFolder, (project) => emit({ type: 'datasetChanged', project }));
  const histories = openHistories();
  const runOf = (folder: string, run: string): string => runPlace(folder, run);

  const handlers: Handlers = {
    'dataset.read': ({ project }, folderOf) => datasets.read(project, folderOf(project)),
    'dataset.lastCheck': async ({ project }, folderOf) => {
      folderOf(project);
      return { result: await datasets.lastCheck(project) };
    },
    'dataset.draft': async ({ project, changes }, folderOf) => {
      folderOf(project);
      await datasets.draft(project, changes);
      return {};
    },
    'dataset.save': ({ project, changes }, folderOf) => datasets.save(project, folderOf(project), changes),
    'dataset.line': ({ project, change }, folderOf) => datasets.line(folderOf(project), change),
    'dataset.repair': async ({ project, code }, folderOf) => {
      const repaired = await datasets.repair(project, folderOf(project), code);
      emit({ type: 'datasetChanged', project });
      return repaired;
    },
    'files.list': ({ folder }) => listFolder(folder),
    'import.offers': ({ project }, folderOf) => importOffers(folderOf(project)),
    'import.plan': async (request, folderOf) => {
      const folder = folderOf(request.project);
      return planImport(folder, request, await datasets.config(folder));
    },
    'runs.history': ({ project, run }, folderOf) =>
      histories.read(run, runOf(folderOf(project), run), folderOf(project)),
    'tune.read': async ({ project, run }, folderOf) => {
      const folder = runOf(folderOf(project), run);
      return readTune(folder, await nameOfRun(folder));
    },
    'tune.save': async ({ project, run, thresholds }, folderOf) => {
      await saveThresholds(runOf(folderOf(project), run), thresholds);
      return {};
    },
    'tune.openTest': async ({ project, run }, folderOf) => {
      const folder = runOf(folderOf(project), run);
      await openTest(folder);
      emit({ type: 'runsChanged', project });
      return readTune(folder, await nameOfRun(folder));
    },
  };

  const inner: InnerTasks = {
    summarizeProject: async ({ id, folder }) => summarizeProject(await datasets.open(id, folder), folder),
    countDataset: async ({ id, folder }) => {
      const { split, vocabulary, labels, unlabeled } = await datasets.read(id, folder);
      const leftOut = (image: number): boolean => unlabeled === 'not_labeled_yet' && labels[image]!.length === 0;
      const count = (number: number): number =>
        split.filter((found, image) => found === number && !leftOut(image)).length;
      return {
        images: { train: count(0), val: count(1), test: count(2) },
        labels: vocabulary.length,
        labeledVal: labels.filter((own, i) => split[i] === 1 && own.length > 0).length,
      };
    },
    keepCheck: async ({ id, file }) => datasets.keepCheck(id, JSON.parse(await readFile(file, 'utf8')) as FolderCheck),
    writeImport: async ({ folder, request }) => {
      await writeImport(folder, request, datasets.backupFolder(request.project), await datasets.config(folder));
      await datasets.draft(request.project, []);
      return null;
    },
    moveDataset: async ({ from, to }) => {
      await datasets.moved(from, to);
      return null;
    },
    shrinkFolder: async ({ folder, maxBytes }) => {
      await shrinkFolder(folder, maxBytes);
      return null;
    },
    imageOfRun: async ({ folder, path }) => {
      const { splits } = await readSnapshot(snapshotFolder(folder), (await readRun(folder)).project);
      const sample = Object.values(splits)
        .flat()
        .find((found) => found.path === path);
      if (sample === undefined) throw new Problem('data.notRunImage', { path });
      return sample.file;
    },
  };

  return {
    run: async (name, input, folders) => {
      if (Object.hasOwn(inner, name))
        return (inner[name as keyof InnerTasks] as (input: unknown) => Promise<unknown>)(input);
      const method = name as ThreadMethod;
      const parsed = contractInput(method, input);
      const folderOf = (project: string): string => {
        const folder = Object.hasOwn(folders, project) ? folders[project] : undefined;
        if (folder === undefined) throw new Problem('data.projectNotOpen');
        return folder;
      };
      const handler = handlers[method] as (input: unknown, place: typeof folderOf) => Promise<unknown>;
      return handler(parsed, folderOf);
    },
  };
}
