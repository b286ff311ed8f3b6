import { existsSync } from 'node:fs';
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
import { createLabelWatcher } from './labelWatcher.ts';
import { repair } from './repairs.ts';
import { previewChange, saveChanges } from './saveChanges.ts';

/** The service behind the Data screen: reads, edits and watches a project's label files. */
export interface Datasets {
  /** Reads the label files of a project that is being opened, even if its settings are invalid. */
  open(id: string, folder: string): Promise<DatasetIndex>;
  read(id: string, folder: string): Promise<DatasetIndex>;
  /** Keeps what a check found, as the screens show it. */
  keepCheck(id: string, found: Pick<FolderCheck, 'findings' | 'dimensions'>): Promise<CheckResult>;
  lastCheck(id: string): Promise<CheckResult | null>;
  /** Stores unsaved edits, so that a crash loses none. */
  draft(id: string, changes: readonly LineChange[]): Promise<void>;
  save(id: string, folder: string, changes: readonly LineChange[]): Promise<SaveResult>;
  repair(id: string, folder: string, code: Repairable): Promise<Repaired>;
  line(folder: string, change: LineChange): Promise<{ before: string; after: string | null }>;
  backupFolder(id: string): string;
  /** Moves edits, findings and backups to the new id of a project whose folder was moved. */
  moved(from: string, to: string): Promise<void>;
  /** Reads the settings that decide how the label files are read. */
  config(folder: string): Promise<Config['data']>;
  dispose(): void;
}

const lineKey = ({ split, line, path: named }: LineChange): string => JSON.stringify([split, line, named]);

export function openDatasets(stateFolder: string, onChange: (id: string) => void): Datasets {
  const watcher = createLabelWatcher(onChange);
  const draftFile = (id: string): string => path.join(stateFolder, 'drafts', `${id}.json`);
  const checkFile = (id: string): string => path.join(stateFolder, 'checks', `${id}.json`);
  const backupFolder = (id: string): string => path.join(stateFolder, 'backups', id);
  const config = async (folder: string): Promise<Config['data']> => {
    const file = projectConfigFile(folder);
    return (await loadConfig({ file: existsSync(file) ? file : null })).config.data;
  };
  const opened = new Map<string, { readonly index: DatasetIndex; readonly own: Config['data'] }>();
  /** Reuses the index from opening a project once, if neither label files nor settings have changed since. */
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
  return {
    open: async (id, folder) => {
      const own = await config(folder).catch(() => null);
      const index = await readIndex(id, folder, own ?? { separator: 'auto', labels_file: null, unlabeled: 'ask' }, []);
      if (own !== null) opened.set(id, { index, own });
      return index;
    },
    read: async (id, folder) => {
      watcher.add(id, folder);
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
        // To resolve a conflict, one line can be saved alone. The other edits remain unsaved.
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
      // Not every project has all three, and what exists under the new id is newer.
      for (const placeOf of [draftFile, checkFile, backupFolder])
        if (!existsSync(placeOf(to))) await rename(placeOf(from), placeOf(to)).catch(() => undefined);
    },
    dispose: () => watcher.close(),
  };
}
