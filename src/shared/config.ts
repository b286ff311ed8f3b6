import { z } from 'zod';
import { architectureNamed, architectures, studentArchitectures } from './architectures.ts';
import { augmentation } from './augmentation.ts';
import { because } from './fieldError.ts';
import { message } from './message.ts';

export type { AugmentationConfig, AugmentationStep } from './augmentation.ts';
export { augmentationSteps, withCurrentNames } from './augmentation.ts';

/**
 * Every setting of the product. Files, flags and forms are validated by this schema, and its defaults are the product's
 * defaults. `.describe` holds the meaning and the unit; docs/configuration.md is generated from it.
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
  separator: z
    .enum(separators)
    .default('auto')
    .describe(
      'Character between the path and the labels in train.txt, val.txt and test.txt; auto detects it and reports which.',
    ),
  labels_file: z
    .string()
    .nullable()
    .default(null)
    .describe('A labels.txt with the labels in their order; null uses the labels of all splits in alphabetical order.'),
  unlabeled: z
    .enum(unlabeledMeanings)
    .default('ask')
    .describe(
      'What an image without labels means: none_of_these trains and evaluates it as a negative for every label; not_labeled_yet leaves it out of training, validation and test. With ask, the studio and destila check ask you, and a run treats it as none_of_these with a warning.',
    ),
  padding_color: z
    .tuple([z.int().min(0).max(255), z.int().min(0).max(255), z.int().min(0).max(255)])
    .default([0, 0, 0])
    .describe('Color (red, green, blue; 0 to 255) around images that are not square, and behind transparent ones.'),
  min_positives: count().default(5).describe('Labels with fewer images than this in a split cause a warning.'),
  duplicates_across_splits: z
    .enum(['error', 'warning'])
    .default('error')
    .describe('How the same image in two splits is reported; it inflates the scores.'),
  max_megapixels: z
    .number()
    .positive()
    .default(100)
    .describe('Larger images, in megapixels, are rejected as a guard against decompression bombs.'),
  sampling: z
    .enum(['shuffle', 'repeat_factor', 'balanced'])
    .default('shuffle')
    .describe(
      'Which images an epoch uses: every image once (shuffle), images of rare labels more often (repeat_factor, Gupta et al. 2019), or every label equally often (balanced).',
    ),
  repeat_threshold: fraction()
    .default(0.1)
    .describe(
      'With sampling repeat_factor: images of a label whose share f of all images is below this are repeated sqrt(repeat_threshold / f) times.',
    ),
  cache_gb: z
    .number()
    .min(0)
    .default(10)
    .describe('Disk space for letterboxed pixels, in gigabytes; 0 disables the cache.'),
  workers: count().default(0).describe('Threads that decode and augment images; 0 chooses by the number of cores.'),
});

const weightsNormalizations = ['auto', 'imagenet', 'half', 'unit', 'lite'] as const;
export type WeightsNormalization = (typeof weightsNormalizations)[number];

/** Settings that teacher and student share, with different defaults; their architectures differ in what is allowed. */
const network = (d: { input_size: number; dropout: number; drop_path: number; unfreeze_fraction: number }) => ({
  input_size: z.int().min(32).max(800).default(d.input_size).describe('Side of the square input, in pixels.'),
  weights: z
    .string()
    .nullable()
    .default(null)
    .describe('File with pretrained weights, or the folder of a run to start from; null trains from scratch.'),
  weights_normalization: z
    .enum(weightsNormalizations)
    .default('auto')
    .describe(
      "How pixels x of 0 to 255 were normalized when the pretrained weights were trained: auto takes it from the file, or else the default of the family; imagenet is ImageNet's mean and deviation (B0 to B7); half is (x - 127.5) / 127.5; unit is x / 255; lite is (x - 127) / 128 (Lite).",
    ),
  dropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(d.dropout)
    .describe('Share of features dropped before the last layer in training.'),
  drop_path: z
    .number()
    .min(0)
    .max(0.9)
    .default(d.drop_path)
    .describe(
      'Stochastic depth: share of residual blocks skipped in training, rising linearly to this at the last block.',
    ),
  batch_size: positiveInteger().default(16).describe('Images per training step.'),
  lr_head: learningRate().default(1e-3).describe('Learning rate of phase A, in which only the head is trained.'),
  epochs_head: count().default(5).describe('Epochs of phase A; skipped when training from scratch.'),
  lr_finetune: learningRate().default(1e-4).describe('Peak learning rate of phase B.'),
  epochs_finetune: count().default(30).describe('Epochs of phase B.'),
  unfreeze_fraction: fraction()
    .default(d.unfreeze_fraction)
    .describe(
      'Share of the layers, from the top, that phase B trains, cut at a block boundary; from scratch all are trained.',
    ),
  optimizer: z
    .enum(['adamw', 'sgd'])
    .default('adamw')
    .describe('AdamW, or SGD with Nesterov momentum, which needs learning rates 10 to 100 times as high.'),
  momentum: z.number().min(0).max(0.999).default(0.9).describe('Momentum of SGD; AdamW does not use it.'),
  weight_decay: z
    .number()
    .min(0)
    .max(1)
    .default(1e-4)
    .describe('Decoupled weight decay, applied to kernels only, not to normalization layers and biases.'),
  layer_decay: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe(
      'Factor on the learning rate from each block to the one below it: the classifier learns at the full rate, early layers with their pretrained knowledge more slowly. 1 uses the same rate everywhere.',
    ),
  accumulation_steps: z
    .int()
    .min(1)
    .max(256)
    .default(1)
    .describe(
      'Batches whose gradients are accumulated before the weights are updated: acts like a batch this many times as large in the memory of one (BatchNorm still sees single batches).',
    ),
  warmup_epochs: z
    .number()
    .min(0)
    .default(1)
    .describe('Epochs in which the learning rate rises from 0 to its peak, at the start of each phase.'),
  schedule: z
    .enum(['cosine', 'constant', 'step', 'one_cycle'])
    .default('cosine')
    .describe(
      'How the learning rate changes after the warm-up: cosine falls to 0, constant stays, step falls in steps, and one_cycle has its own rise (30% of the steps, from 1/25 of the peak) and falls to almost 0.',
    ),
  step_epochs: positiveInteger().default(10).describe('With schedule step: epochs between two reductions.'),
  step_factor: z
    .number()
    .gt(0)
    .max(1)
    .default(0.5)
    .describe('With schedule step: factor on the learning rate at each reduction.'),
  clip_norm: z
    .number()
    .positive()
    .nullable()
    .default(1)
    .describe('Gradients are scaled down to this global norm; null disables clipping.'),
  ema_decay: z
    .number()
    .min(0)
    .max(0.99999)
    .nullable()
    .default(null)
    .describe(
      'Decay of a moving average of the weights that is evaluated and kept instead of the raw weights; after t steps it is at most (1 + t) / (10 + t), so that the initial weights are forgotten. null disables it.',
    ),
  early_stopping_patience: count()
    .default(8)
    .describe('Epochs without improvement of the monitor before a phase ends; 0 disables early stopping.'),
  early_stopping_start: count()
    .default(0)
    .describe(
      'Epochs at the start of a phase that early stopping ignores: none of them is kept as the best or counts toward the patience.',
    ),
  early_stopping_baseline: z
    .number()
    .nullable()
    .default(null)
    .describe(
      'Value of the monitor that an epoch has to beat to reset the patience: a phase that does not reach it ends. null requires no value.',
    ),
  min_delta: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Smallest improvement of the monitor that counts, for the best epoch, early stopping and the reduction of the learning rate.',
    ),
  reduce_lr_factor: z
    .number()
    .gt(0)
    .max(1)
    .default(0.5)
    .describe('Factor on the learning rate after reduce_lr_patience epochs without improvement; 1 disables it.'),
  reduce_lr_patience: count()
    .default(4)
    .describe('Epochs without improvement of the monitor before the learning rate is reduced; 0 disables it.'),
  reduce_lr_cooldown: count().default(0).describe('Epochs after a reduction that do not count toward the next one.'),
  min_lr: learningRate().default(0).describe('reduce_lr_factor never lowers the peak learning rate below this.'),
  monitor: z
    .enum(['val_loss', 'macro_f1', 'macro_ap'])
    .default('val_loss')
    .describe(
      'Metric that decides which epoch is best: val_loss is the plain binary cross-entropy against the labels, regardless of the loss; macro_f1 uses the threshold 0.5.',
    ),
  loss: z
    .enum(['bce', 'focal', 'asymmetric'])
    .default('bce')
    .describe(
      'Loss against the labels: binary cross-entropy, focal (hard entries count more) or asymmetric (easy absent labels count less). Labels between 0 and 1 (MixUp, smoothing) mix the losses of present and absent.',
    ),
  focal_gamma: z
    .number()
    .min(0)
    .max(10)
    .default(2)
    .describe('With loss focal: how strongly easy entries are down-weighted.'),
  focal_alpha: fraction()
    .nullable()
    .default(null)
    .describe('With loss focal: factor on present labels, and 1 minus it on absent ones; null applies no factor.'),
  asymmetric_gamma_positive: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('With loss asymmetric: how strongly easy present labels are down-weighted.'),
  asymmetric_gamma_negative: z
    .number()
    .min(0)
    .max(10)
    .default(4)
    .describe('With loss asymmetric: how strongly easy absent labels are down-weighted.'),
  asymmetric_margin: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.05)
    .describe('With loss asymmetric: absent labels with scores below this do not count.'),
  asymmetric_variant: z
    .enum(['stable', 'timm', 'original'])
    .default('stable')
    .describe(
      "With loss asymmetric: stable follows the formula; timm gives entries with scores below 1e-8 no gradient; original does so too, and keeps the gradient out of the focusing factors as the authors' code does.",
    ),
  label_smoothing: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe('Share e by which labels are softened: present becomes 1 - e/2, absent becomes e/2.'),
  positive_weights: z
    .enum(['none', 'inverse_frequency', 'effective_number'])
    .default('none')
    .describe(
      'How much more a present label counts, per label: none, inverse_frequency (absent over present images in train), or effective_number (the same ratio of effective numbers, Cui et al. 2019), which is milder.',
    ),
  effective_number_beta: z
    .number()
    .min(0)
    .max(0.99999)
    .default(0.999)
    .describe(
      'With positive_weights effective_number: 0 applies no weights; toward 1 they approach the inverse frequency.',
    ),
});

