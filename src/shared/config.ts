import { z } from 'zod';
import { architectureNamed, architectures, studentArchitectures } from './architectures.ts';

/**
 * Every option of the product, once: files, flags and forms are validated by this schema, and its defaults are the
 * product's defaults. `.describe` holds the meaning and the unit in plain words; docs/configuration.md is made from it.
 */

const fraction = () => z.number().min(0).max(1);
const positiveInteger = () => z.int().min(1);
const count = () => z.int().min(0);
const learningRate = () => z.number().min(0).max(1);

const architecture = () =>
  z.string().transform((name, context) => {
    const found = architectureNamed(name);
    if (found !== null) return found;
    context.addIssue({ code: 'custom', message: `unknown architecture '${name}': one of ${architectures.join(', ')}` });
    return z.NEVER;
  });

const studentArchitecture = () =>
  architecture().refine((name) => studentArchitectures.includes(name), {
    error: ({ input }) =>
      `${String(input)} can be a teacher, but no student: the student is quantized to INT8, which its swish and squeeze-excite do not stand. Take one of ${studentArchitectures.join(', ')}`,
  });

const separators = ['auto', 'tab', 'comma', 'semicolon', 'pipe', 'space'] as const;

/** What an image without labels means; 'ask' until a person has said. */
export const unlabeledMeanings = ['ask', 'none_of_these', 'not_labeled_yet'] as const;
export type UnlabeledMeaning = (typeof unlabeledMeanings)[number];

const data = z.strictObject({
  separator: z
    .enum(separators)
    .default('auto')
    .describe(
      'What stands between the path and the labels in train.txt, val.txt and test.txt; auto finds out and says so.',
    ),
  labels_file: z
    .string()
    .nullable()
    .default(null)
    .describe(
      'A labels.txt that gives the classes and their order; null takes the alphabetical set of labels over all splits.',
    ),
  unlabeled: z
    .enum(unlabeledMeanings)
    .default('ask')
    .describe(
      'What an image without labels means: none_of_these trains and measures it as a negative for every label; not_labeled_yet leaves it out of training, validation and test. With ask, the studio and destila check ask, and a run counts it as none_of_these with a warning.',
    ),
  padding_color: z
    .tuple([z.int().min(0).max(255), z.int().min(0).max(255), z.int().min(0).max(255)])
    .default([0, 0, 0])
    .describe('Colour (red, green, blue; 0 to 255) beside pictures that are not square, and under transparent ones.'),
  min_positives: count()
    .default(5)
    .describe('Classes with fewer positive images than this in a split are warned about.'),
  duplicates_across_splits: z
    .enum(['error', 'warning'])
    .default('error')
    .describe('How the same image in two splits is judged; it makes scores lie.'),
  max_megapixels: z
    .number()
    .positive()
    .default(100)
    .describe('Larger images are refused: a guard against decompression bombs.'),
  sampling: z
    .enum(['shuffle', 'repeat_factor', 'balanced'])
    .default('shuffle')
    .describe(
      'What an epoch sees: every image once; images of rare classes more often (repeat_factor, Gupta et al. 2019); or every class equally often (balanced).',
    ),
  repeat_threshold: fraction()
    .default(0.1)
    .describe(
      'With sampling repeat_factor: classes on a smaller share f of the images are repeated sqrt(repeat_threshold / f) times.',
    ),
  cache_gb: z
    .number()
    .min(0)
    .default(10)
    .describe('Disk space for letterboxed pixels, in gigabytes; 0 switches the cache off.'),
  workers: count().default(0).describe('Threads that decode and augment; 0 chooses by the number of cores.'),
});

