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

/** Where the sample for an app starts: short code that uses the rest of it, also shown on the export screen. */
export const USAGE_FILES = {
  kotlin: 'sample/android/tagger/src/main/kotlin/Usage.kt',
  swift: 'sample/ios/Sources/Tagger/Usage.swift',
  python: 'sample/python/usage.py',
} as const;

/** Named as in resources/, where their templates are. */
export const SAMPLE_FILES = [
  'sample/android/README.md',
  'sample/android/build.gradle.kts',
  'sample/android/gradle.properties',
  'sample/android/gradle/wrapper/gradle-wrapper.properties',
  'sample/android/settings.gradle.kts',
  'sample/android/tagger/build.gradle.kts',
  'sample/android/tagger/src/androidTest/kotlin/ParityTest.kt',
  'sample/android/tagger/src/compiledModel/kotlin/CompiledModelRunner.kt',
  'sample/android/tagger/src/interpreter/kotlin/InterpreterRunner.kt',
  'sample/android/tagger/src/main/AndroidManifest.xml',
  'sample/android/tagger/src/main/kotlin/BitmapPixels.kt',
  'sample/android/tagger/src/main/kotlin/Camera.kt',
  'sample/android/tagger/src/main/kotlin/Codes.kt',
  'sample/android/tagger/src/main/kotlin/Letterbox.kt',
  'sample/android/tagger/src/main/kotlin/ModelConfig.kt',
  'sample/android/tagger/src/main/kotlin/Tagger.kt',
  USAGE_FILES.kotlin,
  'sample/ios/Package.swift',
  'sample/ios/README.md',
  'sample/ios/Sources/CLetterbox/CLetterbox.c',
  'sample/ios/Sources/CLetterbox/include/CLetterbox.h',
  'sample/ios/Sources/Tagger/Camera.swift',
  'sample/ios/Sources/Tagger/ModelConfig.swift',
  'sample/ios/Sources/Tagger/Pixels.swift',
  'sample/ios/Sources/Tagger/Runner.swift',
  'sample/ios/Sources/Tagger/Tagger.swift',
  USAGE_FILES.swift,
  'sample/ios/Tests/TaggerTests/ParityTests.swift',
  'sample/ios/prepare.sh',
  'sample/python/README.md',
  'sample/python/mediapipe_tagger.py',
  'sample/python/requirements.txt',
  'sample/python/tagger.py',
  USAGE_FILES.python,
] as const;

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
  ...SAMPLE_FILES,
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
