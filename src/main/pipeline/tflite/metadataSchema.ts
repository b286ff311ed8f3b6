/**
 * Model metadata as MediaPipe Tasks and the Task Library read it. Slots follow the order of fields in
 * mediapipe/tasks/metadata/metadata_schema.fbs (the same as tflite-support's); only fields of image classifiers are
 * here.
 */
import { at, float32, float32s, int8, list, nested, string, table, union } from './flatbuffer.ts';
import type { Values } from './flatbuffer.ts';

export const METADATA_IDENTIFIER = 'M001';
/** Name of the entry in Model.metadata whose buffer contains this FlatBuffer. */
export const METADATA_NAME = 'TFLITE_METADATA';

export const ASSOCIATED_FILE_TYPE = { UNKNOWN: 0, DESCRIPTIONS: 1, TENSOR_AXIS_LABELS: 2 } as const;
export const COLOR_SPACE = { UNKNOWN: 0, RGB: 1, GRAYSCALE: 2 } as const;

const ASSOCIATED_FILE = table('AssociatedFile', {
  name: at(0, string),
  description: at(1, string),
  type: at(2, int8()),
  locale: at(3, string),
});
const FEATURE_PROPERTIES = table('FeatureProperties', {});
const IMAGE_PROPERTIES = table('ImageProperties', { colorSpace: at(0, int8()) });

const CONTENT = table('Content', {
  contentProperties: at(
    0,
    union({
      FeatureProperties: { code: 1, table: FEATURE_PROPERTIES },
      ImageProperties: { code: 2, table: IMAGE_PROPERTIES },
    }),
  ),
});

const PROCESS_UNIT = table('ProcessUnit', {
  options: at(
    0,
    union({
      NormalizationOptions: {
        code: 1,
        table: table('NormalizationOptions', { mean: at(0, float32s), std: at(1, float32s) }),
      },
      ScoreThresholdingOptions: {
        code: 3,
        table: table('ScoreThresholdingOptions', { globalScoreThreshold: at(0, float32()) }),
      },
    }),
  ),
});

const TENSOR_METADATA = table('TensorMetadata', {
  name: at(0, string),
  description: at(1, string),
  content: at(3, nested(CONTENT)),
  processUnits: at(4, list(PROCESS_UNIT)),
  stats: at(5, nested(table('Stats', { max: at(0, float32s), min: at(1, float32s) }))),
  associatedFiles: at(6, list(ASSOCIATED_FILE)),
});

const SUBGRAPH_METADATA = table('SubGraphMetadata', {
  name: at(0, string),
  description: at(1, string),
  inputTensorMetadata: at(2, list(TENSOR_METADATA)),
  outputTensorMetadata: at(3, list(TENSOR_METADATA)),
});

export const MODEL_METADATA = table('ModelMetadata', {
  name: at(0, string),
  description: at(1, string),
  version: at(2, string),
  subgraphMetadata: at(3, list(SUBGRAPH_METADATA)),
  author: at(4, string),
  license: at(5, string),
  minParserVersion: at(7, string),
});

export type ModelMetadata = Values<typeof MODEL_METADATA>;