/** In the order in which they are applied; src/main/pipeline/data/drawAugmentation.ts names their sources. */
const augmentation = z.strictObject({
  horizontal_flip: fraction().default(0.5).describe('Probability of a mirror image.'),
  vertical_flip: fraction()
    .default(0)
    .describe('Probability of an upside-down image; for photos from above, such as microscopes and satellites take.'),
  geometry_probability: fraction().default(1).describe('Share of the images that are rotated, zoomed and shifted.'),
  rotation: z.number().min(0).max(180).default(10).describe('Largest rotation to either side, in degrees.'),
  zoom: fraction().default(0.15).describe('Largest zoom in or out, as a share of the size.'),
  shift: fraction().default(0.1).describe('Largest shift in each direction, as a share of the side.'),
  colour_probability: fraction().default(1).describe('Share of the images whose colours are changed.'),
  brightness: fraction().default(0.2).describe('Largest change of brightness, as a factor of 1 plus or minus this.'),
  contrast: fraction().default(0.2).describe('Largest change of contrast, as a factor of 1 plus or minus this.'),
  saturation: fraction().default(0.2).describe('Largest change of saturation, as a factor of 1 plus or minus this.'),
  hue: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.02)
    .describe('Largest turn of the colour circle, as a share of the full circle.'),
  rand_operations: z
    .int()
    .min(0)
    .max(6)
    .default(0)
    .describe(
      'RandAugment (Cubuk et al. 2019): so many more operations an image, each drawn from rotation, shear, shift, brightness, contrast, saturation, posterize, solarize and none; 0 switches it off, 2 is usual.',
    ),
  rand_magnitude: z.number().min(0).max(10).default(5).describe("Strength of RandAugment's operations, 0 to 10."),
  noise_probability: fraction().default(1).describe('Share of the images that get noise.'),
  noise: z
    .number()
    .min(0)
    .max(64)
    .default(0)
    .describe('Largest standard deviation of Gaussian noise, in levels of 0 to 255.'),
  erase: fraction()
    .default(0)
    .describe('Probability of a grey rectangle over the image (random erasing, Zhong et al. 2017; cutout).'),
  erase_area: fraction().default(0.2).describe('Largest area of that rectangle, as a share of the image.'),
  mixup: z
    .number()
    .min(0)
    .max(4)
    .default(0)
    .describe(
      'MixUp (Zhang et al. 2017): images of a batch are blended in pairs and their labels with them, by a share drawn from Beta(mixup, mixup); 0 switches it off, 0.2 is usual.',
    ),
  order: z
    .string()
    .regex(
      /^(?!.*\b(\w+)\b.*\b\1\b)(?:place|colour|noise|erase)(?:, ?(?:place|colour|noise|erase)){3}$/,
      'place, colour, noise and erase, each once, with commas between',
    )
    .default('place,colour,noise,erase')
    .describe(
      'What is done first: place (mirror, zoom, rotation, shift), colour (posterize and solarize with it), noise and erase. MixUp is always last.',
    ),
});
export type AugmentationConfig = z.infer<typeof augmentation>;

const weightsNormalizations = ['auto', 'imagenet', 'half', 'unit', 'lite'] as const;
export type WeightsNormalization = (typeof weightsNormalizations)[number];

