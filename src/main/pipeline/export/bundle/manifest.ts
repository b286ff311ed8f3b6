/* The files of a bundle: none may be missing, and no others may be in it. */

export const MODEL_FILE = 'model_int8.tflite';
export const LABELS_FILE = 'labels.txt';
export const CONFIG_FILE = 'inference_config.json';
export const THRESHOLDS_FILE = 'threshold_recommendation.json';
export const METRICS_FILE = 'metrics.json';
export const CARD_FILE = 'MODEL_CARD.md';
export const LETTERBOX_FILE = 'preprocess/letterbox.h';
export const PARITY_INDEX = 'parity/index.json';
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
] as const;

/** A bundle has as many parity images as there are images in val and test, but at most this many. */
export const PARITY_IMAGES = 8;

/** The files of a parity image. */
export interface ParityNames {
  readonly image: string;
  readonly letterbox: string;
  readonly input: string;
  readonly output: string;
}

export function parityNames(i: number): ParityNames {
  const number = String(i + 1).padStart(2, '0');
  return {
    image: `parity/images/${number}.png`,
    letterbox: `parity/letterbox/${number}.rgb`,
    input: `parity/inputs/${number}.bin`,
    output: `parity/outputs/${number}.bin`,
  };
}

/** The description inside the model file. */
export const modelDescription = (architecture: string, inputSize: number, classes: number): string =>
  `${architecture}, ${inputSize} px, ${classes} labels, int8. Trained with Destila Studio.`;

/** The architecture that a description was made with. */
export const architectureIn = (description: string): string => description.split(',')[0]!;
