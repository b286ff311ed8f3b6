import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { Repaired, Split } from '../../../shared/contract/dataset.ts';
import { splits } from '../../../shared/contract/dataset.ts';
import type { Finding, FindingCode } from '../../../shared/findings.ts';
import type { Layout } from '../../pipeline/data/labelLine.ts';
import { splitLine } from '../../pipeline/data/labelLine.ts';
import { createPathFinder } from '../../pipeline/data/pathFinder.ts';
import type { DataConfig } from '../../pipeline/data/readDataset.ts';
import { readDataset } from '../../pipeline/data/readDataset.ts';
import { replaceLists } from '../../pipeline/data/replaceLists.ts';
import { betterSeparator, detectLayout } from '../../pipeline/data/separator.ts';
import { backUp } from './backups.ts';
import { lockLabels } from './labelLock.ts';
import { writeFileAtomic } from '../../pipeline/storage/atomicFile.ts';
import { insideFolder } from '../../pipeline/storage/insideFolder.ts';
import type { RawFile, RawLine } from './labelFile.ts';
import { joined, readRawFile } from './labelFile.ts';
import { newLine } from './lineText.ts';
import { readRegularText } from '../../pipeline/storage/regularFile.ts';

export interface RepairRequest {
  readonly project: string;
  readonly config: Pick<DataConfig, 'separator' | 'labels_file'>;
  readonly code: FindingCode;
  readonly backupFolder: string;
}

/** Returns the fixed line; null when it cannot be fixed. */
type Mend = (line: RawLine) => Promise<Buffer | null>;

/**
 * Fixes problems that cannot be fixed by editing the labels of an image: lines without an image, lines that are not
 * UTF-8, another separator, paths that are spelled differently on disk, and classes missing from the list of classes.
 * Reads the files again first, because lines may have moved meanwhile. All other lines stay the same byte for byte.
 */
export async function repair({ project, config, code, backupFolder }: RepairRequest): Promise<Repaired> {
  const lock = await lockLabels(project, 'saving labels');
  try {
    const { findings, layout, dataset } = await readDataset(project, config);
    if (code === 'unknownLabel') return await addClasses(project, config.labels_file, findings, backupFolder);
    const files = new Map<Split, RawFile>(
      await Promise.all(splits.map(async (split) => [split, await readRawFile(project, split)] as const)),
    );
    const places =
      code === 'missing'
        ? splits.flatMap((split) =>
            dataset.splits[split].filter(({ file }) => !existsSync(file)).map(({ line }) => ({ split, line })),
          )
        : findings.filter((finding) => finding.code === code);
    const mend = mendOf(code, project, layout);
    const mended = new Map<Split, RawLine[]>();
    let count = 0;
    for (const { split, line } of places) {
      if (split === null || line === null) continue; // It is about a whole file, or about all of them.
      const file = files.get(split)!;
      const own = file.lines[line - 1];
      const bytes = own === undefined ? null : await mend(own);
      if (bytes === null) continue;
      const lines = mended.get(split) ?? [...file.lines];
      lines[line - 1] = { ...own!, bytes };
      mended.set(split, lines);
      count++;
    }
    const backup = await backUp(
      [...mended.keys()].map((split) => files.get(split)!.file),
      backupFolder,
    );
    await replaceLists(project, new Map([...mended].map(([split, lines]) => [split, joined(lines)])));
    return { lines: count, backup };
  } finally {
    await lock.release();
  }
}

const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

function mendOf(code: FindingCode, project: string, layout: Layout): Mend {
  const findPath = createPathFinder(project);
  const written = (line: RawLine, text: string): Buffer => Buffer.from(text + line.ending);
  switch (code) {
    case 'headerLine':
    case 'malformedLine':
    case 'outside':
      return async ({ bytes }) => {
        const mark = bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
        return Buffer.concat([bytes.subarray(0, mark), Buffer.from('# '), bytes.subarray(mark)]);
      };
    // Text that is not UTF-8 nearly always comes from Windows in a western language. A NUL means that it is not text.
    case 'encoding':
      return async ({ bytes }) =>
        bytes.includes(0) ? null : Buffer.from(new TextDecoder('windows-1252').decode(bytes));
    case 'otherSeparator':
      return async (line) => {
        const better = betterSeparator(line.text, layout.separator);
        const own =
          better === null
            ? null
            : splitLine(
                line.text,
                detectLayout([line.text], better, () => false),
              );
        return own === null
          ? null
          : written(
              line,
              newLine(
                own.path,
                layout,
                own.labels.map(({ text }) => text),
              ),
            );
      };
    case 'missing':
      return async (line) => {
        const own = splitLine(line.text, layout);
        const meant = own === null ? null : await findPath(own.path.replaceAll('\\', '/'));
        return own === null || meant === null
          ? null
          : written(
              line,
              newLine(
                meant,
                layout,
                own.labels.map(({ text }) => text),
              ),
            );
      };
    default:
      return async () => null;
  }
}

/** Writes the file atomically, through a link to its target, and keeps its permissions. */
async function replaceFile(file: string, data: string): Promise<void> {
  const place = await realpath(file);
  await writeFileAtomic(place, data, (await stat(place)).mode);
}

async function addClasses(
  project: string,
  labelsFile: string | null,
  findings: readonly Finding[],
  backupFolder: string,
): Promise<Repaired> {
  const unknown = findings.flatMap(({ code, label }) => (code === 'unknownLabel' && label !== null ? [label] : []));
  if (labelsFile === null || unknown.length === 0) return { lines: 0, backup: await backUp([], backupFolder) };
  const file = insideFolder(project, labelsFile);
  const text = await readRegularText(file);
  const backup = await backUp([file], backupFolder);
  await replaceFile(
    file,
    `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${unknown.map((label) => `${label}\n`).join('')}`,
  );
  return { lines: unknown.length, backup };
}