const teacher = z.strictObject({
  architecture: architecture()
    .default('efficientnet-b3')
    .describe('Network that is trained on the labels and teaches the student.'),
  ...network({ input_size: 300, dropout: 0.3, drop_path: 0.2, unfreeze_fraction: 0.3 }),
});
export type TeacherConfig = z.infer<typeof teacher>;

const student = z.strictObject({
  architecture: studentArchitecture()
    .default('efficientnet-lite1')
    .describe('Network that becomes the INT8 file: one that can be quantized.'),
  ...network({ input_size: 240, dropout: 0.2, drop_path: 0.2, unfreeze_fraction: 1 }),
  alpha: fraction()
    .default(0.7)
    .describe('Share of the loss against the labels; the rest is the loss against the teacher.'),
  temperature: z.number().positive().default(2).describe("Softens the teacher's scores that the student learns from."),
});
export type StudentConfig = z.infer<typeof student>;
export type NetworkConfig = TeacherConfig;

const qat = z.strictObject({
  epochs: count()
    .default(10)
    .describe('Epochs of quantization-aware training; 0 quantizes the trained student without training it further.'),
  lr: learningRate().default(1e-5).describe('Learning rate; small, because the weights are already good.'),
  batch_size: positiveInteger().default(16).describe('Images per training step.'),
  clip_norm: z
    .number()
    .positive()
    .nullable()
    .default(1)
    .describe('Gradients are scaled down to this global norm; null disables clipping.'),
  early_stopping_patience: count()
    .default(4)
    .describe('Epochs without improvement of the monitor before training ends; 0 disables early stopping.'),
  range_decay: z
    .number()
    .min(0)
    .max(1)
    .default(0.99)
    .describe('Decay of the moving average that activation ranges follow; they are frozen for the last third.'),
  monitor: z
    .enum(['val_loss', 'macro_f1', 'macro_ap'])
    .default('val_loss')
    .describe('Metric that decides which epoch is best, measured on the INT8 model.'),
});

