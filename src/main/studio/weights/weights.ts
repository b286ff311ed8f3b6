import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { WeightsEntry } from '../../../shared/contract/weights.ts';
import type { ProblemData } from '../../../shared/problem.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { entryNamed, readCatalogue } from './catalogue.ts';
import { download } from './download.ts';

/** The weights folder and what can be downloaded into it. Nothing is downloaded unless somebody asks for it by name. */
export interface Weights {
  readonly folder: string;
  list(): Promise<WeightsEntry[]>;
  /** Resolves with the file's path when it is there; asked for twice, it is downloaded once. */
  download(id: string): Promise<string>;
  cancel(id: string): void;
}

export interface WeightsOptions {
  readonly folder: string;
  readonly proxy: () => string | null;
  /** Called when the list has changed; while something is downloaded at most a few times a second. */
  readonly onChange: () => void;
  readonly catalogue?: readonly CatalogueEntry[];
}

interface Going {
  readonly abort: AbortController;
  readonly result: Promise<string>;
  readonly done: number;
  readonly total: number | null;
  /** What an earlier try had left, and when this one's first bytes came; null before. */
  readonly first: { readonly done: number; readonly at: number } | null;
}

const CHANGE_MS = 250;

export function openWeights({ folder, proxy, onChange, catalogue = readCatalogue() }: WeightsOptions): Weights {
  const going = new Map<string, Going>();
  const problems = new Map<string, ProblemData>();
  let lastChange = 0;
  const progressed = (): void => {
    if (performance.now() - lastChange < CHANGE_MS) return;
    lastChange = performance.now();
    onChange();
  };

  const begin = (entry: CatalogueEntry): Going => {
    const abort = new AbortController();
    const target = path.join(folder, entry.file);
    problems.delete(entry.id);
    const result = download({
      url: entry.url,
      target,
      checksum: entry.checksum,
      proxy: proxy(),
      signal: abort.signal,
      byHand: 'The file can also be downloaded from its page in the catalogue and put into the weights folder by hand.',
      onProgress: (done, total) => {
        const before = going.get(entry.id)!;
        going.set(entry.id, { ...before, done, total, first: before.first ?? { done, at: performance.now() } });
        progressed();
      },
    })
      .then(() => target)
      .catch((error: unknown) => {
        const problem = toProblemData(error);
        if (problem.kind !== 'cancelled') problems.set(entry.id, problem);
        throw error;
      })
      .finally(() => {
        going.delete(entry.id);
        onChange();
      });
    return { abort, result, done: 0, total: null, first: null };
  };

  const describe = async (entry: CatalogueEntry): Promise<WeightsEntry> => {
    const file = path.join(folder, entry.file);
    const found = await stat(file).catch(() => null);
    const active = going.get(entry.id);
    const { id, name, architecture, page, licence, megabytes } = entry;
    return {
      id,
      name,
      architecture,
      page,
      licence,
      megabytes,
      fileName: entry.file,
      path: found === null ? null : file,
      progress:
        active === undefined ? null : { done: active.done, total: active.total, secondsLeft: secondsLeft(active) },
      problem: problems.get(id) ?? null,
      stage: null,
    };
  };

  return {
    folder,
    list: async () => {
      await mkdir(folder, { recursive: true });
      return [...(await Promise.all(catalogue.map(describe))), ...(await others(folder, catalogue))];
    },
    download: async (id) => {
      const entry = entryNamed(catalogue, id);
      const file = path.join(folder, entry.file);
      if (
        await stat(file).then(
          () => true,
          () => false,
        )
      )
        return file;
      if (!going.has(id)) going.set(id, begin(entry));
      onChange();
      return going.get(id)!.result;
    },
    cancel: (id) => {
      const active = going.get(id);
      if (active === undefined) throw new Problem('file', 'This is not being downloaded.');
      active.abort.abort();
    },
  };
}

function secondsLeft({ done, total, first }: Going): number | null {
  if (total === null || first === null || done === first.done) return null;
  const seconds = (performance.now() - first.at) / 1000;
  return ((total - done) * seconds) / (done - first.done);
}

/** Files that a person put there and no catalogue knows; what they are is found out when they are read. */
async function others(folder: string, catalogue: readonly CatalogueEntry[]): Promise<WeightsEntry[]> {
  const known = new Set(catalogue.map(({ file }) => file));
  const names = (await readdir(folder))
    .filter((name) => !known.has(name) && /\.(safetensors|h5|tflite)$/.test(name))
    .sort();
  return Promise.all(
    names.map(async (name) => ({
      id: `file-${name}`,
      name,
      architecture: null,
      page: null,
      licence: null,
      megabytes: (await stat(path.join(folder, name))).size / 1e6,
      fileName: name,
      path: path.join(folder, name),
      progress: null,
      problem: null,
      stage: null,
    })),
  );
}
