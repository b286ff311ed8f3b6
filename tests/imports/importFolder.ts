import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { ImportSource } from '../../src/shared/contract/dataset.ts';
import { readSource } from '../../src/main/studio/imports/sources.ts';

/** A new project folder for each test of a file, and what an import reads from it. */
export function importFolder() {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'import-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const put = (name: string, content: unknown = name): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    const bytes = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content);
    writeFileSync(path.join(folder, name), bytes);
  };
  return {
    path: (name = ''): string => path.join(folder, name),
    put,
    images: (...names: string[]): void => names.forEach((name) => put(name)),
    /** The split and the labels of each image, what was dropped, and the questions with their answers. */
    read: async (source: ImportSource) => {
      const { entries, reading } = await readSource(folder, source);
      return {
        images: Object.fromEntries(entries.map(({ path: name, split, labels }) => [name, [split, ...labels]])),
        dropped: reading.tally
          .dropped()
          .map(
            ({ severity, reason, count, examples }) =>
              `${severity}: ${reason.code} (${count}): ${examples.map(({ text }) => text).join('; ')}`,
          ),
        lost: [...reading.tally.labels],
        notes: reading.notes,
        asked: reading.questions.asked.map(({ id, answer }) => [id, answer]),
      };
    },
  };
}