const thresholdSearch = z.strictObject({
  goal: z
    .enum(['max_f1', 'precision', 'recall'])
    .default('max_f1')
    .describe(
      'What each threshold is chosen for: max_f1 for the best F1; precision or recall to keep that one at or above its minimum and maximize the other.',
    ),
  min_precision: fraction()
    .default(0.9)
    .describe('With goal precision: the precision to reach on the validation split.'),
  min_recall: fraction().default(0.9).describe('With goal recall: the recall to reach on the validation split.'),
  smoothing: z
    .number()
    .min(0)
    .default(10)
    .describe(
      'Pulls the thresholds of rare labels toward the global one, as if this many more validation positives had voted for it.',
    ),
});
export type ThresholdSearchConfig = z.infer<typeof thresholdSearch>;

const ioTypes = ['uint8', 'int8', 'float32'] as const;

const tfliteExport = z.strictObject({
  name: z
    .string()
    .refine((name) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name), because(message('fieldError.bundleName')))
    .default('model')
    .describe("Start of the names of the bundle's folder and .zip file."),
  input_type: z
    .enum(ioTypes)
    .default('uint8')
    .describe("Type of the model file's input: uint8 takes unchanged pixels and is accepted by every phone library."),
  output_type: z
    .enum(ioTypes)
    .default('uint8')
    .describe("Type of the model file's output: uint8 q means a score of q/256."),
  representative_dataset_size: positiveInteger()
    .default(200)
    .describe('Training images, without augmentation, from which activation ranges are calibrated.'),
});

