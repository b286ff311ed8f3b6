import type { ImportFormat, ImportSource, FileSource } from '../../../shared/contract/dataset.ts';
import { walkFolder } from '../../pipeline/data/walkFolder.ts';
import { looksLikeImage } from '../../pipeline/data/imageFormats.ts';
import { fromCoco } from './coco.ts';
import { fromCsv } from './csv.ts';
import { fromCvat } from './cvat.ts';
import type { Entry, ReadConfig, Reading } from './entries.ts';
import { fromFiftyone } from './fiftyone.ts';
import { fromFolders } from './folders.ts';
import { fromLabelFiles } from './listed.ts';
import { fromLabelStudio } from './labelStudio.ts';
import { createQuestions } from './questions.ts';
import { createTally } from './tally.ts';
import { fromVoc } from './voc.ts';
import { fromYolo } from './yolo.ts';

const formats: Readonly<Record<ImportFormat, (reading: Reading, source: FileSource) => Promise<Entry[]>>> = {
  csv: fromCsv,
  coco: fromCoco,
  yolo: fromYolo,
  voc: fromVoc,
  labelStudio: fromLabelStudio,
  cvat: fromCvat,
  fiftyone: fromFiftyone,
};

/** Our own runs and installed packages contain images that are not the user's. */
export const skippedFolders: ReadonlySet<string> = new Set(['runs', 'node_modules']);

export interface SourceReading {
  readonly entries: readonly Entry[];
  readonly reading: Reading;
}

/** Reads the labels of any source. A box or mask means that the image has the label. */
export async function readSource(
  project: string,
  source: ImportSource,
  config: ReadConfig = { separator: 'auto', labels_file: null },
): Promise<SourceReading> {
  const folder = await walkFolder(project, skippedFolders);
  const reading: Reading = {
    project,
    config,
    folder,
    images: folder.files.filter(looksLikeImage),
    tally: createTally(),
    questions: createQuestions(source.answers),
    notes: [],
  };
  countSkipped(reading);
  const entries = await readEntries(reading, source);
  return { entries: entries.map((entry) => cleaned(entry, reading)), reading };
}

async function readEntries(reading: Reading, source: ImportSource): Promise<Entry[]> {
  switch (source.kind) {
    case 'listed':
      return fromLabelFiles(reading);
    case 'folders':
      return fromFolders(reading);
    case 'unlabeled':
      return reading.images.map((image) => ({ path: image, labels: [], split: null }));
    default:
      return formats[source.kind](reading, source);
  }
}

function countSkipped({ folder, tally }: Reading): void {
  for (const name of folder.litter) tally.drop('note', 'dropped.archiveLitter', name);
  for (const name of folder.links) tally.drop('warning', 'dropped.link', name);
  for (const name of folder.skipped) tally.drop('note', 'dropped.folderSkipped', name);
  for (const name of folder.closed) tally.drop('warning', 'dropped.folderClosed', name);
}

/** Normalizes labels as our own reader does: Unicode NFC, without surrounding spaces. */
function cleaned(entry: Entry, { tally }: Reading): Entry {
  const labels = entry.labels.map((label) => label.trim().normalize('NFC'));
  for (const label of labels) if (label === '') tally.drop('error', 'dropped.labelEmpty', entry.path);
  return { ...entry, labels: [...new Set(labels.filter((label) => label !== ''))] };
}
