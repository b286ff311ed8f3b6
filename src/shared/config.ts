import { z } from 'zod';
import { architectureNamed, architectures, studentArchitectures } from './architectures.ts';
import { augmentation } from './augmentation.ts';
import { because } from './fieldError.ts';
import { message } from './message.ts';

export type { AugmentationConfig, AugmentationStep } from './augmentation.ts';
export { augmentationSteps, withCurrentNames } from './augmentation.ts';

/**
 * Every setting of the product. Files, flags and forms are validated by this schema, and its defaults are the product's
 * defaults. Their names and meanings are under `setting` in the catalogs (locales/); docs/configuration.md is generated
 * from both.
 */

const fraction = () => z.number().min(0).max(1);
const positiveInteger = () => z.int().min(1);
const count = () => z.int().min(0);
const learningRate = () => z.number().min(0).max(1);

const architecture = () =>
  z.string().transform((name, context) => {
    const found = architectureNamed(name);
    if (found !== null) return found;
    context.addIssue({
      code: 'custom',
      ...because(message('fieldError.architectureUnknown', { name, names: architectures })),
    });
    return z.NEVER;
  });

const studentArchitecture = () =>
  architecture().superRefine((name, context) => {
    if (studentArchitectures.includes(name)) return;
    context.addIssue({
      code: 'custom',
      ...because(message('fieldError.notAStudent', { name, names: studentArchitectures })),
    });
  });

const separators = ['auto', 'tab', 'comma', 'semicolon', 'pipe', 'space'] as const;

/** What an image without labels means; 'ask' until a person has answered. */
export const unlabeledMeanings = ['ask', 'none_of_these', 'not_labeled_yet'] as const;
export type UnlabeledMeaning = (typeof unlabeledMeanings)[number];

const data = z.strictObject({
  separator: z.enum(separators).default('auto'),
  labels_file: z.string().nullable().default(null),
  unlabeled: z.enum(unlabeledMeanings).default('ask'),
  padding_color: z
    .tuple([z.int().min(0).max(255), z.int().min(0).max(255), z.int().min(0).max(255)])
    .default([0, 0, 0]),
  min_positives: count().default(5),
  duplicates_across_splits: z.enum(['error', 'warning']).default('error'),
  max_megapixels: z.number().positive().default(100),
  sampling: z.enum(['shuffle', 'repeat_factor', 'balanced']).default('shuffle'),
  repeat_threshold: fraction().default(0.1),
  cache_gb: z.number().min(0).default(10),
  workers: count().default(0),
});

const weightsNormalizations = ['auto', 'imagenet', 'half', 'unit', 'lite'] as const;
export type WeightsNormalization = (typeof weightsNormalizations)[number];

/** Settings that teacher and student share, with different defaults; their architectures differ in what is allowed. */
const network = (d: { input_size: number; dropout: number; drop_path: number; unfreeze_fraction: number }) => ({
  input_size: z.int().min(32).max(800).default(d.input_size),
  weights: z.string().nullable().default(null),
  weights_normalization: z.enum(weightsNormalizations).default('auto'),
  dropout: z.number().min(0).max(0.9).default(d.dropout),
  drop_path: z.number().min(0).max(0.9).default(d.drop_path),
  batch_size: positiveInteger().default(16),
  lr_head: learningRate().default(1e-3),
  epochs_head: count().default(5),
  lr_finetune: learningRate().default(1e-4),
  epochs_finetune: count().default(30),
  unfreeze_fraction: fraction().default(d.unfreeze_fraction),
  optimizer: z.enum(['adamw', 'sgd']).default('adamw'),
  momentum: z.number().min(0).max(0.999).default(0.9),
  weight_decay: z.number().min(0).max(1).default(1e-4),
  layer_decay: z.number().gt(0).max(1).default(1),
  accumulation_steps: z.int().min(1).max(256).default(1),
  warmup_epochs: z.number().min(0).default(1),
  schedule: z.enum(['cosine', 'constant', 'step', 'one_cycle']).default('cosine'),
  step_epochs: positiveInteger().default(10),
  step_factor: z.number().gt(0).max(1).default(0.5),
  clip_norm: z.number().positive().nullable().default(1),
  ema_decay: z.number().min(0).max(0.99999).nullable().default(null),
  early_stopping_patience: count().default(8),
  early_stopping_start: count().default(0),
  early_stopping_baseline: z.number().nullable().default(null),
  min_delta: z.number().min(0).default(0),
  reduce_lr_factor: z.number().gt(0).max(1).default(0.5),
  reduce_lr_patience: count().default(4),
  reduce_lr_cooldown: count().default(0),
  min_lr: learningRate().default(0),
  monitor: z.enum(['val_loss', 'macro_f1', 'macro_ap']).default('val_loss'),
  loss: z.enum(['bce', 'focal', 'asymmetric']).default('bce'),
  focal_gamma: z.number().min(0).max(10).default(2),
  focal_alpha: fraction().nullable().default(null),
  asymmetric_gamma_positive: z.number().min(0).max(10).default(0),
  asymmetric_gamma_negative: z.number().min(0).max(10).default(4),
  asymmetric_margin: z.number().min(0).max(0.5).default(0.05),
  asymmetric_variant: z.enum(['stable', 'timm', 'original']).default('stable'),
  label_smoothing: z.number().min(0).max(0.5).default(0),
  positive_weights: z.enum(['none', 'inverse_frequency', 'effective_number']).default('none'),
  effective_number_beta: z.number().min(0).max(0.99999).default(0.999),
});

