import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Project } from '../../../shared/contract/studio.ts';
import { projectSchema } from '../../../shared/contract/studio.ts';
import { Problem } from '../../../shared/problem.ts';
import { defaultRunName } from '../../../shared/runName.ts';
import { listRuns } from '../../pipeline/storage/runFolder.ts';
import { removeLabelLeftovers } from '../labels/labelLock.ts';
import { readIndex } from '../labels/datasetIndex.ts';
import { contentHash, sketch } from '../labels/sketch.ts';
import type { ProjectSketch } from '../labels/sketch.ts';
import { runsFolder } from '../state/places.ts';
import { readStored, writeStored } from '../state/storedJson.ts';

/** Projects that were opened: a folder each. Only their files are ever served. */
export interface Projects {
  recent(): readonly Project[];
  /** Looks which folders are there: a disk may have been unplugged since. */
  look(): Promise<void>;
  /** The folder of an opened project. Throws a Problem for an id that nobody opened. */
  folder(id: string): string;
  open(folder: string): Promise<Project>;
  forget(id: string): Promise<void>;
  /** Where a folder that was moved lies now: judged by the content of a few of its images. */
  relocate(id: string, folder: string | null): Promise<{ project: Project; matching: number; compared: number }>;
}

const rememberedSchema = z.object({
  project: projectSchema,
  /** sha256 of a few images by path: how a moved folder is recognized. */ samples: z.record(z.string(), z.string()),
});
type Remembered = z.infer<typeof rememberedSchema>;

const MOST_RECENT = 20;
/** Folders looked at for a project that was moved. */
const MOST_CANDIDATES = 2000;

export const projectId = (folder: string): string =>
  createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 12);

/** The images of a folder that is being opened. */
type ReadSketch = (id: string, folder: string) => Promise<ProjectSketch>;
const readPlainly: ReadSketch = async (id, folder) =>
  sketch(await readIndex(id, folder, { separator: 'auto', labels_file: null, unlabeled: 'ask' }, []), folder);

/** `onMoved` takes over what is kept under a project's id: the id is made from the folder. */
export async function openProjects(
  stateFolder: string,
  read: ReadSketch = readPlainly,
  onMoved: (from: string, to: string) => Promise<void> = async () => undefined,
): Promise<Projects> {
  const file = path.join(stateFolder, 'recent.json');
  let list: Remembered[] = await readStored(file, z.array(rememberedSchema), []);
  const look = async (): Promise<void> => {
    const found = new Map(
      await Promise.all(list.map(async ({ project }) => [project.id, await isFolder(project.folder)] as const)),
    );
    list = list.map((entry) => ({
      ...entry,
      project: { ...entry.project, found: found.get(entry.project.id) ?? entry.project.found },
    }));
  };
  await look();

  const remember = async (entry: Remembered): Promise<Project> => {
    list = [entry, ...list.filter(({ project }) => project.id !== entry.project.id)].slice(0, MOST_RECENT);
    await writeStored(file, list);
    return entry.project;
  };
  const known = (id: string): Remembered => {
    const entry = list.find(({ project }) => project.id === id);
    if (entry === undefined) throw new Problem('data', 'This project is not open. Open its folder first.');
    return entry;
  };
  const takeOver = async ({ project }: Remembered, id: string): Promise<void> => {
    list = list.filter((entry) => entry.project.id !== project.id);
    if (project.id !== id) await onMoved(project.id, id);
  };
  const open = async (folder: string): Promise<Project> => {
    const place = path.resolve(folder);
    if (!(await isFolder(place))) throw new Problem('data', `${place} is no folder that can be opened.`);
    await removeLabelLeftovers(place);
    await look();
    for (const entry of list)
      if (!entry.project.found && (await isMostly(place, entry.samples))) await takeOver(entry, projectId(place));
    return remember(await describe(place, read));
  };
  return {
    recent: () => list.map(({ project }) => project),
    look,
    folder: (id) => known(id).project.folder,
    open,
    forget: async (id) => {
      list = list.filter(({ project }) => project.id !== id);
      await writeStored(file, list);
    },
    relocate: async (id, folder) => {
      const entry = known(id);
      const { project, samples } = entry;
      const found = folder === null ? await search(project.folder, samples) : path.resolve(folder);
      if (found === null)
        throw new Problem(
          'data',
          `The photos of ${project.name} were not found near ${path.dirname(project.folder)}. Choose the folder yourself.`,
        );
      const matching = await matches(found, samples);
      const compared = Object.keys(samples).length;
      if (compared > 0 && matching === 0)
        throw new Problem(
          'mismatch',
          `None of ${compared} photos of ${project.name} is in ${found}: this is another folder.`,
        );
      await takeOver(entry, projectId(found));
      return { project: await open(found), matching, compared };
    },
  };
}

const isFolder = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function describe(folder: string, read: ReadSketch): Promise<Remembered> {
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

async function matches(folder: string, samples: Readonly<Record<string, string>>): Promise<number> {
  const same = await Promise.all(
    Object.entries(samples).map(async ([name, hash]) => (await contentHash(path.resolve(folder, name))) === hash),
  );
  return same.filter(Boolean).length;
}

/** Whether a folder that is opened is one that was lost: most of the images that were remembered are in it. */
async function isMostly(folder: string, samples: Readonly<Record<string, string>>): Promise<boolean> {
  const compared = Object.keys(samples).length;
  return compared > 0 && (await matches(folder, samples)) * 2 > compared;
}

/** Beside where it was and one level around, where most folders that people move end up; the one with the most of its images. */
async function search(lost: string, samples: Readonly<Record<string, string>>): Promise<string | null> {
  const names = Object.keys(samples);
  if (names.length === 0) return null;
  const above = [path.dirname(lost), path.dirname(path.dirname(lost))];
  const near = (await Promise.all(above.map(foldersIn))).flat();
  const candidates = [...near, ...(await Promise.all(near.map(foldersIn))).flat()].slice(0, MOST_CANDIDATES);
  let best: { folder: string; matching: number } | null = null;
  for (const folder of candidates) {
    if (!names.some((name) => existsSync(path.resolve(folder, name)))) continue;
    const matching = await matches(folder, samples);
    if (matching > (best?.matching ?? 0)) best = { folder, matching };
    if (matching === names.length) break;
  }
  return best?.folder ?? null;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => path.join(folder, entry.name));
}
