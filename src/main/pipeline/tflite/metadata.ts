import { writeRoot } from './flatbuffer.ts';
import { LABELS_FILE } from './labels.ts';
import { ASSOCIATED_FILE_TYPE, COLOR_SPACE, METADATA_IDENTIFIER, MODEL_METADATA } from './metadataSchema.ts';

/** Pixels 0..255 become (x - mean) / std. */
export const INPUT_MEAN = 127;
export const INPUT_STD = 128;
/** The format version that a reader must understand: this metadata uses only fields of the first one. */
export const MIN_PARSER_VERSION = '1.0.0';

export type IoType = 'uint8' | 'int8' | 'float32';

/** Smallest and largest value that a caller feeds. */
export const INPUT_RANGE: Readonly<Record<IoType, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  float32: [-INPUT_MEAN / INPUT_STD, (255 - INPUT_MEAN) / INPUT_STD],
};

export interface MetadataTexts {
  readonly name: string;
  readonly description?: string | undefined;
  readonly version?: string | undefined;
  readonly author?: string | undefined;
  readonly license?: string | undefined;
  /** MediaPipe hides scores below this one, 0..1; it has no thresholds per class. Without it MediaPipe shows all. */
  readonly scoreThreshold?: number | undefined;
}

/** The metadata FlatBuffer of a model that takes an RGB image and gives one independent score per label. */
export function buildMetadata(
  texts: MetadataTexts,
  inputType: IoType,
  inputName: string,
  outputName: string,
): Uint8Array {
  const [min, max] = INPUT_RANGE[inputType];
  return writeRoot(MODEL_METADATA, METADATA_IDENTIFIER, {
    name: texts.name,
    description: texts.description ?? '',
    version: texts.version ?? '',
    author: texts.author ?? '',
    license: texts.license ?? '',
    minParserVersion: MIN_PARSER_VERSION,
    subgraphMetadata: [
      {
        name: texts.name,
        inputTensorMetadata: [
          {
            name: inputName,
            description: 'The letterboxed RGB image.',
            content: { contentProperties: { type: 'ImageProperties', values: { colorSpace: COLOR_SPACE.RGB } } },
            processUnits: [
              { options: { type: 'NormalizationOptions', values: { mean: [INPUT_MEAN], std: [INPUT_STD] } } },
            ],
            stats: { min: [min], max: [max] },
          },
        ],
        outputTensorMetadata: [
          {
            name: outputName,
            description: 'One score per label, each independent of the others.',
            content: { contentProperties: { type: 'FeatureProperties', values: {} } },
            processUnits:
              texts.scoreThreshold === undefined
                ? []
                : [
                    {
                      options: {
                        type: 'ScoreThresholdingOptions',
                        values: { globalScoreThreshold: texts.scoreThreshold },
                      },
                    },
                  ],
            stats: { min: [0], max: [1] },
            associatedFiles: [
              {
                name: LABELS_FILE,
                description: 'The labels, one per line, in the order of the scores.',
                type: ASSOCIATED_FILE_TYPE.TENSOR_AXIS_LABELS,
              },
            ],
          },
        ],
      },
    ],
  });
}
