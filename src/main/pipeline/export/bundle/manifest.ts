/* The files of a bundle: none may be missing, and no others may be in it. */

export const MODEL_FILE = 'model_int8.tflite';
export const LABELS_FILE = 'labels.txt';
export const CONFIG_FILE = 'inference_config.json';
export const THRESHOLDS_FILE = 'threshold_recommendation.json';
export const METRICS_FILE = 'metrics.json';
export const CARD_FILE = 'MODEL_CARD.md';
export const LETTERBOX_FILE = 'preprocess/letterbox.h';
export const PARITY_INDEX = 'parity/index.json';
export const PARITY_CASES = 'parity/cases.txt';
export const README_FILE = 'README.md';
export const LICENSE_FILE = 'LICENSE';
/** Programs that check a computer or an app against parity/. */
export const CHECK_FILES = ['check.mjs', 'check.py'] as const;
export const SUMS_FILE = 'SHA256SUMS';

/** Written in this order, then the files that the parity index names and SHA256SUMS. */
export const BUNDLE_FILES = [
  MODEL_FILE,
  LABELS_FILE,
  CONFIG_FILE,
  THRESHOLDS_FILE,
  METRICS_FILE,
  CARD_FILE,
  'report.html',
  'report.es.html',
  'sample/android/Tagger.kt',
  'sample/ios/Tagger.swift',
  'sample/python/tagger.py',
  LETTERBOX_FILE,
  PARITY_INDEX,
  PARITY_CASES,
  README_FILE,
  LICENSE_FILE,
  ...CHECK_FILES,
] as const;

/** A bundle has as many images of the person as there are in val and test, but at most this many, or none. */
export const PARITY_IMAGES = 4;

/** The files of a parity image. */
export interface ParityNames {
  readonly image: string;
  readonly letterbox: string;
  readonly output: string;
}

export const parityNames = (name: string, extension: string): ParityNames => ({
  image: `parity/images/${name}.${extension}`,
  letterbox: `parity/letterbox/${name}.rgb`,
  output: `parity/outputs/${name}.bin`,
});

/** The description inside the model file. */
export const modelDescription = (architecture: string, inputSize: number, classes: number): string =>
  `${architecture}, ${inputSize} px, ${classes} labels, int8. Trained with Destila Studio.`;

/** The architecture that a description was made with. */
export const architectureIn = (description: string): string => description.split(',')[0]!;
