/** What a bundle consists of: nothing may be missing, and nothing else may be in it. */
export const MODEL_FILE = 'model_int8.tflite';
export const LABELS_FILE = 'labels.txt';
export const CONFIG_FILE = 'inference_config.json';
export const THRESHOLDS_FILE = 'threshold_recommendation.json';
export const METRICS_FILE = 'metrics.json';
export const CARD_FILE = 'MODEL_CARD.md';
export const LETTERBOX_FILE = 'preprocess/letterbox.h';
export const PARITY_INDEX = 'parity/index.json';
export const SUMS_FILE = 'SHA256SUMS';

/** Written in this order; SHA256SUMS and what the parity index names come on top. */
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

/** As many parity pictures as there are images in val and test, at most this many. */
export const PARITY_PICTURES = 8;

/** The files of a parity picture. */
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

/** What the model file says of itself. */
export const modelDescription = (architecture: string, inputSize: number, classes: number): string =>
  `${architecture}, ${inputSize} px, ${classes} labels, int8. Trained with Destila Studio.`;

/** The architecture that a description was made with. */
export const architectureIn = (description: string): string => description.split(',')[0]!;
