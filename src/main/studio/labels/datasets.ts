import { existsSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Config } from '../../../shared/config.ts';
import type {
  CheckResult,
  DatasetIndex,
  LineChange,
  Repairable,
  Repaired,
  SaveResult,
} from '../../../shared/contract/dataset.ts';
import { checkResultSchema, lineChangeSchema, splits } from '../../../shared/contract/dataset.ts';
import type { FolderCheck } from '../../pipeline/tasks/check.ts';
import { loadConfig } from '../config/loadConfig.ts';
import { projectConfigFile } from '../state/places.ts';
import { readStored, writeStored } from '../state/storedJson.ts';
import { readIndex } from './datasetIndex.ts';
import { readRawFile } from './labelFile.ts';
import { repair } from './repairs.ts';
import { previewChange, saveChanges } from './saveChanges.ts';

/** The Data screen's service: label files read, judged, edited and watched. */
export interface Datasets {
  /** For opening a project, wrong settings or not; the next `read` takes it over if the files are still the same. */
  open(id: string, folder: string): Promise<DatasetIndex>;
  read(id: string, folder: string): Promise<DatasetIndex>;
  /** Keeps what a check found, as the screens show it. */
  keepCheck(id: string, found: Pick<FolderCheck, 'findings' | 'dimensions'>): Promise<CheckResult>;
  lastCheck(id: string): Promise<CheckResult | null>;
  /** Edits that are not saved yet, kept so that a crash loses none. */
  draft(id: string, changes: readonly LineChange[]): Promise<void>;
  save(id: string, folder: string, changes: readonly LineChange[]): Promise<SaveResult>;
  repair(id: string, folder: string, code: Repairable): Promise<Repaired>;
  line(folder: string, change: LineChange): Promise<{ before: string; after: string | null }>;
  backupFolder(id: string): string;
  /** A project's folder was moved, and its id with it: edits, findings and backups go along. */
  moved(from: string, to: string): Promise<void>;
  /** The project's settings that decide how its label files are read. */
  config(folder: string): Promise<Config['data']>;
  dispose(): void;
}

const SETTLE_MS = 300;

const lineKey = ({ split, line, path: named }: LineChange): string => JSON.stringify([split, line, named]);

export function openDatasets(stateFolder: string, onChange: (id: string) => void): Datasets {
  const watchers = new Map<string, FSWatcher>();
  const draftFile = (id: string): string => path.join(stateFolder, 'drafts', `${id}.json`);
  const checkFile = (id: string): string => path.join(stateFolder, 'checks', `${id}.json`);
  const backupFolder = (id: string): string => path.join(stateFolder, 'backups', id);
  const config = async (folder: string): Promise<Config['data']> => {
    const file = projectConfigFile(folder);
    return (await loadConfig({ file: existsSync(file) ? file : null })).config.data;
  };
  const opened = new Map<string, { readonly index: DatasetIndex; readonly own: Config['data'] }>();
  /** The index of a project that was just opened, if its label files and settings did not change; handed out once. */
  const takeOpened = async (id: string, folder: string, own: Config['data']): Promise<DatasetIndex | null> => {
    const found = opened.get(id);
    opened.delete(id);
    if (found === undefined || !isDeepStrictEqual(found.own, own)) return null;
    const { index } = found;
    const same = await Promise.all(
      splits.map(async (split) => (await readRawFile(folder, split)).hash === index.files[split]),
    );
    return same.every(Boolean) ? index : null;
  };
  const watchFolder = (id: string, folder: string): void => {
    if (watchers.has(id)) return;
    let timer: NodeJS.Timeout | null = null;
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || !/^(train|val|test)\.txt$|^destila\.yaml$/.test(name)) return;
        if (timer !== null) clearTimeout(timer);
        timer = setTimeout(() => onChange(id), SETTLE_MS);
      });
      watcher.on('error', () => watchers.delete(id));
      watchers.set(id, watcher);
    } catch {
      /* not every disk can be watched: the hashes are compared before writing all the same */
    }
  };
  return {
    open: async (id, folder) => {
      const own = await config(folder).catch(() => null);
      const index = await readIndex(id, folder, own ?? { separator: 'auto', labels_file: null, unlabeled: 'ask' }, []);
      if (own !== null) opened.set(id, { index, own });
      return index;
    },
    read: async (id, folder) => {
      watchFolder(id, folder);
      const draft = await readStored(draftFile(id), z.array(lineChangeSchema), []);
      const own = await config(folder);
      const index = await takeOpened(id, folder, own);
      return index === null ? readIndex(id, folder, own, draft) : { ...index, draft };
    },
    keepCheck: async (id, found) => {
      const result = checkResultSchema.parse({
        checkedAt: new Date().toISOString(),
        findings: found.findings,
        sizes: found.dimensions,
      });
      await writeStored(checkFile(id), result);
      return result;
    },
    lastCheck: (id) => readStored(checkFile(id), checkResultSchema.nullable(), null),
    draft: (id, changes) => writeStored(draftFile(id), changes),
    save: async (id, folder, changes) => {
      const result = await saveChanges({
        project: folder,
        changes,
        separator: (await config(folder)).separator,
        backupFolder: backupFolder(id),
      });
      if (result.state === 'saved') {
        // One line can be saved alone, to settle a conflict: the other edits still wait.
        const draft = await readStored(draftFile(id), z.array(lineChangeSchema), []);
        const saved = new Set(changes.map(lineKey));
        await writeStored(
          draftFile(id),
          draft.filter((change) => !saved.has(lineKey(change))),
        );
      }
      return result;
    },
    repair: async (id, folder, code) =>
      repair({ project: folder, config: await config(folder), code, backupFolder: backupFolder(id) }),
    line: async (folder, change) => previewChange(folder, change, (await config(folder)).separator),
    backupFolder,
    config,
    moved: async (from, to) => {
      for (const placeOf of [draftFile, checkFile, backupFolder])
        if (!existsSync(placeOf(to))) await rename(placeOf(from), placeOf(to)).catch(() => undefined); // there may be none
    },
    dispose: () => watchers.forEach((watcher) => watcher.close()),
  };
}
