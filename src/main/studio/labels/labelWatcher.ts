import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';

/** Reports changes of the label files and settings of open projects. */
export interface LabelWatcher {
  /** Watches a project's folder, unless it is watched already. */
  add(id: string, folder: string): void;
  close(): void;
}

/** One save may change several files within milliseconds, which should be reported once. */
const SETTLE_MS = 300;

export function createLabelWatcher(onChange: (id: string) => void): LabelWatcher {
  const watchers = new Map<string, FSWatcher>();
  return {
    add: (id, folder) => {
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
        // Not every disk can be watched. Hashes are compared before writing, so that nothing is lost.
      }
    },
    close: () => watchers.forEach((watcher) => watcher.close()),
  };
}