/** What teacher and student share but for the architecture; defaults differ. */
const network = (d: { input_size: number; dropout: number; drop_path: number; unfreeze_fraction: number }) => ({
  input_size: z.int().min(32).max(800).default(d.input_size).describe('Side of the square input, in pixels.'),
  weights: z
    .string()
    .nullable()
    .default(null)
    .describe(
      'File with pretrained weights, or the folder of a run whose network is trained on; null trains from scratch.',
    ),
  weights_normalization: z
    .enum(weightsNormalizations)
    .default('auto')
    .describe(
      "How pixels x of 0 to 255 were normalized when the pretrained weights were trained: auto is what the file says, else the family's own; imagenet is ImageNet's mean and deviation (EfficientNet); half is (x - 127.5) / 127.5; unit is x / 255; lite is (x - 127) / 128 (EfficientNet-Lite).",
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
  batch_size: positiveInteger().default(16).describe('Images a training step.'),
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
    .describe(
      'What turns gradients into steps: AdamW, or SGD with Nesterov momentum, which wants learning rates 10 to 100 times as high.',
    ),
  momentum: z.number().min(0).max(0.999).default(0.9).describe('Momentum of SGD; AdamW has its own.'),
  weight_decay: z
    .number()
    .min(0)
    .max(1)
    .default(1e-4)
    .describe('Decoupled weight decay, on kernels only: never on norms and biases.'),
  layer_decay: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe(
      'Factor on the learning rate from each block to the one below it: the classifier learns at the full rate, early layers, which carry the pretrained knowledge, at less. 1 is the same for all.',
    ),
  accumulation_steps: z
    .int()
    .min(1)
    .max(256)
    .default(1)
    .describe(
      'Batches whose gradients are added up before the weights move: as if the batch were this many times as large, in the memory of one (BatchNorm still sees single batches).',
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
      'How the learning rate goes on after the warm-up: along a cosine to 0, not at all, down in steps, or one_cycle, which has a rise of its own (30 % of the steps, from 1/25 of the peak) and falls to almost 0.',
    ),
  step_epochs: positiveInteger().default(10).describe('With schedule step: epochs between two steps down.'),
  step_factor: z
    .number()
    .gt(0)
    .max(1)
    .default(0.5)
    .describe('With schedule step: factor on the learning rate at each step down.'),
  clip_norm: z
    .number()
    .positive()
    .nullable()
    .default(1)
    .describe('Gradients are scaled down to this global norm; null leaves them.'),
  ema_decay: z
    .number()
    .min(0)
    .max(0.99999)
    .nullable()
    .default(null)
    .describe(
      'Decay of a moving average of the weights that is evaluated and kept instead of the raw weights; after t steps it is at most (1 + t) / (10 + t), so that the start is forgotten. null switches it off.',
    ),
  early_stopping_patience: count()
    .default(8)
    .describe('Epochs without a better monitor before a phase ends; 0 never ends early.'),
  early_stopping_start: count()
    .default(0)
    .describe(
      'Epochs at the start of a phase that are not judged: none of them is kept as the best or counts for the patience.',
    ),
  early_stopping_baseline: z
    .number()
    .nullable()
    .default(null)
    .describe(
      'Value of the monitor that has to be beaten for the patience to start anew: a phase that does not get there ends. null asks for no value.',
    ),
  min_delta: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'By how much the monitor has to be better to count as better, for the best epoch, early stopping and the reduction of the learning rate.',
    ),
  reduce_lr_factor: z
    .number()
    .gt(0)
    .max(1)
    .default(0.5)
    .describe(
      'Factor on the learning rate after reduce_lr_patience epochs without a better monitor; 1 switches it off.',
    ),
  reduce_lr_patience: count()
    .default(4)
    .describe('Epochs without a better monitor before the learning rate is reduced; 0 switches it off.'),
  reduce_lr_cooldown: count().default(0).describe('Epochs after a reduction in which nothing is counted.'),
  min_lr: learningRate()
    .default(0)
    .describe('The peak learning rate is never reduced below this for want of a better monitor.'),
  monitor: z
    .enum(['val_loss', 'macro_f1', 'macro_ap'])
    .default('val_loss')
    .describe(
      'What decides which epoch is best: val_loss is the plain binary cross-entropy against the labels, whatever the loss; macro_f1 is taken at 0.5.',
    ),
  loss: z
    .enum(['bce', 'focal', 'asymmetric'])
    .default('bce')
    .describe(
      'Loss against the labels: binary cross-entropy, focal (hard entries count more) or asymmetric (easy absent labels count less). Labels between 0 and 1 (MixUp, smoothing) mix the losses of present and absent.',
    ),
  focal_gamma: z.number().min(0).max(10).default(2).describe('With loss focal: how much less easy entries count.'),
  focal_alpha: fraction()
    .nullable()
    .default(null)
    .describe('With loss focal: factor on present labels, 1 minus it on absent ones; null is none.'),
  asymmetric_gamma_positive: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('With loss asymmetric: how much less easy present labels count.'),
  asymmetric_gamma_negative: z
    .number()
    .min(0)
    .max(10)
    .default(4)
    .describe('With loss asymmetric: how much less easy absent labels count.'),
  asymmetric_margin: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.05)
    .describe('With loss asymmetric: absent labels with scores below this count nothing.'),
  asymmetric_variant: z
    .enum(['stable', 'timm', 'original'])
    .default('stable')
    .describe(
      "With loss asymmetric: stable is the formula; timm gives hopeless entries (scores below 1e-8) no gradient; original as well, and keeps the gradient out of the focusing factors as the authors' code does.",
    ),
  label_smoothing: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe('Share e by which labels are softened: present is 1 - e/2, absent is e/2.'),
  positive_weights: z
    .enum(['none', 'inverse_frequency', 'effective_number'])
    .default('none')
    .describe(
      'How much more a present label counts in each class: not at all, absent over present images in train, or the same ratio of effective numbers (Cui et al. 2019), which is milder.',
    ),
  effective_number_beta: z
    .number()
    .min(0)
    .max(0.99999)
    .default(0.999)
    .describe('With positive_weights effective_number: 0 weights nothing, towards 1 it becomes the inverse frequency.'),
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
  temperature: z
    .number()
    .positive()
    .default(2)
    .describe('Softens the scores that the student learns from the teacher.'),
});
export type StudentConfig = z.infer<typeof student>;
export type NetworkConfig = TeacherConfig;

