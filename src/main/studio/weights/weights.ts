import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Architecture } from '../../../shared/architectures.ts';
import type { WeightsEntry } from '../../../shared/contract/weights.ts';
import type { ProblemData } from '../../../shared/problem.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import type { CatalogEntry } from './catalog.ts';
import { entryNamed, readCatalog } from './catalog.ts';
import { fetchWeights, hostOf } from './fetchWeights.ts';

/**
 * The weights folder and what can be downloaded into it, and folders with weights that came with the program or the
 * machine. Nothing is downloaded unless a person chooses it.
 */
export interface Weights {
  readonly folder: string;
  list(): Promise<WeightsEntry[]>;
  /** The file of an entry with this architecture that is on this machine; null if there is none. */
  fileFor(architecture: Architecture): Promise<string | null>;
  /** Resolves to the file's path once it is complete. Concurrent calls share one download. */
  download(id: string): Promise<string>;
  cancel(id: string): void;
}

export interface WeightsOptions {
  readonly folder: string;
  /** Folders that are only read. They come before `folder`. */
  readonly given?: readonly string[];
  readonly proxy: () => string | null;
  /** Called when the list has changed; during a download at most a few times per second. */
  readonly onChange: () => void;
  readonly catalog?: readonly CatalogEntry[];
}

interface ActiveDownload {
  readonly abort: AbortController;
  readonly result: Promise<string>;
  readonly done: number;
  readonly total: number | null;
  /** Size of the resumed part and the time when its first new bytes arrived; null before that. */
  readonly first: { readonly done: number; readonly at: number } | null;
}

const CHANGE_MS = 250;

export function openWeights({ folder, given = [], proxy, onChange, catalog = readCatalog() }: WeightsOptions): Weights {
  const places = [...given, folder];
  const active = new Map<string, ActiveDownload>();
  const problems = new Map<string, ProblemData>();
  let lastChange = 0;
  const progressed = (): void => {
    if (performance.now() - lastChange < CHANGE_MS) return;
    lastChange = performance.now();
    onChange();
  };

  const begin = (entry: CatalogEntry): ActiveDownload => {
    const abort = new AbortController();
    problems.delete(entry.id);
    const result = fetchWeights(entry, {
      folder,
      proxy: proxy(),
      signal: abort.signal,
      onProgress: (done, total) => {
        const before = active.get(entry.id)!;
        active.set(entry.id, { ...before, done, total, first: before.first ?? { done, at: performance.now() } });
        progressed();
      },
    })
      .catch((error: unknown) => {
        const problem = toProblemData(error);
        if (problem.kind !== 'cancelled') problems.set(entry.id, problem);
        throw error;
      })
      .finally(() => {
        active.delete(entry.id);
        onChange();
      });
    return { abort, result, done: 0, total: null, first: null };
  };

  const describe = async (entry: CatalogEntry): Promise<WeightsEntry> => {
    const current = active.get(entry.id);
    const { id, name, architecture, page, license, megabytes } = entry;
    return {
      id,
      name,
      architecture,
      page,
      host: hostOf(entry.sources[0]!),
      license,
      megabytes,
      fileName: entry.sources[0]!.file,
      path: await installedFile(entry, places),
      progress:
        current === undefined ? null : { done: current.done, total: current.total, secondsLeft: secondsLeft(current) },
      problem: problems.get(id) ?? null,
      stage: null,
    };
  };

  return {
    folder,
    list: async () => {
      await mkdir(folder, { recursive: true });
      const own = await Promise.all(places.map((place) => others(place, catalog)));
      return [...(await Promise.all(catalog.map(describe))), ...own.flat()];
    },
    fileFor: async (architecture) => {
      for (const entry of catalog.filter((other) => other.architecture === architecture)) {
        const file = await installedFile(entry, places);
        if (file !== null) return file;
      }
      return null;
    },
    download: async (id) => {
      const entry = entryNamed(catalog, id);
      const file = await installedFile(entry, places);
      if (file !== null) return file;
      if (!active.has(id)) active.set(id, begin(entry));
      onChange();
      return active.get(id)!.result;
    },
    cancel: (id) => {
      const current = active.get(id);
      if (current === undefined) throw new Problem('file.notDownloading');
      current.abort.abort();
    },
  };
}

/** An entry's file in the first folder that has it; null if none has. */
export async function installedFile({ sources }: CatalogEntry, places: readonly string[]): Promise<string | null> {
  for (const place of places) {
    for (const { file } of sources) {
      const found = await stat(path.join(place, file)).catch(() => null);
      if (found?.isFile() === true) return path.join(place, file);
    }
  }
  return null;
}

function secondsLeft({ done, total, first }: ActiveDownload): number | null {
  if (total === null || first === null || done === first.done) return null;
  const seconds = (performance.now() - first.at) / 1000;
  return ((total - done) * seconds) / (done - first.done);
}

/** Files that a person put there. Their networks are only known once they are read. */
async function others(folder: string, catalog: readonly CatalogEntry[]): Promise<WeightsEntry[]> {
  const known = new Set(catalog.flatMap(({ sources }) => sources.map(({ file }) => file)));
  const names = (await readdir(folder).catch(() => []))
    .filter((name) => !known.has(name) && /\.(safetensors|h5|tflite|pth|pt)$/.test(name))
    .sort();
  return Promise.all(
    names.map(async (name) => ({
      id: `file-${name}`,
      name,
      architecture: null,
      page: null,
      host: null,
      license: null,
      megabytes: (await stat(path.join(folder, name))).size / 1e6,
      fileName: name,
      path: path.join(folder, name),
      progress: null,
      problem: null,
      stage: null,
    })),
  );
}