/** Engines that run the networks. */
export const engineNames = ['onnx-cpu', 'onnx-webgpu', 'onnx-cuda', 'tfjs'] as const;
export type EngineName = (typeof engineNames)[number];

const engine = z.strictObject({
  name: z
    .enum(['auto', ...engineNames])
    .default('auto')
    .describe(
      "Engine that runs the networks; auto measures a few steps on each engine that starts on this machine and takes the fastest. onnx-webgpu uses any GPU; onnx-cuda uses NVIDIA GPUs, after 'destila engine install cuda'; tfjs uses TensorFlow through TensorFlow.js, after 'destila engine install tfjs' or 'tfjs-gpu'.",
    ),
  threads: count()
    .default(0)
    .describe('Threads of onnx-cpu; 0 uses all cores. Bit-identical results need the same number.'),
  memory: z
    .enum(['fast', 'low'])
    .default('fast')
    .describe(
      'With low, onnx-cpu plans less ahead, which saves about 40% of peak memory and costs up to 5% of the speed.',
    ),
});

export const configSchema = z.strictObject({
  seed: count()
    .default(1)
    .describe('Seed of every random draw: the same seed, data and machine produce the same model.'),
  data: data.prefault({}),
  augmentation: augmentation.prefault({}),
  engine: engine.prefault({}),
  teacher: teacher.prefault({}),
  student: student.prefault({}),
  qat: qat.prefault({}),
  threshold_search: thresholdSearch.prefault({}),
  tflite_export: tfliteExport.prefault({}),
  checkpoint_minutes: z
    .number()
    .positive()
    .default(5)
    .describe('Minutes between checkpoints within an epoch; the end of each epoch also writes one.'),
});
export type Config = z.infer<typeof configSchema>;