const teacher = z.strictObject({
  architecture: architecture().default('efficientnet-b3'),
  ...network({ input_size: 300, dropout: 0.3, drop_path: 0.2, unfreeze_fraction: 0.3 }),
});
export type TeacherConfig = z.infer<typeof teacher>;

const student = z.strictObject({
  architecture: studentArchitecture().default('efficientnet-lite1'),
  ...network({ input_size: 240, dropout: 0.2, drop_path: 0.2, unfreeze_fraction: 1 }),
  alpha: fraction().default(0.7),
  temperature: z.number().positive().default(2),
});
export type StudentConfig = z.infer<typeof student>;
export type NetworkConfig = TeacherConfig;

const qat = z.strictObject({
  epochs: count().default(10),
  lr: learningRate().default(1e-5),
  batch_size: positiveInteger().default(16),
  clip_norm: z.number().positive().nullable().default(1),
  early_stopping_patience: count().default(4),
  range_decay: z.number().min(0).max(1).default(0.99),
  monitor: z.enum(['val_loss', 'macro_f1', 'macro_ap']).default('val_loss'),
});

const thresholdSearch = z.strictObject({
  goal: z.enum(['max_f1', 'precision', 'recall']).default('max_f1'),
  min_precision: fraction().default(0.9),
  min_recall: fraction().default(0.9),
  smoothing: z.number().min(0).default(10),
});
export type ThresholdSearchConfig = z.infer<typeof thresholdSearch>;

/** Types of the numbers that a model takes and gives. */
export const ioTypes = ['uint8', 'int8', 'float32'] as const;

const tfliteExport = z.strictObject({
  name: z
    .string()
    .refine((name) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name), because(message('fieldError.bundleName')))
    .default('model'),
  input_type: z.enum(ioTypes).default('uint8'),
  output_type: z.enum(ioTypes).default('uint8'),
  representative_dataset_size: positiveInteger().default(200),
  parity_images: z.boolean().default(true),
});

/** Engines that run the networks. */
export const engineNames = ['onnx-cpu', 'onnx-webgpu', 'onnx-cuda', 'tfjs'] as const;
export type EngineName = (typeof engineNames)[number];

const engine = z.strictObject({
  name: z.enum(['auto', ...engineNames]).default('auto'),
  adapter: z.string().min(1).nullable().default(null),
  threads: count().default(0),
  memory: z.enum(['fast', 'low']).default('fast'),
});

export const configSchema = z.strictObject({
  seed: count().default(1),
  data: data.prefault({}),
  augmentation: augmentation.prefault({}),
  engine: engine.prefault({}),
  teacher: teacher.prefault({}),
  student: student.prefault({}),
  qat: qat.prefault({}),
  threshold_search: thresholdSearch.prefault({}),
  tflite_export: tfliteExport.prefault({}),
  checkpoint_minutes: z.number().positive().default(5),
});
export type Config = z.infer<typeof configSchema>;
