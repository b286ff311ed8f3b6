import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Project } from '../../../shared/contract/studio.ts';
import { projectSchema } from '../../../shared/contract/studio.ts';
import { Problem } from '../../../shared/problem.ts';
import { defaultRunName } from '../../../shared/runName.ts';
import { mapBounded } from '../../pipeline/storage/bounded.ts';
import { entriesOf } from '../../pipeline/storage/entriesOf.ts';
import { listRuns } from '../../pipeline/storage/runFolder.ts';
import { removeLabelLeftovers } from '../labels/labelLock.ts';
import { readIndex } from '../labels/datasetIndex.ts';
import type { ProjectSummary } from '../labels/projectSummary.ts';
import { contentHash, summarizeProject } from '../labels/projectSummary.ts';
import { runsFolder } from '../state/places.ts';
import { readStored, writeStored } from '../state/storedJson.ts';

/** Projects that were opened. Only files from their folders are ever served. */
export interface Projects {
  recent(): readonly Project[];
  /** Checks which project folders exist, because a disk may have been unplugged. */
  refresh(): Promise<void>;
  /** Returns the folder of a project. Throws a Problem if the project was never opened. */
  folder(id: string): string;
  open(folder: string): Promise<Project>;
  forget(id: string): Promise<void>;
  /** Finds the new place of a moved folder, or checks the given one, by the content of a few of its images. */
  relocate(id: string, folder: string | null): Promise<{ project: Project; matching: number; compared: number }>;
}

const rememberedSchema = z.object({
  project: projectSchema,
  /** sha256 of a few images by path. A moved folder is recognized by them. */
  samples: z.record(z.string(), z.string()),
});
type Remembered = z.infer<typeof rememberedSchema>;

const MOST_RECENT = 20;
/** Limits the search for a folder that was moved. */
const MOST_CANDIDATES = 2000;
/** Folders read at the same time in that search. Each adds its first entries to one turn of the event loop. */
const FOLDERS_AT_ONCE = 4;

export const projectId = (folder: string): string =>
  createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 12);

type ReadSummary = (id: string, folder: string) => Promise<ProjectSummary>;
const readWithDefaults: ReadSummary = async (id, folder) =>
  summarizeProject(await readIndex(id, folder, { separator: 'auto', labels_file: null, unlabeled: 'ask' }, []), folder);

/** `onMoved` must move what is stored under a project's id, because the id is derived from the folder. */
export async function openProjects(
  stateFolder: string,
  read: ReadSummary = readWithDefaults,
  onMoved: (from: string, to: string) => Promise<void> = async () => undefined,
): Promise<Projects> {
  const file = path.join(stateFolder, 'recent.json');
  let list: Remembered[] = await readStored(file, z.array(rememberedSchema), []);
  const refresh = async (): Promise<void> => {
    const found = new Map(
      await Promise.all(list.map(async ({ project }) => [project.id, await isFolder(project.folder)] as const)),
    );
    list = list.map((entry) => ({
      ...entry,
      project: { ...entry.project, found: found.get(entry.project.id) ?? entry.project.found },
    }));
  };
  await refresh();

  const remember = async (entry: Remembered): Promise<Project> => {
    list = [entry, ...list.filter(({ project }) => project.id !== entry.project.id)].slice(0, MOST_RECENT);
    await writeStored(file, list);
    return entry.project;
  };
  const entryOf = (id: string): Remembered => {
    const entry = list.find(({ project }) => project.id === id);
    if (entry === undefined) throw new Problem('data.projectNotOpen');
    return entry;
  };
  /** Replaces a project whose folder was moved by the project at its new place. */
  const replace = async ({ project }: Remembered, id: string): Promise<void> => {
    list = list.filter((entry) => entry.project.id !== project.id);
    if (project.id !== id) await onMoved(project.id, id);
  };
  const open = async (folder: string): Promise<Project> => {
    const place = path.resolve(folder);
    if (!(await isFolder(place))) throw new Problem('data.noSuchFolder', { folder: place });
    await removeLabelLeftovers(place);
    await refresh();
    for (const entry of list)
      if (!entry.project.found && (await hasMostImages(place, entry.samples))) await replace(entry, projectId(place));
    return remember(await describe(place, read));
  };
  return {
    recent: () => list.map(({ project }) => project),
    refresh,
    folder: (id) => entryOf(id).project.folder,
    open,
    forget: async (id) => {
      list = list.filter(({ project }) => project.id !== id);
      await writeStored(file, list);
    },
    relocate: async (id, folder) => {
      const entry = entryOf(id);
      const { project, samples } = entry;
      const found = folder === null ? await findMovedFolder(project.folder, samples) : path.resolve(folder);
      if (found === null)
        throw new Problem('data.projectImagesNotFound', {
          project: project.name,
          folder: path.dirname(project.folder),
        });
      const matching = await countMatches(found, samples);
      const compared = Object.keys(samples).length;
      if (compared > 0 && matching === 0)
        throw new Problem('mismatch.otherFolder', { count: compared, project: project.name, folder: found });
      await replace(entry, projectId(found));
      return { project: await open(found), matching, compared };
    },
  };
}

const isFolder = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function describe(folder: string, read: ReadSummary): Promise<Remembered> {
  const id = projectId(folder);
  const { images, labels, covers, samples } = await read(id, folder);
  const runs = await listRuns(runsFolder(folder));
  const last = runs.findLastIndex(({ record }) => record.state === 'finished' && !record.trashed);
  return {
    project: {
      id,
      name: path.basename(folder),
      folder,
      openedAt: new Date().toISOString(),
      found: true,
      images,
      labels,
      covers: [...covers],
      lastRun:
        last < 0
          ? null
          : {
              name: defaultRunName(runs[last]!.number),
              macroAp: runs[last]!.record.stages.thresholds.summary.val_int8_ap ?? null,
            },
    },
    samples: { ...samples },
  };
}

async function countMatches(folder: string, samples: Readonly<Record<string, string>>): Promise<number> {
  const same = await Promise.all(
    Object.entries(samples).map(async ([name, hash]) => (await contentHash(path.resolve(folder, name))) === hash),
  );
  return same.filter(Boolean).length;
}

/** True when a folder has most of the images that a moved project is recognized by. */
async function hasMostImages(folder: string, samples: Readonly<Record<string, string>>): Promise<boolean> {
  const compared = Object.keys(samples).length;
  return compared > 0 && (await countMatches(folder, samples)) * 2 > compared;
}

/**
 * Searches near the old place, where most moved folders end up: beside it, one level up, and one level down from both.
 * Returns the folder with the most matching images.
 */
async function findMovedFolder(lost: string, samples: Readonly<Record<string, string>>): Promise<string | null> {
  const names = Object.keys(samples);
  if (names.length === 0) return null;
  const above = [path.dirname(lost), path.dirname(path.dirname(lost))];
  const near = (await Promise.all(above.map(foldersIn))).flat();
  const candidates = [...near, ...(await mapBounded(near, foldersIn, FOLDERS_AT_ONCE)).flat()].slice(
    0,
    MOST_CANDIDATES,
  );
  let best: { folder: string; matching: number } | null = null;
  for (const folder of candidates) {
    const matching = await countMatches(folder, samples);
    if (matching > (best?.matching ?? 0)) best = { folder, matching };
    if (matching === names.length) break;
  }
  return best?.folder ?? null;
}

async function foldersIn(folder: string): Promise<string[]> {
  const folders: string[] = [];
  for await (const entry of entriesOf(folder))
    if (entry.isDirectory() && !entry.name.startsWith('.')) folders.push(path.join(folder, entry.name));
  return folders;
}
