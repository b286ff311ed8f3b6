import type { ImportFormat, ImportOffers, ImportSource } from '../../shared/contract/dataset.ts';
import type { Translate } from '../i18n/words.ts';

/** Format and product names are the same in all languages. */
const formatNames: Record<ImportFormat, string> = {
  csv: 'CSV',
  coco: 'COCO',
  yolo: 'YOLO',
  voc: 'Pascal VOC',
  labelStudio: 'Label Studio',
  cvat: 'CVAT',
  fiftyone: 'FiftyOne',
};

export function sourceName(offered: ImportSource, offers: ImportOffers, t: Translate): string {
  switch (offered.kind) {
    case 'listed':
      return t('data.labelFilesThereSplitAnew', { labelFiles: offers.labelFiles.join(', ') });
    case 'folders':
      return t('data.folderPerLabel', {
        names: `${offers.folders
          .slice(0, 4)
          .map(({ label }) => label)
          .join(', ')}${offers.folders.length > 4 ? '…' : ''}`,
      });
    case 'unlabeled':
      return t('data.iNoLabelsYetI');
    default:
      return `${formatNames[offered.kind]}: ${[offered.file, ...(offered.also ?? [])].join(', ')}`;
  }
}

export const sourceKey = (source: ImportSource | null): string =>
  source === null ? '' : 'file' in source ? `${source.kind}:${source.file}` : source.kind;

export function sourcesOf(offers: ImportOffers): ImportSource[] {
  return [
    ...offers.files.map(({ kind, file, also }): ImportSource => ({ kind, file, also })),
    ...(offers.folders.length > 0 ? [{ kind: 'folders' as const }] : []),
    ...(offers.labelFiles.length > 0 ? [{ kind: 'listed' as const }] : []),
    { kind: 'unlabeled' },
  ];
}

/** When a split was requested, the existing label files are the source. */
export const likeliest = (offers: ImportOffers, splitting: boolean): ImportSource | null =>
  offers.images === 0
    ? null
    : splitting && offers.labelFiles.length > 0
      ? { kind: 'listed' }
      : (sourcesOf(offers)[0] ?? null);
