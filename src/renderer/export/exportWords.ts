import type { Translate } from '../i18n/words.ts';

export function filePurpose(name: string, t: Translate): string {
  switch (name) {
    case 'model_int8.tflite':
      return t('export.modelLabelsMetadataInside');
    case 'labels.txt':
      return t('export.namesOrderOfOutputs');
    case 'inference_config.json':
      return t('export.sizeLetterboxQuantizationThresholds');
    case 'threshold_recommendation.json':
      return t('export.eachThresholdCosts');
    case 'metrics.json':
      return t('export.figuresLabelFloatInt8');
    case 'MODEL_CARD.md':
      return t('export.modelWhereWeak');
    case 'report.html':
      return t('export.everyFigureCurveReadOffline');
    case 'report.es.html':
      return t('export.sameSpanish');
    case 'sample/android/':
      return t('export.codeStartAndroidApp');
    case 'sample/ios/':
      return t('export.codeStartIosApp');
    case 'sample/python/':
      return t('export.samePythonRuns');
    case 'preprocess/letterbox.h':
      return t('export.samePixelsCNoDependencies');
    case 'parity/':
      return t('export.imagesTensorsScoresTestApp');
    case 'README.md':
      return t('export.pageForDevelopers');
    case 'LICENSE':
      return t('export.termsOfEachPart');
    case 'check.py':
    case 'check.mjs':
      return t('export.checksAppNamesMistake');
    case 'SHA256SUMS':
      return t('export.nothingChangesWay');
    default:
      return '';
  }
}

export interface BundleEntry {
  readonly name: string;
  readonly bytes: number;
  readonly files: number;
  /** The file that is shown when the row is selected. */
  readonly shown: string;
}

/** Folders that become one row, because nobody reads 24 tensors, and the file to read first in each. */
const folders: Readonly<Record<string, string>> = {
  'parity/': 'index.json',
  'sample/android/': 'README.md',
  'sample/ios/': 'README.md',
  'sample/python/': 'README.md',
};

const rowOf = (name: string): string => Object.keys(folders).find((folder) => name.startsWith(folder)) ?? name;

export function grouped(files: readonly { name: string; bytes: number }[]): BundleEntry[] {
  const groups = Map.groupBy(files, ({ name }) => rowOf(name));
  const order = [
    'README.md',
    'model_int8.tflite',
    'labels.txt',
    'inference_config.json',
    'threshold_recommendation.json',
    'metrics.json',
    'MODEL_CARD.md',
    'report.html',
    'report.es.html',
    'sample/android/',
    'sample/ios/',
    'sample/python/',
    'preprocess/letterbox.h',
    'check.py',
    'check.mjs',
    'parity/',
    'LICENSE',
  ];
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...groups]
    .map(([name, own]) => ({
      name,
      bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
      files: own.length,
      shown: `${name}${folders[name] ?? ''}`,
    }))
    .sort((a, b) => rank(a.name) - rank(b.name));
}