const qat = z.strictObject({
  epochs: count()
    .default(10)
    .describe('Epochs of quantization-aware training; 0 quantizes the trained student without training it further.'),
  lr: learningRate().default(1e-5).describe('Learning rate; small, since the weights are good already.'),
  batch_size: positiveInteger().default(16).describe('Images a training step.'),
  clip_norm: z
    .number()
    .positive()
    .nullable()
    .default(1)
    .describe('Gradients are scaled down to this global norm; null leaves them.'),
  early_stopping_patience: count()
    .default(4)
    .describe('Epochs without a better monitor before training ends; 0 never ends early.'),
  range_decay: z
    .number()
    .min(0)
    .max(1)
    .default(0.99)
    .describe('Decay of the moving average that activation ranges follow; they are frozen for the last third.'),
  monitor: z
    .enum(['val_loss', 'macro_f1', 'macro_ap'])
    .default('val_loss')
    .describe('What decides which epoch is best, measured on the INT8 model.'),
});
export type QatConfig = z.infer<typeof qat>;

const thresholdSearch = z.strictObject({
  goal: z
    .enum(['max_f1', 'precision', 'recall'])
    .default('max_f1')
    .describe(
      'What each threshold is chosen for: the best F1, or the other of precision and recall while one stays at or above its minimum.',
    ),
  min_precision: fraction()
    .default(0.9)
    .describe('With goal precision: the precision to keep on the validation split.'),
  min_recall: fraction().default(0.9).describe('With goal recall: the recall to keep on the validation split.'),
  smoothing: z
    .number()
    .min(0)
    .default(10)
    .describe(
      'Pulls the threshold of rare classes toward the global one: as if this many more validation positives had voted for it.',
    ),
});
export type ThresholdSearchConfig = z.infer<typeof thresholdSearch>;

const ioTypes = ['uint8', 'int8', 'float32'] as const;

const tfliteExport = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dot, dash and underscore')
    .default('model')
    .describe('Name of the bundle.'),
  input_type: z
    .enum(ioTypes)
    .default('uint8')
    .describe("Type of the model file's input: uint8 takes pixels as they are and is accepted by every phone library."),
  output_type: z
    .enum(ioTypes)
    .default('uint8')
    .describe("Type of the model file's output: uint8 q means a score of q/256."),
  representative_dataset_size: positiveInteger()
    .default(200)
    .describe('Training images, un-augmented, from which activation ranges are calibrated.'),
});
export type TfliteExportConfig = z.infer<typeof tfliteExport>;

/** Ways to run the networks; 'auto' measures those that start. */
export const engineNames = ['onnx-cpu', 'onnx-webgpu', 'onnx-cuda', 'tfjs'] as const;
export type EngineName = (typeof engineNames)[number];

const engine = z.strictObject({
  name: z
    .enum(['auto', ...engineNames])
    .default('auto')
    .describe(
      'What computes; auto measures a few steps on each engine that starts on this machine and takes the fastest. onnx-webgpu uses any graphics card; onnx-cuda NVIDIA cards, after `destila engine install cuda`; tfjs TensorFlow through TensorFlow.js, after `destila engine install tfjs` or `tfjs-gpu`.',
    ),
  threads: count()
    .default(0)
    .describe('Threads of onnx-cpu; 0 takes all cores. Bit-identical results need the same number.'),
  memory: z
    .enum(['fast', 'low'])
    .default('fast')
    .describe('With low onnx-cpu plans less ahead: about 40 % less memory at its peak, for up to 5 % of the speed.'),
});
export type EngineConfig = z.infer<typeof engine>;

export const configSchema = z.strictObject({
  seed: count().default(1).describe('Start of every random draw: same seed, same data, same machine, same model.'),
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
    .describe('Minutes between checkpoints within an epoch; each epoch writes one as well.'),
});
export type Config = z.infer<typeof configSchema>;
